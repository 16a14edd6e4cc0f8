"""Live sources: how far each was read, and what came of it; both are written with the block of events that
they stand for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.ports.ingest import EventOutcome
from impactgraph.ports.sources import PositionMovedError, SourceBatch, SourceProgress
from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.quarantine import Quarantine
from impactgraph.stores.local.record import Record

_NO_TIME = -1
"""Stands for no event in the column `last_event_at`."""
_COUNTS = ("taken", "repeated", "quarantined", "passed")


class SourceIndex:
    """The progress of every source, in memory."""

    def __init__(self, record: Record) -> None:
        self._positions: dict[str, dict[str, str]] = {}
        self._counts: dict[str, SourceProgress] = {}
        for source, part, position in record.rows("select source, part, position from source_positions"):
            self._positions.setdefault(source, {})[part] = position
        for row in record.rows(f"select source, {', '.join(_COUNTS)}, last_event_at from source_counts"):
            self._set_counts(*row)

    def _set_counts(self, source: str, *values: int) -> None:
        *counts, last = values
        self._counts[source] = SourceProgress({}, *counts, last_event_at=None if last == _NO_TIME else last)

    def progress(self) -> dict[str, SourceProgress]:
        """By key of the source."""
        sources = sorted({*self._positions, *self._counts})
        return {
            source: replace(
                self._counts.get(source, SourceProgress()), positions=dict(self._positions.get(source, {}))
            )
            for source in sources
        }

    def check(self, batch: SourceBatch) -> None:
        """Raises PositionMovedError where a part of the source is not where the batch began."""
        positions = self._positions.get(batch.source, {})
        for part in batch.positions:
            if positions.get(part) != batch.before.get(part):
                raise PositionMovedError(
                    f"{batch.source} is at {positions.get(part, 'its start')} of {part}, and this process "
                    f"read on from {batch.before.get(part, 'the start')}: another process reads it, too."
                )

    def add_progress(
        self, block: Block, source: SourceBatch, batch: Sequence[BatchEvent], quarantine: Quarantine
    ) -> None:
        """Adds to the block of a prepared batch how far its source is read then, and what came of it."""
        parts = list(source.positions)
        columns = ([source.source] * len(parts), parts, [source.positions[part] for part in parts])
        rows = zip(("source", "part", "position"), columns, strict=True)
        block.add("source_positions", {name: np.array(values, np.object_) for name, values in rows})
        numbers = [number for number in source.releases if quarantine.has(number)]
        releases = np.concatenate([block.quarantine_releases, np.array(numbers, np.int64)])
        block.quarantine_releases = np.unique(releases)
        for document in source.refused:
            if document.number and quarantine.has(document.number):
                block.reasons[document.number] = document.reason
        block.add("source_counts", self._count_row(source, batch))

    def _count_row(self, source: SourceBatch, batch: Sequence[BatchEvent]) -> Table:
        """Row of the table `source_counts`."""
        before = self._counts.get(source.source, SourceProgress())
        outcomes = [event.result.outcome for event in batch]
        times = [event.event.millis for event in batch if event.event and event.is_acceptable]
        values: dict[str, int] = {
            "taken": before.taken + outcomes.count(EventOutcome.ACCEPTED),
            "repeated": before.repeated + outcomes.count(EventOutcome.DUPLICATE),
            "quarantined": before.quarantined + outcomes.count(EventOutcome.QUARANTINED),
            "passed": before.passed + source.passed,
            "last_event_at": _latest(before.last_event_at, times),
        }
        row: dict[str, NDArray[Any]] = {"source": np.array([source.source], np.object_)}
        return row | {name: np.array([value], np.int64) for name, value in values.items()}

    def apply(self, block: Block) -> None:
        """Follows the commit of a block."""
        if rows := block.rows.get("source_positions"):
            columns = (rows[name].tolist() for name in ("source", "part", "position"))
            for source, part, position in zip(*columns, strict=True):
                self._positions.setdefault(source, {})[part] = position
        if rows := block.rows.get("source_counts"):
            columns = (rows[name].tolist() for name in ("source", *_COUNTS, "last_event_at"))
            for row in zip(*columns, strict=True):
                self._set_counts(*row)


def refused_documents(source: SourceBatch) -> list[BatchEvent]:
    """The new refused documents of a source, as they go to the quarantine."""
    return [
        BatchEvent(each.text, each.place, rejection=each.reason, origin=source.source)
        for each in source.refused
        if not each.number
    ]


def _latest(before: Millis | None, times: Sequence[Millis]) -> Millis:
    return max([_NO_TIME if before is None else before, *times])
