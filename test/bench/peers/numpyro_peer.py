"""Eight schools in NumPyro: stochastic variational inference as a user of it writes it."""

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from jax import random
from numpyro.infer import SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoNormal

from serve import serve

Y = jnp.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
SIGMA = jnp.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def model():
    mu = numpyro.sample("mu", dist.Normal(0, 5))
    tau = numpyro.sample("tau", dist.HalfCauchy(5))
    with numpyro.plate("schools", 8):
        eta = numpyro.sample("eta", dist.Normal(0, 1))
        numpyro.sample("y", dist.Normal(mu + tau * eta, SIGMA), obs=Y)


def eight_schools_adam(steps):
    svi = SVI(model, AutoNormal(model), numpyro.optim.Adam(0.01), Trace_ELBO())
    # compiled once: `svi.run` itself would trace its loop anew at each call
    run = jax.jit(lambda key: svi.run(key, steps, progress_bar=False).params)
    return lambda: jax.block_until_ready(run(random.key(0)))


if __name__ == "__main__":
    serve({"eight schools, Adam": eight_schools_adam})
