"""`impactgraph ingest`: take order and failure events."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases import IngestResult, Store

ABOUT_FILES = "NDJSON files of CloudEvents, gzip too; - is standard input. With --mapping: OCEL 2.0 logs (JSON, SQLite), CSV files."

Files = Annotated[tuple[str, ...], Parameter(help=ABOUT_FILES, allow_leading_hyphen=True, show_default=False)]

Mapped = Annotated[
    Path | None, Parameter(help="A mapping file that says what is what in an OCEL 2.0 log or a CSV.")
]

Wait = Annotated[
    float,
    Parameter(
        help="Seconds to wait for a store that cannot be reached while events are taken, before giving up."
    ),
]

MOST_SHOWN = 20
"""Rejected events that are told of one by one."""


def ingest(files: Files, /, *, mapping: Mapped = None, wait: Wait = 300.0, common: Common = COMMON) -> int:
    """Takes the events of the files and gives the exit status. Raises BadInputError where a file cannot be read."""
    from impactgraph.cli.outcomes import intake_shape, refused_rows
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import opened
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.ingest_files import total_size

    if not files:
        raise BadInputError(
            Problem("There is nothing to ingest: name NDJSON files (.gz too), or - for standard input.")
        )
    _refuse_options(files)
    size = total_size(files)
    with opened(common.store) as store:
        intake = _take(store, files, size, mapping, wait)
    tell_rejected(intake)
    present(
        common.format,
        people=lambda out: _tell(out, intake),
        data=lambda: intake_shape(intake),
        rows=lambda: refused_rows(intake.quarantined),
    )
    return 1 if intake.quarantined else 0


def _refuse_options(files: tuple[str, ...]) -> None:
    """`-` is a file here, so a mistyped option is one too, unless it is told apart."""
    from impactgraph.errors import BadInputError, Problem

    mistyped = [file for file in files if file.startswith("-") and file != "-"]
    if mistyped:
        raise BadInputError(
            *(Problem(f"Unknown option: {text}. A file of this name is ./{text}.") for text in mistyped)
        )


def _take(
    store: "Store", files: tuple[str, ...], size: int | None, mapping: Path | None, wait: float
) -> "IngestResult":
    from impactgraph.cli.progress import bar
    from impactgraph.cli.show import complain
    from impactgraph.errors import BadInputError, StoreUnavailableError
    from impactgraph.usecases import IngestResult
    from impactgraph.usecases.ingest_files import Patience, ingest_files

    patience = Patience(wait, lambda reason: complain(f"{reason} It is tried again for {wait:g} seconds."))
    whole = IngestResult()
    with bar("Ingesting", size if mapping is None else None) as advance:
        try:
            for done in ingest_files(store, files, mapping, patience):
                whole.extend(done.intake)
                advance(done.read, f"{whole.accepted_count + whole.duplicate_count:,} events")
        except (BadInputError, StoreUnavailableError):
            if whole.accepted_count or whole.duplicate_count or whole.quarantined:
                complain(
                    f"Taken before this, and kept: {whole.accepted_count:,} events; "
                    f"{len(whole.quarantined):,} kept aside. Once mended, all can be ingested again."
                )
            raise
    return whole


def tell_rejected(intake: "IngestResult") -> None:
    """On standard error: where each stood and why it was not taken, the first ones; what to do then."""
    from impactgraph.cli.show import complain

    for refused in intake.quarantined[:MOST_SHOWN]:
        complain(f"{refused.place or f'number {refused.number}'}: kept aside: {refused.reason}")
    if len(intake.quarantined) > MOST_SHOWN:
        complain(f"… and {len(intake.quarantined) - MOST_SHOWN:,} more.")
    if intake.quarantined:
        complain(
            "They are kept: `impactgraph aside` lists them. Mend them (or apply a topology that has what they name), then `impactgraph aside --replay`."
        )


def _tell(out: "Console", intake: "IngestResult") -> None:
    read = intake.accepted_count + intake.duplicate_count + len(intake.quarantined)
    words = "event" if read == 1 else "events"
    out.print(
        f"{read:,} {words} read: {intake.accepted_count:,} taken, {intake.duplicate_count:,} known before, {len(intake.quarantined):,} kept aside."
    )
