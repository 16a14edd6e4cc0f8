"""Twins: the same failure reported under several ids, which counts once.

Failures of the same element, class and scope whose windows overlap, and which state the same figures (though
not the same values), are one failure: it begins with the first of them, ends with the last, and has the worst
of their figures. It goes by the key of the first; answers name all of them.

A failure that occurs again under its id is a failure for each time that it occurred: what it did to orders
before, it still did. Answers name it by its id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from graph_models.failure import Failure
from graph_models.impairment import Absorption, Impairment
from graph_models.time import Millis

N = TypeVar("N", float, int)

_MOST_FORMER = 8
"""So many former episodes count: each is a failure of its own to the forecast."""


@dataclass(frozen=True)
class DistinctFailures:
    """Failures of which no two are the same one."""

    failures: tuple[Failure, ...]
    """Without former episodes."""
    former: tuple[Failure, ...]
    """Former episodes, each by a key of its own."""
    last: Mapping[str, str]
    """By the key of each, that of its twin which ends last."""
    reported: Mapping[str, tuple[str, ...]]
    """By the key of each that was reported under another one, or under several: all of these, the first of
    them first.
    """

    @property
    def episodes(self) -> tuple[Failure, ...]:
        """Each time that one of them occurred."""
        return *self.failures, *self.former

    def impairment(self, impairment: Impairment) -> Impairment:
        """The impairment, naming the twins of its failures too, along all its hops."""
        if self.reported.keys().isdisjoint(impairment.failures):
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
        return tuple(dict.fromkeys(name for key in keys for name in self.reported.get(key, (key,))))


def separate_episodes(failures: Iterable[Failure]) -> dict[Failure, str]:
    """Each time that one of the failures occurred as a failure with a key of its own, with the reported key.

    Of a failure that occurs again and again, the last `_MOST_FORMER` former times.
    """
    episodes: dict[Failure, str] = {}
    for failure in failures:
        for number, former in enumerate(failure.former_episodes[-_MOST_FORMER:]):
            episodes[replace(former, key=f"{failure.key} episode {number}")] = failure.key
        episodes[failure] = failure.key
    return episodes


def distinct_failures(episodes: Mapping[Failure, str], ends: Mapping[str, Millis]) -> DistinctFailures:
    """`episodes`: as separate ones; `ends`: nominal end of each, by its key. Costs a sort."""
    groups: list[list[Failure]] = []
    open_groups: dict[object, tuple[list[Failure], Millis]] = {}
    for failure in sorted(episodes, key=lambda each: (each.started_at, each.reported_at, each.key)):
        subject = failure.target, failure.failure_class, failure.scope, _stated_figures(failure)
        group, until = open_groups.get(subject) or (None, failure.started_at)
        if group is None or failure.started_at >= until:
            group = list[Failure]()
            groups.append(group)
        group.append(failure)
        open_groups[subject] = group, max(until, ends[failure.key])
    present = [_Group(each, episodes, ends) for each in groups]
    return DistinctFailures(
        failures=tuple(group.merged for group in present if not group.is_former),
        former=tuple(group.merged for group in present if group.is_former),
        last={group.key: group.last.key for group in present},
        reported={group.key: group.names for group in present if group.names != (group.key,)},
    )


class _Group:
    """Episodes that are the same failure, in the order of their starts."""

    def __init__(
        self, members: Sequence[Failure], episodes: Mapping[Failure, str], ends: Mapping[str, Millis]
    ) -> None:
        current = [each.key for each in members if each.key == episodes[each]]
        self.is_former = not current
        self.key = (current or [members[0].key])[0]
        self.names = tuple(dict.fromkeys(chain(current, (episodes[each] for each in members))))
        self.last = max(members, key=lambda each: ends[each.key])
        former = chain.from_iterable(each.former_episodes for each in members)
        self.merged = replace(_merge(members, self.last), key=self.key, former_episodes=tuple(former))


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
