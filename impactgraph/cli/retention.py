"""`impactgraph retention`: removes ended orders by their age."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from impactgraph.ports.removal import RetentionCount

Rules = Annotated[
    Path | None,
    Parameter(help="File of the rules [default: IMPACTGRAPH_RETENTION].", env_var="IMPACTGRAPH_RETENTION"),
]
Apply = Annotated[bool, Parameter(help="Remove what the rules name; without it, only count.", negative=())]
DryRun = Annotated[bool, Parameter(help="Only count what the rules name, as without --apply.", negative=())]


def retention(
    rules: Rules = None, /, *, dry_run: DryRun = False, apply: Apply = False, common: Common = COMMON
) -> int:
    """Counts or removes what the rules name; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.administration import open_administration
    from impactgraph.cli.encode import iso_moment
    from impactgraph.cli.output import Rows, present
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.retention.format import load_retention

    if rules is None:
        raise BadInputError(Problem("Name the file of the rules, or set IMPACTGRAPH_RETENTION."))
    if apply and dry_run:
        raise BadInputError(Problem("--apply removes and --dry-run only counts: give one of them."))
    retention_rules = load_retention(rules)
    with open_administration(common) as administration:
        counts = administration.retain(retention_rules.at(system_clock()), dry_run=not apply)
    rows = [
        {
            "rule": each.rule,
            "before": iso_moment(each.before),
            "orders": each.orders,
            "events": each.events,
            "quarantined": each.entries,
            "audited": each.audited,
        }
        for each in counts
    ]
    present(
        common.format,
        text=lambda out: _print(out, counts, is_applied=apply),
        data=lambda: {"applied": apply, "rules": rows},
        rows=lambda: Rows(("rule", "before", "orders", "events", "quarantined", "audited"), rows),
    )
    return 0


def _print(out: "Console", counts: "Sequence[RetentionCount]", *, is_applied: bool) -> None:
    from impactgraph.cli.formats import day_and_time
    from impactgraph.cli.output import table

    numbers = ("orders", "events", "quarantined", "audited")
    lines = table("rule", "before", *numbers, right=numbers)
    for each in counts:
        lines.add_row(
            each.rule,
            day_and_time(each.before),
            f"{each.orders:,}",
            f"{each.events:,}",
            f"{each.entries:,}",
            f"{each.audited:,}",
        )
    out.print(lines)
    out.print(_outcome(counts, is_applied=is_applied))


def _outcome(counts: "Sequence[RetentionCount]", *, is_applied: bool) -> str:
    if not any(each.orders or each.entries or each.audited for each in counts):
        return "Nothing is old enough to be removed."
    return "This was removed." if is_applied else "Nothing was removed: --apply removes it."
