"""Impairments by element, built from the occurrences of impairment states when an element is looked up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from graph_models.impairment import Impairment
from impactgraph.propagation.graph import FailureGraph
from impactgraph.propagation.impairment_state import ImpairmentState

Occurrence: TypeAlias = tuple[int, int, int, int]
"""Numbers of the element, the impairment state, the entry that causes it (-1: a failure) and its note."""
Reason: TypeAlias = tuple[str, str]
"""Name of the rule, detail with `{it}` and `{by}`."""


def worst(entries: Sequence[int], states: Sequence[ImpairmentState]) -> list[int]:
    """Those of `entries` whose impairment state no other one dominates; of equal ones the first.

    `states`: the impairment state of each entry.
    """
    worst_entries: list[tuple[int, ImpairmentState]] = []
    for entry, state in zip(entries, states, strict=True):
        if not any(state.dominated_by(other) for _, other in worst_entries):
            worst_entries = [
                (place, other) for place, other in worst_entries if not other.dominated_by(state)
            ]
            worst_entries.append((entry, state))
    return [entry for entry, _ in worst_entries]


class ImpairmentsByElement(Mapping[str, tuple[Impairment, ...]]):
    """Impairments by element, the nearest to the failures first.

    Each is built at its first look-up, so a question about steps does not build the others.
    """

    def __init__(
        self,
        graph: FailureGraph,
        states: Sequence[ImpairmentState],
        notes: Sequence[Reason],
        entries: Sequence[Occurrence],
    ) -> None:
        self._graph = graph
        self._states = states
        self._notes = notes
        self._entries = entries
        self._impairments_by_entry: dict[int, Impairment] = {}
        self._impairments_by_element: dict[int, tuple[Impairment, ...]] = {}

    @cached_property
    def _by_element(self) -> Mapping[int, list[int]]:
        entries: defaultdict[int, list[int]] = defaultdict(list)
        for entry, (element, *_) in enumerate(self._entries):
            entries[element].append(entry)
        return dict(entries)

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
        if element not in self._impairments_by_element:
            entries = self._by_element[element]
            worst_entries = (
                entries
                if len(entries) == 1
                else worst(entries, [self._states[self._entries[each][1]] for each in entries])
            )
            self._impairments_by_element[element] = tuple(self._impairment(entry) for entry in worst_entries)
        return self._impairments_by_element[element]

    def _impairment(self, entry: int) -> Impairment:
        """The impairment of an entry, with its chain of causes."""
        chain: list[int] = []
        while entry >= 0 and entry not in self._impairments_by_entry:
            chain.append(entry)
            entry = self._entries[entry][2]
        cause = self._impairments_by_entry[entry] if entry >= 0 else None
        for each in reversed(chain):
            cause = self._impairments_by_entry[each] = self._build(each, cause)
        assert cause is not None, "an entry is its own end of the chain"
        return cause

    def _build(self, entry: int, cause: Impairment | None) -> Impairment:
        element, number, by, note = self._entries[entry]
        state, (rule, detail) = self._states[number], self._notes[note]
        return Impairment(
            self._graph.ids[element],
            state.effect,
            state.since,
            state.until,
            delay=state.delay,
            drain=state.drain,
            hold=state.hold,
            growing=state.growing,
            remaining=state.remaining,
            run=state.run,
            repeats=state.repeats,
            likelihood=state.likelihood,
            chances=state.chances,
            scope=state.scope,
            lost=state.lost,
            fixed_end=state.fixed_end,
            at_start=state.at_start,
            at_completion=state.at_completion,
            failures=state.failures,
            rule=rule,
            detail=self._graph.words(detail, element, self._entries[by][0] if by >= 0 else element),
            cause=cause,
        )
