"""A block of events that is ingested at once, with the outcome of the entries that they came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from impactgraph.ingest.mapped import Skipped

BLOCK = 20_000


@dataclass(slots=True)
class Block:
    lines: list[bytes] = field(default_factory=list[bytes])
    """Events."""
    places: list[str] = field(default_factory=list[str])
    """`file:line` of each."""
    read: int = 0
    """Bytes of the file on disk up to the end of this block."""
    activities: list[str] = field(default_factory=list[str])
    """Of each entry that has events; the type of the event in a file of CloudEvents."""
    sizes: list[int] = field(default_factory=list[int])
    """Number of events of each entry: they follow each other in `lines`."""
    passed: list[Skipped] = field(default_factory=list[Skipped])
    """Entries without events."""
    missing: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(object, place): objects that entries with events name, and that the log does not have."""
    inferred: dict[int, str] = field(default_factory=dict[int, str])
    """Order by index of the event: events that place orders which no entry places."""

    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(sentence, place): what went wrong with single values of entries."""

    def add(self, activity: str, events: Sequence[bytes], place: str) -> None:
        """Adds an entry."""
        if len(events) == 1:
            self.lines.append(events[0])
            self.places.append(place)
        else:
            self.lines += events
            self.places += [place] * len(events)
        self.activities.append(activity)
        self.sizes.append(len(events))

    @property
    def entry_count(self) -> int:
        return len(self.sizes) + len(self.passed)

    @property
    def is_full(self) -> bool:
        """Whether it should be ingested before more is added."""
        return len(self.lines) >= BLOCK or len(self.passed) >= 10 * BLOCK
