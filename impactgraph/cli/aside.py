"""`impactgraph aside`: events that were kept aside."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases import IngestResult, QuarantinedEvent

Numbers = Annotated[
    tuple[int, ...], Parameter(help="Which to try again, by number; none: all.", show_default=False)
]
Replay = Annotated[bool, Parameter(help="Try them again; what is taken now leaves the list.", negative=())]
Limit = Annotated[int, Parameter(help="How many to list, the oldest first.")]


def aside(
    numbers: Numbers = (), /, *, replay: Replay = False, limit: Limit = 100, common: Common = COMMON
) -> int:
    """Lists events that could not be taken, with their reasons; with --replay tries them again. Gives the exit status."""
    from impactgraph.cli.ingest import tell_rejected
    from impactgraph.cli.outcomes import intake_shape, refused_rows, refused_shape
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.quarantine import list_quarantined, replay_quarantined

    if numbers and not replay:
        raise BadInputError(Problem("Numbers say which to try again: add --replay."))
    with existing(common.store) as store:
        if replay:
            intake = replay_quarantined(store, numbers or None)
            tell_rejected(intake)
            present(
                common.format,
                people=lambda out: _tell(out, intake),
                data=lambda: intake_shape(intake),
                rows=lambda: refused_rows(intake.quarantined),
            )
            return 1 if intake.quarantined else 0
        found = list_quarantined(store, limit)
        present(
            common.format,
            people=lambda out: _list(out, found, limit),
            data=lambda: [refused_shape(each) for each in found],
            rows=lambda: refused_rows(found),
        )
    return 0


def _tell(out: "Console", intake: "IngestResult") -> None:
    out.print(
        f"{intake.accepted_count:,} taken, {intake.duplicate_count:,} known by now, {len(intake.quarantined):,} still kept aside."
    )


def _list(out: "Console", found: "tuple[QuarantinedEvent, ...]", limit: int) -> None:
    from impactgraph.cli.say import day_and_time
    from impactgraph.cli.show import table

    if not found:
        out.print("Nothing is kept aside.")
        return
    rows = table("number", "received", "from", "reason", right=("number",))
    for each in found:
        rows.add_row(
            str(each.number),
            day_and_time(each.received_at) if each.received_at else "-",
            each.place or "-",
            each.reason,
        )
    out.print(rows)
    if len(found) == limit:
        out.print("There may be more: --limit N.", style="dim")
    out.print(
        "The events themselves: --format json. To try them again: impactgraph aside --replay.", style="dim"
    )
