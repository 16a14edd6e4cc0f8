"""Events of files, sent to a server: what `FileIngest` writes to where a server has the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_models.time import Millis, parse_moment
from impactgraph.cli.answers.client import Client
from impactgraph.usecases import IngestResult, QuarantinedEvent
from impactgraph.usecases.ingest_files import (
    NOT_RECORDED,
    EventOutcome,
    EventResult,
    Ingest,
    IngestedFile,
    UndoResult,
)

_LARGEST_BATCH = 8 * 2**20
"""Bytes of events that are sent at once; a server accepts at least eight times as many by default."""
_ORDERS_AT_ONCE = 50
"""Orders that one document asks for: a server limits the aliases of a document."""


@dataclass(frozen=True)
class Placement:
    placed_at: Millis


@dataclass(frozen=True)
class RemoteEvents:
    """The port `EventTarget`. A server keeps no record of an ingest of files: it cannot be taken back."""

    client: Client

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False, ingest: int = 0
    ) -> IngestResult:
        total = IngestResult()
        for start, batch in _batches(lines):
            answer = self.client.send_events(batch)
            total.accepted_count += answer["taken"]
            total.duplicate_count += answer["repeated"]
            for number, result in enumerate(answer["results"], start):
                outcome = EventResult(EventOutcome(result["result"]), result.get("reason", ""))
                if results:
                    total.results.append(outcome)
                if outcome.outcome is EventOutcome.QUARANTINED:
                    place = places[number] if number < len(places) else ""
                    text = lines[number].decode(errors="replace")
                    total.quarantined.append(QuarantinedEvent(0, outcome.reason, text, place))
        return total

    def begin_ingest(self, files: Sequence[IngestedFile], at: Millis) -> int:
        return NOT_RECORDED

    def end_ingest(self, number: int, report: Mapping[str, Any], at: Millis) -> None:
        """Nothing is kept."""

    def ingests(self, limit: int) -> Sequence[Ingest]:
        return ()

    def undo_ingest(self, number: int, at: Millis) -> UndoResult:
        raise AssertionError("there is no ingest to take back")

    def orders(self, keys: Sequence[str]) -> Mapping[str, Placement]:
        """When the orders were placed, of those that the server has."""
        placements: dict[str, Placement] = {}
        for start in range(0, len(keys), _ORDERS_AT_ONCE):
            names = {f"o{number}": key for number, key in enumerate(keys[start : start + _ORDERS_AT_ONCE])}
            declarations = ", ".join(f"${name}: ID!" for name in names)
            fields = " ".join(f"{name}: order(id: ${name}) {{ placedAt }}" for name in names)
            variables = {name: f"order:{key}" for name, key in names.items()}
            answer = self.client.ask(f"query ({declarations}) {{ {fields} }}", **variables)
            placements |= {
                key: Placement(parse_moment(answer[name]["placedAt"]))
                for name, key in names.items()
                if answer[name] is not None
            }
        return placements


def _batches(lines: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """The lines in batches that a server accepts, each with the index of its first line."""
    start = size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > _LARGEST_BATCH and number > start:
            yield start, lines[start:number]
            start, size = number, len(line) + 1
    if start < len(lines):
        yield start, lines[start:]
