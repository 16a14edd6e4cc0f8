"""Reports the list of a system: as events, so that both stores keep it, and it can be taken back."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_models.ids import key_of
from graph_models.time import Millis
from impactgraph.ingest.list_check import FirstRows
from impactgraph.ingest.list_files import ListFile, ListLayout, read_list
from impactgraph.ports.ingest import EventOutcome
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.ingest_files import NOT_RECORDED, EventTarget, IngestedFile

__all__ = [
    "ListFile",
    "ListLayout",
    "ListReport",
    "SystemListing",
    "consistent_rows",
    "list_lines",
    "read_list",
    "report_list",
]

SOURCE = "impactgraph:reconcile"
ROWS_PER_EVENT = 5_000


@dataclass(frozen=True)
class SystemListing:
    """The list of a system, to be reported."""

    system: str
    """Full id or bare key."""
    at: Millis
    """The moment as of which it says what is there."""
    rows: Sequence[Mapping[str, str]]
    """`id`, and where it has them `state`, `amount`, `currency`."""
    refused: Sequence[Mapping[str, str]] = ()
    complete: bool = True
    placed_from: Millis | None = None
    states: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ListReport:
    """The outcome of a list."""

    key: str
    """Of the list."""
    ingest: int
    """Number of its ingest; NOT_RECORDED where the server keeps none."""
    repeated: bool
    """Whether the same list was there before."""
    problems: tuple[str, ...]
    """Why it was refused; empty where it was not."""


def consistent_rows(
    rows: Sequence[Mapping[str, str]],
) -> tuple[list[Mapping[str, str]], list[Mapping[str, str]]]:
    """The rows, and as refused ones those that contradict an earlier one of their id."""
    first_rows = FirstRows()
    result: list[Mapping[str, str]] = []
    refusals: list[Mapping[str, str]] = []
    for number, row in enumerate(rows, 1):
        place, reason = f"row {number}", ""
        with suppress(ValueError):  # an id that is none: the list is refused with it
            reason = first_rows.contradiction(row, place)
        if reason:
            refusals.append({"place": place, "reason": reason, "id": row["id"]})
        else:
            result.append(row)
    return result, refusals


def list_lines(listing: SystemListing) -> list[bytes]:
    """Its events. The same list gives the same events."""
    system = key_of(listing.system, "system")
    head: dict[str, Any] = {"system": system, "complete": listing.complete}
    if listing.placed_from is not None:
        head["placed_from"] = iso(listing.placed_from)
    if listing.states:
        head["states"] = dict(listing.states)
    rows = [dict(row) for row in listing.rows]
    refusals = [dict(row) for row in listing.refused]
    content = json.dumps([head, listing.at, rows, refusals], sort_keys=True).encode()
    key = hashlib.blake2b(content, digest_size=8).hexdigest()
    parts = list(_parts(rows)) or [[]]
    return [
        json.dumps(
            {
                "specversion": "1.0",
                "type": "list.reported",
                "source": SOURCE,
                "id": f"{system}/{key}/{number}",
                "time": iso(listing.at),
                "data": {
                    **head,
                    "list": key,
                    "part": number,
                    "parts": len(parts),
                    "rows": part,
                    **({"refused": refusals} if refusals and number == 1 else {}),
                },
            }
        ).encode()
        for number, part in enumerate(parts, 1)
    ]


def _parts(rows: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    for start in range(0, len(rows), ROWS_PER_EVENT):
        yield rows[start : start + ROWS_PER_EVENT]


def report_list(events: EventTarget, listing: SystemListing, path: Path | None, now: Millis) -> ListReport:
    """Stores the list; `path`: the file that it comes from, an ingest then, which can be taken back."""
    lines = list_lines(listing)
    file = str(path) if path is not None else ""
    number = NOT_RECORDED
    if path is not None:
        digest = hashlib.blake2b(b"\n".join(lines), digest_size=16).hexdigest()
        number = events.begin_ingest([IngestedFile(file, path.stat().st_size, digest, SOURCE)], now)
    result = events.ingest(lines, results=True, ingest=number)
    outcomes = [each.outcome for each in result.results]
    is_repeated = all(outcome is EventOutcome.DUPLICATE for outcome in outcomes)
    problems = tuple(dict.fromkeys(each.reason for each in result.quarantined))
    if number != NOT_RECORDED:
        events.end_ingest(number, _import_report(number, file, listing, is_repeated, problems), now)
    return ListReport(json.loads(lines[0])["data"]["list"], number, is_repeated, problems)


def _import_report(
    number: int, file: str, listing: SystemListing, is_repeated: bool, problems: Sequence[str]
) -> Mapping[str, Any]:
    """As of every ingest: a row of the list is an entry."""
    outcome = "repeated" if is_repeated else "taken"
    if problems:
        outcome = "quarantined"
    reasons: dict[str, list[str]] = {}
    for row in listing.refused:
        reasons.setdefault(row["reason"], []).append(row["place"])
    counts = {"taken": 0, "repeated": 0, "quarantined": 0} | {outcome: len(listing.rows)}
    report = {
        "file": file,
        "entries": len(listing.rows) + len(listing.refused),
        **counts,
        "passed": [
            {"reason": reason, "activity": "list", "count": len(places), "example": places[0]}
            for reason, places in reasons.items()
        ],
        "activities": [{"activity": "list", **counts}],
        "findings": list(problems),
        "remarks": [],
    }
    return {"ingest": number, "files": [report]}
