"""Take events from files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from impactgraph.ingest.files import read_blocks, size_of
from impactgraph.ports.store import Intake, Refused, Store

MOST_REASONS = 1_000
"""Reasons that are kept in memory to be told; the store keeps every one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    file: str
    read: int
    """Bytes of the file that were read."""
    size: int | None
    """Bytes that it has; None where that cannot be known."""
    events: int
    """Of all files so far."""


@dataclass
class Ingested:
    """What became of the events: taken + repeated + rejected is all that was read."""

    taken: int = 0
    repeated: int = 0
    rejected: int = 0
    reasons: list[Refused] = field(default_factory=list[Refused])
    """The first of those that were rejected, with file and line."""

    @property
    def events(self) -> int:
        return self.taken + self.repeated + self.rejected

    def add(self, intake: Intake) -> None:
        self.taken += intake.taken
        self.repeated += intake.repeated
        self.rejected += len(intake.rejected)
        self.reasons.extend(intake.rejected[: MOST_REASONS - len(self.reasons)])


def ingest_files(store: Store, files: Sequence[str], progress: Callable[[Progress], None] = lambda _: None) -> Ingested:
    """Events of NDJSON files (gzip too, `-` for standard input), block by block; each block is durable before the next is read.

    All files are looked for first: BadInputError where one is not there, and then nothing was taken.
    """
    sizes = {file: size_of(file) for file in files}
    total = Ingested()
    for file, size in sizes.items():
        for block in read_blocks(file):
            total.add(store.ingest(block.lines, places=block.places))
            progress(Progress(file, block.read, size, total.events))
    return total
