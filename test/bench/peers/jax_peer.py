"""The programs of the benchmarks in JAX, in single precision, under `jit`."""

import jax
import jax.numpy as jnp
from jax import lax, random

from serve import serve

Y = jnp.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
SIGMA = jnp.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
HALF_LOG_TWO_PI = 0.9189385332046727


def normal(x, loc, scale):
    return -0.5 * ((x - loc) / scale) ** 2 - jnp.log(scale) - HALF_LOG_TWO_PI


def eight_schools(params, key):
    """One draw of the evidence lower bound: ten latents, mean-field, reparameterized."""
    loc, log_scale = params
    noise = random.normal(key, (10,))
    z = loc + jnp.exp(log_scale) * noise
    mu, log_tau, eta = z[0], z[1], z[2:]
    tau = jnp.exp(log_tau)
    prior = normal(mu, 0.0, 5.0) + jnp.log(2 / (5 * jnp.pi)) - jnp.log1p((tau / 5) ** 2) + log_tau
    likelihood = normal(Y, mu + tau * eta, SIGMA).sum()
    entropy = (0.5 * noise**2 + log_scale + HALF_LOG_TWO_PI).sum()
    return prior + normal(eta, 0.0, 1.0).sum() + likelihood + entropy


def eight_schools_gradient():
    f = jax.jit(jax.value_and_grad(eight_schools))
    params, key = (jnp.zeros(10), jnp.zeros(10)), random.key(0)
    return lambda: jax.block_until_ready(f(params, key))


def eight_schools_adam(steps):
    """Adam in one loop of the compiled program."""

    def step(i, state):
        params, mean, square = state
        gradient = jax.grad(eight_schools)(params, random.fold_in(random.key(0), i))
        t = i + 1
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
        move = jax.tree.map(
            lambda m, v: 0.01 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8), mean, square
        )
        return jax.tree.map(jnp.add, params, move), mean, square

    zeros = (jnp.zeros(10), jnp.zeros(10))
    f = jax.jit(lambda params: lax.fori_loop(0, steps, step, (params, zeros, zeros))[0])
    return lambda: jax.block_until_ready(f(zeros))


def layers(key, *sizes):
    keys = random.split(key, len(sizes) - 1)
    return [(0.05 * random.normal(k, (m, n)), jnp.zeros(n)) for k, m, n in zip(keys, sizes, sizes[1:])]


def vae(batch):
    """784-200-20 and 10-200-784 with leaky rectifiers: the gradient of the evidence lower bound of a batch."""

    def network(weights, x):
        (w0, b0), (w1, b1) = weights
        return jax.nn.leaky_relu(x @ w0 + b0, 0.01) @ w1 + b1

    def bound(params, images, key):
        encoder, decoder = params
        code = network(encoder, images)
        loc, scale = code[:, :10], jax.nn.softplus(code[:, 10:])
        noise = random.normal(key, loc.shape)
        z = loc + scale * noise
        # the decoder's probabilities serve as logits, as in the original of this table
        logits = jax.nn.sigmoid(network(decoder, z))
        image = (images * logits - jax.nn.softplus(logits)).sum()
        prior = normal(z, 0.0, 1.0).sum()
        guide = (-0.5 * noise**2 - jnp.log(scale) - HALF_LOG_TWO_PI).sum()
        return image + prior - guide

    f = jax.jit(jax.value_and_grad(bound))
    params = layers(random.key(1), 784, 200, 20), layers(random.key(2), 10, 200, 784)
    images = (random.uniform(random.key(3), (batch, 784)) < 0.5).astype(jnp.float32)
    key = random.key(0)
    return lambda: jax.block_until_ready(f(params, images, key))


if __name__ == "__main__":
    serve(
        {
            "eight schools": eight_schools_gradient,
            "eight schools, Adam": eight_schools_adam,
            "vae": vae,
        }
    )
