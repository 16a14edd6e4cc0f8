"""`impactgraph aside`: quarantined events."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from impactgraph.usecases import IngestResult, QuarantinedEvent, Store

Numbers = Annotated[
    tuple[int, ...], Parameter(help="Numbers of the events to retry; none: all.", show_default=False)
]
Replay = Annotated[
    bool, Parameter(help="Retry them; events that are accepted leave the quarantine.", negative=())
]
Sources = Annotated[
    Path | None,
    Parameter(
        help="File of the live sources: with --replay, documents that a mapping refused are mapped again by "
        "the mapping that their source has now [default: IMPACTGRAPH_SOURCES].",
        env_var="IMPACTGRAPH_SOURCES",
    ),
]
Limit = Annotated[int, Parameter(help="Number of events to list, the oldest first; csv: all.")]


def aside(
    numbers: Numbers = (),
    /,
    *,
    replay: Replay = False,
    sources: Sources = None,
    limit: Limit = 100,
    common: Common = COMMON,
) -> int:
    """Lists quarantined events with their reasons; with --replay retries them. Returns the exit status."""
    from impactgraph.cli.answers.targets import store_itself
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.ingest import counts_of, print_quarantined
    from impactgraph.cli.outcomes import ingest_json, quarantine_rows
    from impactgraph.cli.output import present
    from impactgraph.cli.recording import StoreRecording
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.quarantine import MOST, list_quarantine, replay_quarantine

    if numbers and not replay:
        raise BadInputError(Problem("Numbers are for retrying events: add --replay."))
    with store_itself("aside", common) as store:
        if replay:
            arguments = {"numbers": numbers or "all"}
            with StoreRecording(common.store).change("aside --replay", arguments) as change:
                result = replay_quarantine(store, numbers or None)
                result.extend(_replay_documents(store, sources, numbers or None))
                change.arguments |= counts_of(result)
            print_quarantined(result)
            present(
                common.format,
                text=lambda out: print_result(out, result),
                data=lambda: ingest_json(result),
                rows=lambda: quarantine_rows(result.quarantined),
            )
            return 1 if result.quarantined else 0
        events = list_quarantine(store, MOST if common.format == "csv" and limit > 0 else limit)
        present(
            common.format,
            text=lambda out: _print_events(out, events, limit),
            data=lambda: Encoder().encode(events),
            rows=lambda: quarantine_rows(events),
        )
    return 0


def _replay_documents(
    store: "Store", sources: Path | None, numbers: "Sequence[int] | None"
) -> "IngestResult":
    """Of live sources; they stay as they are where no file of sources is given."""
    from impactgraph.sources.format import load_sources
    from impactgraph.sources.live_sources import document_translators
    from impactgraph.sources.replay import replay_documents

    translators = document_translators(load_sources(sources)) if sources else {}
    return replay_documents(store, translators, numbers)


def print_result(out: "Console", result: "IngestResult") -> None:
    rest = len(result.quarantined)
    out.print(
        f"{result.accepted_count:,} accepted, {result.duplicate_count:,} duplicates, {rest:,} still "
        "quarantined."
    )


def _print_events(out: "Console", events: "Sequence[QuarantinedEvent]", limit: int) -> None:
    from impactgraph.cli.formats import NOTHING, day_and_time
    from impactgraph.cli.output import table

    if not events:
        out.print("No events are quarantined.")
        return
    rows = table("number", "received", "from", "reason", right=("number",))
    for event in events:
        moment = day_and_time(event.received_at) if event.received_at else NOTHING
        rows.add_row(str(event.number), moment, event.place or NOTHING, event.reason)
    out.print(rows)
    if len(events) == limit:
        out.print("There may be more: --limit N.", style="dim")
    out.print(
        "To see the events themselves: --format json. To retry them: impactgraph aside --replay.", style="dim"
    )
