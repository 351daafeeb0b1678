"""The programs of the benchmarks in PyTorch, eager, in single precision."""

import torch
from torch.nn import functional

from serve import serve

HALF_LOG_TWO_PI = 0.9189385332046727


def layers(*sizes):
    weights = []
    for m, n in zip(sizes, sizes[1:]):
        weights += [0.05 * torch.randn(m, n), torch.zeros(n)]
    return [w.requires_grad_() for w in weights]


def network(weights, x):
    w0, b0, w1, b1 = weights
    return functional.leaky_relu(x @ w0 + b0, 0.01) @ w1 + b1


def vae(batch):
    """784-200-20 and 10-200-784 with leaky rectifiers: the gradient of the evidence lower bound of a batch."""
    encoder, decoder = layers(784, 200, 20), layers(10, 200, 784)
    images = (torch.rand(batch, 784) < 0.5).float()

    def call():
        code = network(encoder, images)
        loc, scale = code[:, :10], functional.softplus(code[:, 10:])
        noise = torch.randn_like(loc)
        z = loc + scale * noise
        # the decoder's probabilities serve as logits, as in the original of this table
        logits = torch.sigmoid(network(decoder, z))
        image = (images * logits - functional.softplus(logits)).sum()
        prior = (-0.5 * z**2 - HALF_LOG_TWO_PI).sum()
        guide = (-0.5 * noise**2 - torch.log(scale) - HALF_LOG_TWO_PI).sum()
        torch.autograd.grad(image + prior - guide, encoder + decoder)

    return call


if __name__ == "__main__":
    serve({"vae": vae})
