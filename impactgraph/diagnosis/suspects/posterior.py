"""Likelihoods of suspects: "nothing has failed" is a hypothesis like any other, and so is "these two have
failed".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from impactgraph.diagnosis.suspects.rank import Explanation

PRIOR_ODDS = 1.0
"""Odds that something has failed that is not on record, before anything is seen; divided equally among all
that may have failed.
"""
SECOND = 0.01
"""Probability that something else has failed too, where something has."""

Pair = tuple[Explanation, Explanation]
"""What one failure explains, and what another explains of the rest."""


@dataclass(frozen=True)
class Likely:
    """An explanation, and the probability that its element has failed."""

    explanation: Explanation
    likelihood: float


def likely(singles: Sequence[Explanation], pairs: Sequence[Pair], hypotheses: int) -> list[Likely]:
    """The likeliest first, one for each element that explains anything alone or beside another.

    The scores are logarithms of likelihood ratios against "nothing has failed"; `hypotheses`: how many
    elements may have failed. An element that is part of the best pair comes with what it explains there.
    """
    penalty = log(max(hypotheses, 1) / PRIOR_ODDS)
    models: list[tuple[float, tuple[Explanation, ...]]] = [(0.0, ())]
    models += [(each.score - penalty, (each,)) for each in singles]
    models += [
        (first.score + second.score - 2 * penalty + log(SECOND), (first, second)) for first, second in pairs
    ]
    models.sort(key=lambda model: -model[0])
    largest = models[0][0]
    weights = [exp(score - largest) for score, _ in models]
    choices: dict[str, Explanation] = {}
    likelihoods: dict[str, float] = {}
    for weight, (_, explanations) in zip(weights, models, strict=True):
        for each in explanations:
            element = each.hypotheses[0].element
            choices.setdefault(element, each)
            likelihoods[element] = likelihoods.get(element, 0.0) + weight / sum(weights)
    return [Likely(choices[element], likelihoods[element]) for element in _in_order(choices, likelihoods)]


def _in_order(choices: Mapping[str, Explanation], likelihoods: Mapping[str, float]) -> list[str]:
    return sorted(choices, key=lambda element: (-likelihoods[element], -choices[element].score, element))
