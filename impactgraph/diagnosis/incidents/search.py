"""The likeliest set of causes of observations: each arises from causes or from nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Ints
from impactgraph.forecast.scenarios import Reals

_LEAST_GAIN = 1e-9
_ROUNDS = 6
"""Of replacing each cause by a better one; the search has nearly always ended before."""


@dataclass(frozen=True)
class Model:
    """C candidates and U observations.

    An alert arises from a cause or from nothing, independently: these rates add up. Of two causes that would
    both lead to it, the likelier one counts: the monitor raises one alert, and no sooner.
    """

    log_prior: Reals
    """(C,) Logarithm of the probability that one failure is this candidate."""
    rates: Reals
    """(C, U) Rate at which a candidate leads to each observation at its time."""
    false_alarm: Reals
    """(U,) Rate of each observation without any cause; above 0."""
    group: Ints
    """(C,) Candidates with the same number exclude each other: one element in several classes."""
    log_any: float = 0.0
    """Logarithm of the odds that anything has failed, without looking at the observations."""


class Search:
    """Costs O(C * U) for each cause of the set and each round of replacements.

    Mostly nothing has failed. How many elements have, where any has, is not known before, each number is as
    likely. A set of k of n elements then has the probability 1 / (n over k), so a further cause is the less
    surprising the more there are.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def best_set(self) -> list[int]:
        """Numbers of the causes: no addition, replacement or removal of one cause makes the set likelier, nor
        does searching on after a removal, without the cause that was removed.
        """
        able = self._able()
        if len(able) < len(self._model.log_prior):
            model = self._model
            part = replace(
                model,
                log_prior=model.log_prior[able],
                rates=model.rates[able],
                group=model.group[able],
            )
            return [int(able[each]) for each in Search(part).best_set()]
        causes = self._climb([])
        for _ in range(_ROUNDS):
            before = list(causes)
            for cause in before:
                if cause in causes:
                    causes = self._without(causes, cause)
            if causes == before:
                break
        return causes

    def _able(self) -> Ints:
        """Candidates that may make a set likelier: one adds most to the empty set, but for the prior of a
        further cause.
        """
        most_causes = self._model.rates.shape[1]
        return np.flatnonzero(self._gains([]) - self._model.log_any + log(most_causes + 1) > 0)

    def _without(self, selection: list[int], cause: int) -> list[int]:
        """The likeliest of this set and those that are found where the cause is not allowed, or none that
        explains all that it does.

        One cause may stand for several that each explain a part of its alerts better: no change of one cause
        leads from it to them, and others that reach as far would take its place.
        """
        rest = [each for each in selection if each != cause]
        alone = np.zeros(len(self._model.log_prior), np.bool_)
        alone[cause] = True
        as_broad = self._as_broad(cause, rest)
        best = selection
        for barred in (alone,) if np.array_equal(alone, as_broad) else (alone, as_broad):
            other = self._climb(self._climb(rest, barred))
            if self._score(other) > self._score(best) + _LEAST_GAIN:
                best = other
        return best

    def _as_broad(self, cause: int, rest: Sequence[int]) -> NDArray[np.bool_]:
        """(C,) Candidates that may lead to all observations that the cause explains better than the rest."""
        rates = self._model.rates
        own = self._model.false_alarm + rates[cause] > self._rate(rest)
        return np.logical_and.reduce(rates[:, own] > 0, axis=1)

    def _climb(self, causes: Sequence[int], barred: NDArray[np.bool_] | None = None) -> list[int]:
        """The set after additions and replacements of one cause, as long as one makes it likelier."""
        causes = list(causes)
        for _ in range(_ROUNDS):
            while (addition := self._addition(causes, barred)) is not None:
                causes.append(addition)
            before = list(causes)
            for cause in before:
                self._replace(causes, cause, barred)
            if causes == before:
                break
        return causes

    def scores_in_place(self, selection: Sequence[int], cause: int) -> tuple[Reals, float]:
        """(log-likelihood of each candidate in the place of a cause of the set, that of none in its place).

        Candidates that are in the set already, and those that they exclude, have minus infinity.
        """
        rest = [each for each in selection if each != cause]
        return self._gains(rest), 0.0

    def _addition(self, selection: Sequence[int], barred: NDArray[np.bool_] | None) -> int | None:
        gains = self._gains(selection, barred)
        best = int(np.argmax(gains)) if len(gains) else 0
        return best if len(gains) and gains[best] > _LEAST_GAIN else None

    def _replace(self, selection: list[int], cause: int, barred: NDArray[np.bool_] | None) -> None:
        """Replaces the cause by the best candidate in its place, or by none."""
        rest = [each for each in selection if each != cause]
        gains = self._gains(rest, barred)
        best = int(np.argmax(gains))
        place = selection.index(cause)
        if gains[best] <= _LEAST_GAIN:
            del selection[place]
        elif gains[best] > gains[cause] + _LEAST_GAIN:
            selection[place] = best

    def _score(self, selection: Sequence[int]) -> float:
        """Logarithm of how much likelier the set is than none."""
        explained = np.log(self._rate(selection) / self._model.false_alarm).sum()
        prior = self._model.log_prior[list(selection)].sum()
        return float(explained + prior) + lgamma(len(selection) + 1) + self._log_any(bool(selection))

    def _gains(self, selection: Sequence[int], barred: NDArray[np.bool_] | None = None) -> Reals:
        """(C,) What each candidate adds to the log-likelihood of the set; those that are barred, nothing."""
        rate = self._rate(selection)
        with_cause = np.maximum(self._model.false_alarm + self._model.rates, rate)
        further = log(len(selection) + 1) + self._log_any(not selection)
        gains = self._model.log_prior + np.log(with_cause / rate).sum(axis=1) + further
        is_excluded = np.isin(self._model.group, self._model.group[list(selection)])
        if barred is not None:
            is_excluded |= barred
        return np.where(is_excluded, -np.inf, gains)

    def _log_any(self, is_changed: bool) -> float:
        """What it adds that something has failed where nothing had."""
        return self._model.log_any if is_changed else 0.0

    def shares(self, selection: Sequence[int]) -> Reals:
        """(1 + causes of the set, U) Share of false alarm, then of each cause, in each observation."""
        rates = np.vstack([self._model.false_alarm, self._model.rates[list(selection)]])
        return rates / rates.sum(axis=0)

    def _rate(self, selection: Sequence[int]) -> Reals:
        """(U,) Rate of each observation by the causes of the set and by none."""
        return self._model.false_alarm + self._model.rates[list(selection)].max(axis=0, initial=0.0)
