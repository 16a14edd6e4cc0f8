"""Fixed Latin hypercube sample of the forecast's random inputs: the same for every question, so answers are
reproducible.

Along every dimension (a step's duration, the end of a failure, ...) the K values are the middles of K equal
strata, in an order of its own. McKay, Beckman, Conover, "A comparison of three methods for selecting values
of input variables", Technometrics 21 (1979). Costs O(K log K) a dimension, once. The names of dimensions
decide the sample: renaming one changes answers.
"""

from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SCENARIOS = 32
"""K: likelihoods have a resolution of about 3 %.

Twice as many changed no score of docs/accuracy.md by more than 0.003.
"""

RESIDUAL_LIKELIHOOD = 5e-4
"""Likelihood of causes outside the model: evidence that no scenario explains never has a weight of zero."""

Reals = NDArray[np.float64]


def narrow(moments: Reals) -> Reals:
    """(.., 1) of (.., K) that are equal in all scenarios, so that what follows is computed once."""
    first = moments[:, :1]
    return first if (moments == first).all() else moments


@cache
def scenario_sample(dimension: str) -> Reals:
    """(K,) values in (0, 1), one of each stratum, in an order derived from the name of the dimension."""
    step = int.from_bytes(blake2b(dimension.encode(), digest_size=6).digest(), "big") / 2**48
    order = np.argsort((np.arange(1, SCENARIOS + 1) * step) % 1.0, kind="stable")
    values = (order + 0.5) / SCENARIOS
    values.setflags(write=False)
    return values
