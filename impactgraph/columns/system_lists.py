"""Contents of systems by their own lists: of each id the latest row, and the lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns.declare import Codes, Flags, Ints
from impactgraph.columns.tables import document_code

PART = 1 << 32
"""More rows than a part can have: a place is part * PART + row."""
FIRST_REFUSED = 1 << 31
"""From this row on, a place is of rows of which only the id could be read."""
NO_TIMES: Ints = np.zeros(0, np.int64)
NO_CODES: Codes = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class SystemList:
    """One list of a system, as far as its parts have come."""

    key: str
    at: Millis
    """The moment as of which the system has what it lists."""
    says_complete: bool
    """Whether what it lacks is missing there: each of its parts says so."""
    placed_from: Millis
    """It is complete for orders placed from then on; 0: for all."""
    part_count: int
    """How many parts it has."""
    parts: frozenset[int]
    """Numbers of those that have come."""
    refused_count: int = 0

    @property
    def complete(self) -> bool:
        """Whether it says that it is, and all of its parts have come."""
        return self.says_complete and not self.missing_part_count

    @property
    def missing_part_count(self) -> int:
        return self.part_count - len(self.parts)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be read."""

    place: str
    reason: str


@dataclass(frozen=True)
class ListRows:
    """The latest row of each id that lists of one system have; all arrays are by row."""

    ids: Sequence[str] = ()
    index: Mapping[str, int] = field(default_factory=dict[str, int])
    """Row by id."""
    first_at: Ints = field(default_factory=lambda: NO_TIMES)
    """Moment of the first list that has the id."""
    at: Ints = field(default_factory=lambda: NO_TIMES)
    """Moment of the latest list that has it."""
    source: Codes = field(default_factory=lambda: NO_CODES)
    """Index of that list in `keys`."""
    place: Ints = field(default_factory=lambda: NO_TIMES)
    """Position in that list: part and row."""
    amount: Ints = field(default_factory=lambda: NO_TIMES)
    """Millionths; NO_AMOUNT where the row states none."""
    currency: Codes = field(default_factory=lambda: NO_CODES)
    """Index in `texts`; 0: none."""
    state: Codes = field(default_factory=lambda: NO_CODES)
    """Index in `texts` of the system's word; 0: none."""
    meaning: Codes = field(default_factory=lambda: NO_CODES)
    """Index in `texts` of what the list says that the word means, else of the word."""
    keys: Sequence[str] = ()
    """Of the lists."""
    texts: Sequence[str] = ("",)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, ids: Sequence[str]) -> Codes:
        """Row of each id, -1 where no list has it."""
        get = self.index.get
        return np.fromiter((get(each, -1) for each in ids), np.int32, len(ids))

    @cached_property
    def is_refused(self) -> Flags:
        """By row: whether only its id could be read."""
        return self.place % PART >= FIRST_REFUSED

    @cached_property
    def documents(self) -> tuple[NDArray[np.uint32], Codes]:
        """Codes of the ids as numbers of documents, ascending, and the row of each."""
        codes = np.fromiter(map(document_code, self.ids), np.uint32, len(self.ids))
        order = np.argsort(codes, kind="stable").astype(np.int32)
        return codes[order], order


@dataclass(frozen=True)
class SystemLists:
    """All lists of one system that were taken by some moment."""

    system: str
    """Bare key."""
    lists: tuple[SystemList, ...] = ()
    """By moment and key."""
    rows: ListRows = field(default_factory=ListRows)

    @cached_property
    def complete_lists(self) -> tuple[SystemList, ...]:
        return tuple(each for each in self.lists if each.complete)

    @property
    def latest(self) -> SystemList | None:
        return self.lists[-1] if self.lists else None

    def complete_at(self, placed_at: Ints) -> Ints:
        """By order, placed at these moments: that of the latest list that would have it if it were there; 0
        where there is none.
        """
        starts, ends = self._coverage
        if not len(starts):
            return np.zeros(len(placed_at), np.int64)
        found = np.searchsorted(starts, placed_at, side="right") - 1
        return np.where(found >= 0, ends[np.maximum(found, 0)], 0)

    @cached_property
    def _coverage(self) -> tuple[Ints, Ints]:
        """From which moment of placement on, ascending, which moment of a list is the latest: a system that
        is asked every hour has thousands of lists, of which few count.
        """
        lists = sorted(self.complete_lists, key=lambda each: each.placed_from)
        starts = np.array([each.placed_from for each in lists], np.int64)
        return starts, np.maximum.accumulate(np.array([each.at for each in lists], np.int64))


@dataclass(frozen=True)
class ListContent:
    """One list of a system."""

    lists: SystemLists
    """That list alone."""
    row_count: int
    """Rows that could be read, repeated ones too."""
    refused: Sequence[RefusedRow]
