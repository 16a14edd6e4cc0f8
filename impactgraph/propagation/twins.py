"""Twins: the same failure reported under several ids, which counts once.

Failures of the same element, class and scope whose windows overlap, and which state the same figures (though
not the same values), are one failure: it begins with the first of them, ends with the last, and has the worst
of their figures. It goes by the key of the first; answers name all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from graph_models.failure import Failure
from graph_models.impairment import Absorption, Impairment
from graph_models.time import Millis

N = TypeVar("N", float, int)


@dataclass(frozen=True)
class DistinctFailures:
    """Failures of which no two are the same one."""

    failures: tuple[Failure, ...]
    last: Mapping[str, str]
    """By the key of each, that of its twin which ends last."""
    twins: Mapping[str, tuple[str, ...]]
    """All keys of those that were reported under several, the first of them first, by this one."""

    def impairment(self, impairment: Impairment) -> Impairment:
        """The impairment, naming the twins of its failures too, along all its hops."""
        if self.twins.keys().isdisjoint(impairment.failures):
            return impairment
        first, *later = impairment.hops
        link = replace(first, failures=self.names(first.failures))
        for hop in later:
            link = replace(hop, failures=self.names(hop.failures), cause=link)
        return link

    def absorption(self, absorption: Absorption) -> Absorption:
        """The absorption, naming the twins of its failures too."""
        return replace(absorption, failures=self.names(absorption.failures))

    def names(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for key in keys for name in self.twins.get(key, (key,))))


def distinct_failures(failures: Iterable[Failure], ends: Mapping[str, Millis]) -> DistinctFailures:
    """`ends`: nominal end of each failure, by its key. Costs a sort."""
    groups: list[list[Failure]] = []
    open_groups: dict[object, tuple[list[Failure], Millis]] = {}
    for failure in sorted(failures, key=lambda each: (each.started_at, each.reported_at, each.key)):
        subject = failure.target, failure.failure_class, failure.scope, _stated_figures(failure)
        group, until = open_groups.get(subject) or (None, failure.started_at)
        if group is None or failure.started_at >= until:
            group = list[Failure]()
            groups.append(group)
        group.append(failure)
        open_groups[subject] = group, max(until, ends[failure.key])
    last = {group[0].key: max(group, key=lambda each: ends[each.key]) for group in groups}
    return DistinctFailures(
        failures=tuple(_merge(group, last[group[0].key]) for group in groups),
        last={key: each.key for key, each in last.items()},
        twins={group[0].key: tuple(each.key for each in group) for group in groups if len(group) > 1},
    )


def _merge(group: Sequence[Failure], last: Failure) -> Failure:
    """One failure for all of them; `last`: the one that ends last."""
    if len(group) == 1:
        return group[0]
    return replace(
        group[0],
        expected_end=last.expected_end,
        ended_at=last.ended_at,
        delay=_largest(each.delay for each in group),
        error_rate=_largest(each.error_rate for each in group),
        drain=_largest(each.drain for each in group),
    )


def _stated_figures(failure: Failure) -> tuple[bool, ...]:
    """What is not stated is assumed, so that it cannot be compared with what is."""
    return tuple(value is not None for value in (failure.delay, failure.error_rate, failure.drain))


def _largest(values: Iterable[N | None]) -> N | None:
    return max((value for value in values if value is not None), default=None)
