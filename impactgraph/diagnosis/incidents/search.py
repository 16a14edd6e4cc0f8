"""The likeliest set of causes of observations: each arises from causes or from nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from impactgraph.columns import Ints
from impactgraph.forecast.scenarios import Reals

_LEAST_GAIN = 1e-9
_ROUNDS = 6
"""Of replacing each cause by a better one; the search has nearly always ended before."""


@dataclass(frozen=True)
class Model:
    """C candidates and U observations.

    Alerts arise from causes and from nothing, independently: their rates add up.
    """

    log_prior: Reals
    """(C,) Logarithm of the probability that one failure is this candidate."""
    rates: Reals
    """(C, U) Rate at which a candidate leads to each observation at its time."""
    false_alarm: Reals
    """(U,) Rate of each observation without any cause; above 0."""
    group: Ints
    """(C,) Candidates with the same number exclude each other: one element in several classes."""


class Search:
    """Costs O(C * U) for each cause of the set and each round of replacements.

    How many elements have failed is not known before, each number is as likely. A set of k of n elements then
    has the probability 1 / (n over k), so a further cause is the less surprising the more there are.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def best_set(self) -> list[int]:
        """Numbers of the causes: the set that no addition, replacement or removal of one cause makes
        likelier.
        """
        causes: list[int] = []
        while (addition := self._addition(causes)) is not None:
            causes.append(addition)
        for _ in range(_ROUNDS):
            before = list(causes)
            for cause in before:
                self._replace(causes, cause)
            while (addition := self._addition(causes)) is not None:
                causes.append(addition)
            if causes == before:
                break
        return causes

    def scores_in_place(self, selection: Sequence[int], cause: int) -> tuple[Reals, float]:
        """(log-likelihood of each candidate in the place of a cause of the set, that of none in its place).

        Candidates that are in the set already, and those that they exclude, have minus infinity.
        """
        rest = [each for each in selection if each != cause]
        return self._gains(rest), 0.0

    def _addition(self, selection: Sequence[int]) -> int | None:
        gains = self._gains(selection)
        best = int(np.argmax(gains)) if len(gains) else 0
        return best if len(gains) and gains[best] > _LEAST_GAIN else None

    def _replace(self, selection: list[int], cause: int) -> None:
        """Replaces the cause by the best candidate in its place, or by none."""
        rest = [each for each in selection if each != cause]
        gains = self._gains(rest)
        best = int(np.argmax(gains))
        place = selection.index(cause)
        if gains[best] <= _LEAST_GAIN:
            del selection[place]
        elif gains[best] > gains[cause] + _LEAST_GAIN:
            selection[place] = best

    def _gains(self, selection: Sequence[int]) -> Reals:
        """(C,) What each candidate adds to the log-likelihood of the set."""
        rate = self._rate(selection)
        gains = (
            self._model.log_prior + np.log1p(self._model.rates / rate).sum(axis=1) + log(len(selection) + 1)
        )
        is_excluded = np.isin(self._model.group, self._model.group[list(selection)])
        return np.where(is_excluded, -np.inf, gains)

    def shares(self, selection: Sequence[int]) -> Reals:
        """(1 + causes of the set, U) Share of false alarm, then of each cause, in each observation."""
        rates = np.vstack([self._model.false_alarm, self._model.rates[list(selection)]])
        return rates / rates.sum(axis=0)

    def _rate(self, selection: Sequence[int]) -> Reals:
        """(U,) Rate of each observation by the causes of the set and by none."""
        return self._model.false_alarm + self._model.rates[list(selection)].sum(axis=0)
