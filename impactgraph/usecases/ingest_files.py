"""Ingests the events of files, block by block."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain, repeat
from pathlib import Path
from typing import Any, Protocol, TypeVar

from graph_models.time import Millis
from impactgraph.errors import BadInputError, Problem, StoreUnavailableError
from impactgraph.ingest.blocks import Block
from impactgraph.ingest.files import digest_of, read_blocks, size_of
from impactgraph.ingest.mapping_files import load_mapping
from impactgraph.ingest.moments import instant_millis
from impactgraph.ingest.read_ahead import open_ahead
from impactgraph.ingest.report import (
    EntryOutcome,
    FileReport,
    PassedOver,
    entry_outcome,
    file_remarks,
    report_data,
)
from impactgraph.ingest.spooled import renamed, renamed_error, shown_name, spooled
from impactgraph.ports.ingest import EventOutcome, EventResult, Ingest, IngestedFile, IngestResult, UndoResult

__all__ = [
    "NOT_RECORDED",
    "EventOutcome",
    "EventResult",
    "EventTarget",
    "FileIngest",
    "FileReport",
    "Ingest",
    "IngestedBlock",
    "IngestedFile",
    "PassedOver",
    "Patience",
    "UndoResult",
    "total_size",
]

T = TypeVar("T")

MOST_SHOWN = 5
"""Events that a dry run shows."""
MOST_EARLIER = 10_000
"""Ingests that are looked through for one that a corrected mapping replaces."""

_PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds between tries; the last goes on."""
_LOGS = (
    ".csv",
    ".csv.gz",
    ".tsv",
    ".tsv.gz",
    ".sqlite",
    ".sqlite3",
    ".jsonocel",
    ".xmlocel",
    ".xes",
    ".xes.gz",
)
"""Ends of names of files that are no CloudEvents: they need a mapping."""


@dataclass(frozen=True, slots=True)
class IngestedBlock:
    """Outcome of one block."""

    read: int
    """Bytes of all files up to the end of this block."""
    intake: IngestResult


