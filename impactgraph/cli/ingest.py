"""`impactgraph ingest`: reads order and failure events into the store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases import IngestResult, Store

ABOUT_FILES = (
    "NDJSON files of CloudEvents, also gzipped; - is standard input. "
    "With --mapping: OCEL 2.0 logs (JSON, SQLite), CSV files."
)

Files = Annotated[tuple[str, ...], Parameter(help=ABOUT_FILES, allow_leading_hyphen=True, show_default=False)]
Mapping = Annotated[
    Path | None, Parameter(help="A mapping file that describes an OCEL 2.0 log or a CSV file.")
]
Wait = Annotated[
    float, Parameter(help="Seconds to wait for an unreachable store during ingestion before giving up.")
]

MOST_REJECTIONS = 20
"""Number of rejected events that are printed one by one."""


def ingest(files: Files, /, *, mapping: Mapping = None, wait: Wait = 300.0, common: Common = COMMON) -> int:
    """Ingests the events of the files; returns the exit status.

    Raises BadInputError where a file cannot be read.
    """
    from impactgraph.cli.outcomes import ingest_json, quarantine_rows
    from impactgraph.cli.output import present
    from impactgraph.cli.stores import open_or_create
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.ingest_files import total_size

    if not files:
        raise BadInputError(
            Problem("There is nothing to ingest: name NDJSON files (.gz too), or - for standard input.")
        )
    _reject_options(files)
    size = total_size(files)
    with open_or_create(common.store) as store:
        result = _ingest(store, files, size if mapping is None else None, mapping, wait)
    print_quarantined(result)
    present(
        common.format,
        text=lambda out: _print_result(out, result),
        data=lambda: ingest_json(result),
        rows=lambda: quarantine_rows(result.quarantined),
    )
    return 1 if result.quarantined else 0


def _reject_options(files: tuple[str, ...]) -> None:
    """Raises BadInputError for mistyped options: arguments may begin with a hyphen because `-` is a file."""
    from impactgraph.errors import BadInputError, Problem

    typos = [file for file in files if file.startswith("-") and file != "-"]
    if typos:
        raise BadInputError(
            *(Problem(f"Unknown option: {text}. A file of this name is ./{text}.") for text in typos)
        )


def _ingest(
    store: "Store", files: tuple[str, ...], size: int | None, mapping: Path | None, wait: float
) -> "IngestResult":
    """The result of all files; `size` is their size in bytes where it is known, for the progress bar."""
    from impactgraph.cli.output import print_error
    from impactgraph.cli.progress import progress_bar
    from impactgraph.errors import BadInputError, StoreUnavailableError
    from impactgraph.usecases import IngestResult
    from impactgraph.usecases.ingest_files import Patience, ingest_files

    patience = Patience(wait, lambda reason: print_error(f"{reason} Retrying for {wait:g} seconds."))
    total = IngestResult()
    with progress_bar("Ingesting", size) as advance:
        try:
            for batch in ingest_files(store, files, mapping, patience):
                total.extend(batch.intake)
                advance(batch.read, f"{total.accepted_count + total.duplicate_count:,} events")
        except (BadInputError, StoreUnavailableError):
            if total.accepted_count or total.duplicate_count or total.quarantined:
                print_error(
                    f"Accepted before this: {total.accepted_count:,} events; "
                    f"{len(total.quarantined):,} quarantined. "
                    "After correcting the problem, ingest all files again: duplicates change nothing."
                )
            raise
    return total


def print_quarantined(result: "IngestResult") -> None:
    """Prints the first rejected events with their reasons on standard error, and what to do."""
    from impactgraph.cli.output import print_error

    for event in result.quarantined[:MOST_REJECTIONS]:
        print_error(f"{event.place or f'number {event.number}'}: quarantined: {event.reason}")
    if len(result.quarantined) > MOST_REJECTIONS:
        print_error(f"… and {len(result.quarantined) - MOST_REJECTIONS:,} more.")
    if result.quarantined:
        print_error(
            "To list them: `impactgraph aside`. Correct the events, or apply a topology that has the "
            "elements "
            "they name, then run `impactgraph aside --replay`."
        )


def _print_result(out: "Console", result: "IngestResult") -> None:
    from impactgraph.cli.formats import count

    rejections = len(result.quarantined)
    read = count(result.accepted_count + result.duplicate_count + rejections, "event")
    out.print(
        f"{read} read: {result.accepted_count:,} accepted, {result.duplicate_count:,} duplicates, "
        f"{rejections:,} quarantined."
    )
