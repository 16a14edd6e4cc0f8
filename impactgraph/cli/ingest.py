"""`impactgraph ingest`: reads order and failure events into the store, and takes ingests back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from graph_models.time import Millis
    from impactgraph.cli.options import Form
    from impactgraph.usecases import IngestResult
    from impactgraph.usecases.ingest_files import EventTarget, FileIngest

ABOUT_FILES = (
    "NDJSON files of CloudEvents, also gzipped; - is standard input. "
    "With --mapping: CSV, JSON, NDJSON, XML, OCEL, XES and SQLite files."
)

Files = Annotated[tuple[str, ...], Parameter(help=ABOUT_FILES, allow_leading_hyphen=True, show_default=False)]
Mapping = Annotated[
    Path | None,
    Parameter(
        help="A mapping file that says what the records of other systems mean, or a preset such as "
        "preset:shopify."
    ),
]
Wait = Annotated[
    float, Parameter(help="Seconds to wait for an unreachable store during ingestion before giving up.")
]
DryRun = Annotated[
    bool,
    Parameter(help="Only print the import report and the first events; stores nothing.", negative=()),
]
Undo = Annotated[
    int | None, Parameter(help="Takes back the ingest with this number: its events and what it quarantined.")
]

List = Annotated[
    bool, Parameter(name="--list", help="Lists the latest ingests with their numbers.", negative=())
]

MOST_LISTED = 100
MOST_REJECTIONS = 20
"""Number of rejected events that are printed one by one."""


def ingest(
    files: Files = (),
    /,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    undo: Undo = None,
    list_: List = False,
    wait: Wait = 300.0,
    common: Common = COMMON,
) -> int:
    """Ingests the events of the files, or takes an ingest back; returns the exit status.

    Raises BadInputError where a file cannot be read.
    """
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.answers.targets import check_store
    from impactgraph.cli.stores import trial_store
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.ingest_files import total_size

    if undo is not None or list_:
        option = "--list" if list_ else "--undo"
        _reject_others(option, is_alone=not (files or mapping or dry_run or (list_ and undo is not None)))
        return _undo(undo, common) if undo is not None else _list(common)
    if not files:
        raise BadInputError(
            Problem("There is nothing to ingest: name NDJSON files (.gz too), or - for standard input.")
        )
    _reject_options(files)
    size = total_size(files)
    known_size = size if mapping is None else None
    if dry_run:
        check_store("ingest --dry-run", common)
        with trial_store(common.store) as store:
            run, result = _ingest(store, files, known_size, mapping, wait=wait, now=system_clock())
    else:
        target = find_target(common)
        arguments = {"files": files, "mapping": mapping} if mapping else {"files": files}
        with target.open(create=True) as answers, answers.recording.change("ingest", arguments) as change:
            run, result = _ingest(answers.events, files, known_size, mapping, wait=wait, now=target.now)
            change.arguments |= {"ingest": run.number, **counts_of(result)}
    print_quarantined(result, advise=not dry_run)
    _present(run, result, common.format, dry_run=dry_run)
    return 1 if run.has_findings else 0


def _reject_others(option: str, *, is_alone: bool) -> None:
    from impactgraph.errors import BadInputError, Problem

    if not is_alone:
        raise BadInputError(Problem(f"{option} stands alone, without files and other options of `ingest`."))


def _list(common: Common) -> int:
    from impactgraph.cli.answers.targets import store_itself
    from impactgraph.cli.ingest_text import ingest_rows, print_ingests
    from impactgraph.cli.output import present
    from impactgraph.usecases.ingests import latest_ingests

    with store_itself("ingest --list", common) as store:
        ingests = latest_ingests(store, MOST_LISTED)
    present(
        common.format,
        text=lambda out: print_ingests(out, ingests),
        data=lambda: list(ingest_rows(ingests).rows),
        rows=lambda: ingest_rows(ingests),
    )
    return 0


def _undo(number: int, common: Common) -> int:
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.answers.targets import store_itself
    from impactgraph.cli.formats import count
    from impactgraph.cli.output import Rows, present
    from impactgraph.cli.recording import StoreRecording

    recording = StoreRecording(common.store)
    with (
        store_itself("ingest --undo", common) as store,
        recording.change("ingest --undo", {"ingest": number}) as change,
    ):
        undone = store.undo_ingest(number, system_clock())
        change.arguments |= {"events": undone.events, "quarantined": undone.quarantined}
    row = {"undone": number, "events": undone.events, "quarantined": undone.quarantined}
    present(
        common.format,
        text=lambda out: out.print(
            f"Ingest {number} was taken back: {count(undone.events, 'event')} and "
            f"{count(undone.quarantined, 'quarantined event')} that no other ingest brought."
        ),
        data=lambda: row,
        rows=lambda: Rows(tuple(row), [row]),
    )
    return 0


def counts_of(result: "IngestResult") -> dict[str, int]:
    """What the audit log keeps of a result."""
    return {
        "accepted": result.accepted_count,
        "duplicates": result.duplicate_count,
        "quarantined": len(result.quarantined),
    }


def _reject_options(files: tuple[str, ...]) -> None:
    """Raises BadInputError for mistyped options: arguments may begin with a hyphen because `-` is a file."""
    from impactgraph.errors import BadInputError, Problem

    typos = [file for file in files if file.startswith("-") and file != "-"]
    if typos:
        raise BadInputError(
            *(Problem(f"Unknown option: {text}. A file of this name is ./{text}.") for text in typos)
        )


def _ingest(
    events: "EventTarget",
    files: tuple[str, ...],
    size: int | None,
    mapping: Path | None,
    *,
    wait: float,
    now: "Millis",
) -> "tuple[FileIngest, IngestResult]":
    """The ingest of all files and its result; `size` is their size in bytes where it is known, for the
    progress bar.
    """
    from impactgraph.cli.formats import count
    from impactgraph.cli.ingest_text import ingests_text
    from impactgraph.cli.output import print_error
    from impactgraph.cli.progress import progress_bar
    from impactgraph.errors import BadInputError, StoreUnavailableError
    from impactgraph.usecases import IngestResult
    from impactgraph.usecases.ingest_files import FileIngest, Patience

    patience = Patience(wait, lambda reason: print_error(f"{reason} Retrying for {wait:g} seconds."))
    run = FileIngest(events, files, mapping, now=now, patience=patience)
    total = IngestResult()
    with progress_bar("Ingesting", size) as advance:
        try:
            for batch in run.run():
                total.extend(batch.intake)
                advance(batch.read, count(total.accepted_count + total.duplicate_count, "event"))
        except (BadInputError, StoreUnavailableError):
            if run.replaced:
                print_error(
                    f"It has taken back {ingests_text(run.replaced)} already, which it replaces: "
                    "what these brought comes again with the whole file."
                )
            if total.accepted_count or total.duplicate_count or total.quarantined:
                print_error(
                    f"Accepted before this: {count(total.accepted_count, 'event')}; "
                    f"{len(total.quarantined):,} quarantined. "
                    "After correcting the problem, ingest all files again: duplicates change nothing."
                    + (
                        f" To take them back: `impactgraph ingest --undo {run.number}`."
                        if run.is_recorded
                        else ""
                    )
                )
            raise
    return run, total


def print_quarantined(result: "IngestResult", *, advise: bool = True) -> None:
    """Prints the first rejected events with their reasons on standard error, and what to do."""
    from impactgraph.cli.output import print_error

    for event in result.quarantined[:MOST_REJECTIONS]:
        print_error(f"{event.place or f'number {event.number}'}: quarantined: {event.reason}")
    if len(result.quarantined) > MOST_REJECTIONS:
        print_error(f"… and {len(result.quarantined) - MOST_REJECTIONS:,} more.")
    if result.quarantined and advise:
        print_error(
            "To list them: `impactgraph aside`. Correct the events, or apply a topology that has the "
            "elements "
            "they name, then run `impactgraph aside --replay`."
        )


def _present(run: "FileIngest", result: "IngestResult", form: "Form", *, dry_run: bool) -> None:
    from impactgraph.cli.ingest_text import print_report
    from impactgraph.cli.outcomes import import_report_json, quarantine_rows
    from impactgraph.cli.output import present

    present(
        form,
        text=lambda out: print_report(out, run, result, dry_run=dry_run),
        data=lambda: import_report_json(run, result, dry_run=dry_run),
        rows=lambda: quarantine_rows(result.quarantined),
    )
