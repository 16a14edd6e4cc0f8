"""Outcomes of changes: problems of documents, changes of the topology, quarantined events."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from impactgraph.cli.decode import known_moment
from impactgraph.cli.encode import Encoder, Json, iso_moment
from impactgraph.cli.formats import count, day_and_time
from impactgraph.cli.output import Rows
from impactgraph.errors import Problem
from impactgraph.usecases import IngestResult, QuarantinedEvent
from impactgraph.usecases.ingest_files import FileIngest

MOST_CHANGES = 20
_ENCODER = Encoder()


def problem_rows(errors: Sequence[Problem], warnings: Sequence[Problem]) -> Rows:
    """A row for each problem, the errors first."""
    rows = (
        {"kind": kind, "file": problem.file, "line": problem.line, "message": problem.message}
        for kind, problems in (("error", errors), ("warning", warnings))
        for problem in problems
    )
    return Rows(("kind", "file", "line", "message"), rows)


def change_rows(change: Json | None) -> Rows:
    """A row for each added, removed or changed element."""
    return Rows(("change", "id", "field", "before", "after"), _change_rows(change))


def _change_rows(change: Json | None) -> Iterator[Mapping[str, object]]:
    if change is not None:
        yield from ({"change": "added", "id": each} for each in change["added"])
        yield from ({"change": "removed", "id": each} for each in change["removed"])
        yield from ({"change": "changed", **each} for each in change["changed"])


def print_change(out: Console, change: Json) -> None:
    """Prints the first elements that were added, removed or changed, and how many orders they affect."""
    changes = tuple(dict.fromkeys(f"{each['id']} ({each['field']})" for each in change["changed"]))
    _print_elements(out, "+", "added", change["added"])
    _print_elements(out, "-", "removed", change["removed"])
    _print_elements(out, "~", "changed", changes)
    if change["ratesChanged"]:
        out.print("  ~ rates")
    orders = count(change["ordersTouched"], "order")
    out.print(f"{orders} in flight will pass through changed elements.")


def _print_elements(out: Console, sign: str, adjective: str, names: Sequence[str]) -> None:
    for name in names[:MOST_CHANGES]:
        out.print(f"  {sign} {name}", soft_wrap=True)
    if len(names) > MOST_CHANGES:
        out.print(f"  {sign} … {len(names) - MOST_CHANGES:,} more {adjective}")


def print_version(out: Console, version: Json) -> None:
    """Prints the current version."""
    since = day_and_time(known_moment(version["appliedAt"]))
    out.print(f"Current version: {version['id']}, {count(version['elements'], 'element')}, applied {since}.")


def quarantine_rows(events: Sequence[QuarantinedEvent]) -> Rows:
    """A row for each quarantined event."""
    rows = (
        {
            "number": event.number,
            "place": event.place,
            "reason": event.reason,
            "received_at": iso_moment(event.received_at),
            "event": event.text,
        }
        for event in events
    )
    return Rows(("number", "place", "reason", "received_at", "event"), rows)


def ingest_json(result: IngestResult) -> Json:
    """The keys of the answer to POST /events: taken, repeated, rejected."""
    return {
        "taken": result.accepted_count,
        "repeated": result.duplicate_count,
        "rejected": _ENCODER.encode(result.quarantined),
    }


def import_report_json(run: FileIngest, result: IngestResult, *, dry_run: bool) -> Json:
    """The counts of events, then the import report: entries by file. A dry run has no number, and shows the
    first events.
    """
    report = run.as_data()
    if dry_run:
        events = [event.decode("utf-8", "backslashreplace") for event in run.first_events]
        report |= {"ingest": None, "dryRun": True, "events": events}
    return ingest_json(result) | report
