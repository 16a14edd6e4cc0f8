"""The import report as text."""

from typing import TYPE_CHECKING

from impactgraph.cli.encode import iso_moment
from impactgraph.cli.formats import count, day_and_time
from impactgraph.cli.output import Rows, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from impactgraph.usecases import IngestResult
    from impactgraph.usecases.ingest_files import FileIngest, FileReport, PassedOver
    from impactgraph.usecases.ingests import Ingest

MOST_LINES = 20
"""Lines of one kind that are printed of a file."""


def print_report(out: "Console", run: "FileIngest", result: "IngestResult", *, dry_run: bool) -> None:
    """Prints the outcome of the entries of each file, then the counts of events."""
    for report in run.reports:
        _print_file(out, report)
    if dry_run:
        out.print(
            "The first events that it would produce:" if run.first_events else "It would produce no event."
        )
        for event in run.first_events:
            out.print(f"  {event.decode('utf-8', 'backslashreplace')}", soft_wrap=True)
    rejections = len(result.quarantined)
    read = count(result.accepted_count + result.duplicate_count + rejections, "event")
    out.print(
        f"{read} read: {result.accepted_count:,} accepted, {result.duplicate_count:,} duplicates, "
        f"{rejections:,} quarantined."
    )
    if dry_run:
        out.print("Nothing was stored.")
        return
    if not run.is_recorded:
        out.print("A server took the events; it keeps no ingest of them to take back.", style="dim")
        return
    replacement = f" It replaces {ingests_text(run.replaced)} (another mapping)." if run.replaced else ""
    out.print(
        f"This was ingest {run.number}.{replacement} "
        f"To take it back: `impactgraph ingest --undo {run.number}`.",
        style="dim",
        soft_wrap=True,
    )


def ingest_rows(ingests: "Sequence[Ingest]") -> Rows:
    """A row for each ingest."""
    columns = ("ingest", "startedAt", "endedAt", "undoneAt", "files", "entries", "quarantined", "passed")
    return Rows(columns, [_ingest_row(ingest) for ingest in ingests])


def _ingest_row(ingest: "Ingest") -> "Mapping[str, object]":
    files = ingest.report.get("files", ())
    return {
        "ingest": ingest.number,
        "startedAt": iso_moment(ingest.started_at),
        "endedAt": None if ingest.ended_at is None else iso_moment(ingest.ended_at),
        "undoneAt": None if ingest.undone_at is None else iso_moment(ingest.undone_at),
        "files": " ".join(file.file for file in ingest.files),
        "entries": sum(file["entries"] for file in files),
        "quarantined": sum(file["quarantined"] for file in files),
        "passed": sum(row["count"] for file in files for row in file["passed"]),
    }


def print_ingests(out: "Console", ingests: "Sequence[Ingest]") -> None:
    """Prints a line for each ingest, the newest first."""
    if not ingests:
        out.print("No file was ingested yet.")
        return
    numbers = ("ingest", "entries", "quarantined", "passed over")
    rows = table("ingest", "when", "files", *numbers[1:], "state", right=numbers)
    for ingest in ingests:
        row = _ingest_row(ingest)
        state = "complete" if ingest.ended_at else "broken off"
        if ingest.undone_at:
            state = "taken back"
        counts = (f"{row[name]:,}" for name in ("entries", "quarantined", "passed"))
        rows.add_row(str(ingest.number), day_and_time(ingest.started_at), str(row["files"]), *counts, state)
    out.print(rows)


def ingests_text(numbers: list[int]) -> str:
    """`ingest 1, 2`."""
    return f"ingest {', '.join(map(str, numbers))}"


def _print_file(out: "Console", report: "FileReport") -> None:
    entries = count(report.entries, "entry", "entries")
    out.print(
        f"{report.file}: {entries}: {report.taken:,} accepted, {report.repeated:,} duplicates, "
        f"{report.quarantined:,} quarantined, {report.passed_count:,} passed over.",
        soft_wrap=True,
    )
    reasons = sorted(report.passed.values(), key=lambda each: (each.is_expected, -each.count))
    _print_some(out, [_passed_line(each) for each in reasons])
    _print_some(out, [f"! {finding}" for finding in report.all_findings])
    _print_some(out, [f"note: {remark}" for remark in report.remarks])


def _print_some(out: "Console", lines: list[str]) -> None:
    for line in lines[:MOST_LINES]:
        out.print(f"  {line}", soft_wrap=True)
    if len(lines) > MOST_LINES:
        out.print(f"  … and {len(lines) - MOST_LINES:,} more (--format json has them all)")


def _passed_line(count: "PassedOver") -> str:
    activity = f", activity {_quote(count.activity)}" if count.activity else ""
    mark = "" if count.is_expected else "! "
    hint = f" {count.hint}" if count.hint else ""
    return f"{mark}{count.count:,} passed over: {count.reason}{activity} (first: {count.example}).{hint}"


def _quote(text: str) -> str:
    return repr(text) if text.isprintable() else ascii(text)