def total_size(paths: Sequence[str]) -> int | None:
    """Bytes of all files; None where one is standard input. Raises BadInputError with every missing file."""
    sizes: list[int | None] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            sizes.append(size_of(path))
        except BadInputError as error:
            problems.extend(error.problems)
    if problems:
        raise BadInputError(*problems)
    return None if None in sizes else sum(size for size in sizes if size is not None)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a store that cannot be reached."""

    seconds: float = 0.0
    """In total, from the first failed attempt to the last."""
    on_wait: Callable[[str], None] = lambda _: None
    """Called with the reason when the wait begins."""
    pause: Callable[[float], None] = time.sleep
    tick: Callable[[], float] = time.monotonic


NO_PATIENCE = Patience()
_OUTCOMES = {
    EventOutcome.ACCEPTED: EntryOutcome.TAKEN,
    EventOutcome.DUPLICATE: EntryOutcome.REPEATED,
    EventOutcome.QUARANTINED: EntryOutcome.QUARANTINED,
}
"""Of an entry with one event."""


NOT_RECORDED = -1
"""Number of an ingest that is not kept as one, so that it cannot be taken back."""


class EventTarget(Protocol):
    """What takes events in: a store, or a server that has one open. Its methods are those of `Store`."""

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False, ingest: int = 0
    ) -> IngestResult: ...

    def begin_ingest(self, files: Sequence[IngestedFile], at: Millis) -> int:
        """NOT_RECORDED where it is not kept as an ingest."""
        ...

    def end_ingest(self, number: int, report: Mapping[str, Any], at: Millis) -> None: ...

    def ingests(self, limit: int) -> Sequence[Ingest]: ...

    def undo_ingest(self, number: int, at: Millis) -> UndoResult: ...

    def orders(self, keys: Sequence[str]) -> "Mapping[str, Placed]": ...


class Placed(Protocol):
    """An order, as far as it is placed."""

    @property
    def placed_at(self) -> Millis: ...


class FileIngest:
    """One ingest of files; after `run`, `reports` have the outcome of every entry."""

    def __init__(
        self,
        store: EventTarget,
        paths: Sequence[str],
        mapping: Path | None = None,
        *,
        now: Millis,
        patience: Patience = NO_PATIENCE,
    ) -> None:
        """NDJSON files (also gzip, JSON arrays) and `-`, standard input; with a mapping file, logs of other
        systems, also from standard input and pipes.

        Raises BadInputError where the mapping is wrong, or a file is of a kind that needs one.
        """
        self._store, self._paths, self._patience, self._now = store, paths, patience, now
        self._mapping_path = mapping
        self._mapping = load_mapping(mapping) if mapping is not None else None
        if self._mapping is None:
            _check(paths)
        self.number = 0
        """Of the ingest, once the first file could be read."""
        self.reports: list[FileReport] = []
        self.replaced: list[int] = []
        """Earlier ingests of the same files by another mapping, which were taken back."""
        self.first_events: list[bytes] = []
        self._files: Mapping[str, str] = {path: path for path in paths}
        """What is read in the place of each path."""

    def run(self) -> Iterator[IngestedBlock]:
        """Ingests, and yields the outcome of each block, whose events are then durable.

        A block that an unavailable store does not accept is sent again, as long as patience allows.

        Raises:
            BadInputError: a file cannot be read; events before it stay ingested.
            StoreUnavailableError: the store did not come back in time.
        """
        if self._mapping is None:
            yield from self._run()
            return
        with spooled(self._paths) as self._files:
            yield from self._run()

    def _run(self) -> Iterator[IngestedBlock]:
        before = 0
        for path in self._paths:
            read = 0
            report = FileReport(path)
            for block in self._blocks(path, report):
                if not self.number:
                    self._begin()
                if not self.reports or self.reports[-1] is not report:
                    self.reports.append(report)
                read = block.read or read
                yield IngestedBlock(before + read, self._ingest(block, report))
            if not self.reports or self.reports[-1] is not report:
                self.reports.append(report)
            report.remarks = file_remarks(report, self._mapping)
            before += read
        if not self.number:
            self._begin()
        self._retry(lambda: self._store.end_ingest(self.number, self.as_data(), self._now))

    def as_data(self) -> dict[str, Any]:
        """The import report: names and shapes of `impactgraph ingest --format json`."""
        number = self.number if self.is_recorded else None
        data: dict[str, Any] = {"ingest": number, "files": [report_data(each) for each in self.reports]}
        return data | ({"replaces": self.replaced} if self.replaced else {})

    @property
    def is_recorded(self) -> bool:
        """Whether it can be taken back by its number."""
        return self.number != NOT_RECORDED

    @property
    def has_findings(self) -> bool:
        """Whether something was refused, or passed over that the mapping names."""
        return any(report.has_findings for report in self.reports)

    def _begin(self) -> None:
        files = [self._file(path) for path in self._paths]
        self._replace_earlier(files)
        self.number = self._retry(lambda: self._store.begin_ingest(files, self._now))

    def _file(self, path: str) -> IngestedFile:
        file = self._files[path]
        size = size_of(file)
        if size is None or self._mapping is None:
            return IngestedFile(path, size)
        return IngestedFile(path, size, digest_of(file), self._mapping.source, self._mapping.digest)

    def _replace_earlier(self, files: Sequence[IngestedFile]) -> None:
        """Takes back ingests of these files, or of what they began with, that another mapping made."""
        if self._mapping is None:
            return
        for earlier in self._retry(lambda: self._store.ingests(MOST_EARLIER)):
            if earlier.undone_at is not None or not earlier.files:
                continue
            if all(
                any(_is_replaced(old, new, self._files[new.file]) for new in files) for old in earlier.files
            ):
                self._retry(partial(self._store.undo_ingest, earlier.number, self._now))
                self.replaced.append(earlier.number)

    def _blocks(self, path: str, report: FileReport) -> Iterator[Block]:
        if self._mapping is None or self._mapping_path is None:
            yield from read_blocks(path)
            return
        file = self._files[path]
        if file == path:
            log = open_ahead(path, self._mapping, self._mapping_path)
            yield from log.blocks()
        else:
            name = shown_name(path)
            try:
                log = open_ahead(file, self._mapping, self._mapping_path)
                yield from (renamed(block, file, name) for block in log.blocks())
            except BadInputError as error:
                raise renamed_error(error, file, name) from error
        report.findings += log.findings()
        report.remarks += log.remarks()

    def _ingest(self, block: Block, report: FileReport) -> IngestResult:
        lines, places, sizes = self._without_known_placements(block)
        if len(self.first_events) < MOST_SHOWN:
            self.first_events += lines[: MOST_SHOWN - len(self.first_events)]
        result = self._retry(
            lambda: self._store.ingest(lines, places=places, results=True, ingest=self.number)
        )
        report.add_passed(block.passed)
        report.add_outcomes(_entry_outcomes(block.activities, sizes, result.results))
        for object_, place in block.missing:
            report.add_missing(object_, place)
        for sentence, place in block.notes:
            report.add_note(sentence, place)
        result.results = []
        return result

    def _without_known_placements(self, block: Block) -> tuple[list[bytes], list[str], list[int]]:
        """(events, places, events of each entry) without those that place an order which is placed already,
        earlier, and that no entry says to be placed: a later file knows less of it.
        """
        if not block.inferred:
            return block.lines, block.places, block.sizes
        placed_at = self._placement_times(set(block.inferred.values()))
        superseded_rows = {
            index
            for index, order in block.inferred.items()
            if placed_at.get(order, instant_millis(block.lines[index])) < instant_millis(block.lines[index])
        }
        indices = [index for index in range(len(block.lines)) if index not in superseded_rows]
        ends = list(accumulate(block.sizes))
        sizes = [
            size - sum(index in superseded_rows for index in range(end - size, end))
            for size, end in zip(block.sizes, ends, strict=True)
        ]
        return [block.lines[i] for i in indices], [block.places[i] for i in indices], sizes

    def _placement_times(self, orders: set[str]) -> dict[str, Millis]:
        orders_by_key = self._retry(lambda: self._store.orders(sorted(orders)))
        return {key: order.placed_at for key, order in orders_by_key.items() if order.placed_at}

    def _retry(self, call: Callable[[], T]) -> T:
        """Events that were committed although the store did not confirm it are duplicates of the next try."""
        patience = self._patience
        since: float | None = None
        pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
        while True:
            try:
                return call()
            except StoreUnavailableError as error:
                now = patience.tick()
                if since is None:
                    since = now
                    if patience.seconds:
                        patience.on_wait(str(error))
                remaining = since + patience.seconds - now
                if remaining <= 0:
                    raise
                patience.pause(min(next(pauses), remaining))


def _is_replaced(old: IngestedFile, new: IngestedFile, file: str) -> bool:
    """Whether the new one, read from `file`, has all of the old one, by another mapping of the source."""
    if not old.mapping or old.source != new.source or old.mapping == new.mapping:
        return False
    if old.size is None or new.size is None or old.size > new.size:
        return False
    return old.digest == (new.digest if old.size == new.size else digest_of(file, old.size))


def _entry_outcomes(
    activities: Sequence[str], sizes: Sequence[int], results: Sequence[EventResult]
) -> Mapping[tuple[str, EntryOutcome], int]:
    """How many entries have an (activity, outcome), of the outcomes of their events."""
    outcomes = [result.outcome for result in results]
    if len(outcomes) == len(sizes) and all(size == 1 for size in sizes):
        counts = Counter(zip(activities, outcomes, strict=True))
        return {(activity, _OUTCOMES[outcome]): count for (activity, outcome), count in counts.items()}
    entries: Counter[tuple[str, EntryOutcome]] = Counter()
    start = 0
    for activity, size in zip(activities, sizes, strict=True):
        own = outcomes[start : start + size]
        start += size
        outcome = entry_outcome(own.count(EventOutcome.ACCEPTED), own.count(EventOutcome.QUARANTINED))
        entries[activity, outcome] += 1
    return entries


def _check(paths: Sequence[str]) -> None:
    """Raises BadInputError for files that need a mapping."""
    foreign = [path for path in paths if path.lower().endswith(_LOGS)]
    if foreign:
        raise BadInputError(
            *(
                Problem("It is not a file of CloudEvents: define its contents with --mapping.", path)
                for path in foreign
            )
        )
