"""Impairments by element, made from the occurrences of impairment states when an element is looked up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from graph_models.impairment import Impairment
from impactgraph.propagation.graph import FailureGraph
from impactgraph.propagation.impairment_state import ImpairmentState

Occurrence: TypeAlias = tuple[int, int, int, int]
"""Element, trouble, entry that it came from (-1: a failure), note that explains it: all by number."""
Reason: TypeAlias = tuple[str, str]
"""Name of the rule, detail with `{it}` and `{by}`."""


def worst(entries: Sequence[int], troubles: Sequence[ImpairmentState]) -> list[int]:
    """Positions in `entries` whose trouble no other one dominates; of equal ones the first.

    `troubles` has that of each entry.
    """
    kept: list[tuple[int, ImpairmentState]] = []
    for entry, trouble in zip(entries, troubles, strict=True):
        if not any(trouble.dominated_by(other) for _, other in kept):
            kept = [(place, other) for place, other in kept if not other.dominated_by(trouble)]
            kept.append((entry, trouble))
    return [entry for entry, _ in kept]


class ImpairmentsByElement(Mapping[str, tuple[Impairment, ...]]):
    """Impairments by element, the nearest to the failures first.

    Each is made when it is first asked for: a question about steps does not pay for the rest.
    """

    def __init__(
        self,
        graph: FailureGraph,
        troubles: Sequence[ImpairmentState],
        notes: Sequence[Reason],
        entries: Sequence[Occurrence],
    ) -> None:
        self._graph, self._troubles, self._notes, self._entries = graph, troubles, notes, entries
        self._made: dict[int, Impairment] = {}
        self._told: dict[int, tuple[Impairment, ...]] = {}

    @cached_property
    def _by_element(self) -> Mapping[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for entry, (element, *_) in enumerate(self._entries):
            found[element].append(entry)
        return dict(found)

    def __len__(self) -> int:
        return len(self._by_element)

    def __iter__(self) -> Iterator[str]:
        return (self._graph.ids[element] for element in self._by_element)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._graph.numbers.get(key, -1) in self._by_element

    def __getitem__(self, key: str) -> tuple[Impairment, ...]:
        element = self._graph.numbers.get(key, -1)
        if element not in self._by_element:
            raise KeyError(key)
        if element not in self._told:
            entries = self._by_element[element]
            kept = (
                entries
                if len(entries) == 1
                else worst(entries, [self._troubles[self._entries[each][1]] for each in entries])
            )
            self._told[element] = tuple(self._impairment(entry) for entry in kept)
        return self._told[element]

    def _impairment(self, entry: int) -> Impairment:
        """With all that led to it."""
        chain: list[int] = []
        while entry >= 0 and entry not in self._made:
            chain.append(entry)
            entry = self._entries[entry][2]
        cause = self._made[entry] if entry >= 0 else None
        for each in reversed(chain):
            cause = self._made[each] = self._told_of(each, cause)
        assert cause is not None, "an entry is its own end of the chain"
        return cause

    def _told_of(self, entry: int, cause: Impairment | None) -> Impairment:
        element, number, by, note = self._entries[entry]
        trouble, (rule, detail) = self._troubles[number], self._notes[note]
        return Impairment(
            self._graph.ids[element],
            trouble.effect,
            trouble.since,
            trouble.until,
            delay=trouble.delay,
            drain=trouble.drain,
            hold=trouble.hold,
            growing=trouble.growing,
            remaining=trouble.remaining,
            run=trouble.run,
            likelihood=trouble.likelihood,
            scope=trouble.scope,
            lost=trouble.lost,
            fixed_end=trouble.fixed_end,
            at_start=trouble.at_start,
            at_completion=trouble.at_completion,
            failures=trouble.failures,
            rule=rule,
            detail=self._graph.words(detail, element, self._entries[by][0] if by >= 0 else element),
            cause=cause,
        )
