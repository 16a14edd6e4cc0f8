"""Impairments of elements in the order of pages, sorted once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_models.impairment import Impairment
from graph_models.orders import Page
from impactgraph.usecases.pages import Key, page_of_keys

_BYTES = 1_024
"""Of one impairment with its key, about."""


@dataclass(frozen=True)
class ImpairmentList:
    """By element, then window."""

    items: Sequence[Impairment]
    keys: Sequence[Key]

    @staticmethod
    def of(impairments: Iterable[Impairment], elements: frozenset[str] | None) -> "ImpairmentList":
        """`elements`: only theirs, by full id."""
        rows = [one for one in impairments if elements is None or one.element in elements]
        keys = [_by_element(row) for row in rows]
        order = sorted(range(len(rows)), key=keys.__getitem__)
        return ImpairmentList([rows[at] for at in order], [keys[at] for at in order])

    @property
    def nbytes(self) -> int:
        return _BYTES * len(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def page(self, first: int, after: str | None) -> Page[Impairment]:
        return page_of_keys(self.items, self.keys, first=first, after=after)


def _by_element(impairment: Impairment) -> Key:
    row = impairment
    window = (row.element, row.since, row.until, row.effect.value, row.delay)
    return *window, repr(row.likelihood), repr(row.scope.limits), row.rule, repr(row.failures)
