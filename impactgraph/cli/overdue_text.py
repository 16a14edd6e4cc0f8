"""Overdue orders as text: how many, where, common factors, likely causes, the orders."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.diagnosis import CommonFactor, OverdueGroup
from graph_models.failure import Failure
from graph_models.orders import Order, Page
from impactgraph.cli import formats
from impactgraph.cli.output import table
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.usecases.overdue import Overdue

_MOST_GROUPS = 12


def print_overdue(out: Console, overdue: Overdue, groups: Sequence[OverdueGroup], page: Page[Order]) -> None:
    """Prints groups, common factors, suspects and the first orders."""
    if not page.total_count:
        out.print(_none_overdue(overdue), style="bold")
    else:
        verb = "is" if page.total_count == 1 else "are"
        out.print(f"{formats.count(page.total_count, 'order')} {verb} overdue.", style="bold")
        out.print(f"As of {formats.day_and_time(overdue.at)}. Times are UTC.", style="dim")
        _print_groups(out, groups)
        _print_factors(out, overdue.in_common)
    _print_suspects(out, overdue.suspects)
    if page.total_count:
        _print_orders(out, overdue, page)


def _none_overdue(overdue: Overdue) -> str:
    """That no order is overdue, of those that the filter keeps."""
    if not overdue.asked_for:
        return "No order is overdue: every order is within the limit of its step."
    if not overdue.in_flight:
        return f"No order in flight matches the filter ({overdue.asked_for})."
    return f"No order that matches the filter ({overdue.asked_for}) is overdue. Others were not looked at."


def _print_groups(out: Console, groups: Sequence[OverdueGroup]) -> None:
    dimensions = (name.lower() for name in groups[0].key)
    rows = table(*dimensions, "overdue", "of", "value", right=("overdue", "of", "value"))
    for group in groups[:_MOST_GROUPS]:
        rows.add_row(
            *(value or formats.NOTHING for value in group.key.values()),
            f"{group.overdue:,}",
            f"{group.total:,}",
            formats.money(group.value),
        )
    out.print()
    out.print(rows)
    if len(groups) > _MOST_GROUPS:
        out.print(f"{len(groups) - _MOST_GROUPS:,} more groups: --format json.", style="dim")


def _print_factors(out: Console, factors: Sequence[CommonFactor]) -> None:
    out.print()
    out.print("Common factors" if factors else "They have nothing in common.", style="bold")
    if not factors:
        return
    figures = ("overdue with it", "overdue without it", "p-value")
    rows = table("factor", "value", *figures, right=figures)
    for each in factors:
        rows.add_row(
            each.dimension.replace("_", " "),
            each.value,
            f"{each.overdue_with:,} of {each.total_with:,}",
            f"{each.overdue_without:,} of {each.total_without:,}",
            f"{each.p_value:.1g}",
        )
    out.print(rows)


def _print_suspects(out: Console, suspects: Sequence[Suspect]) -> None:
    if not suspects:
        return
    out.print()
    out.print("Likely causes", style="bold")
    for number, each in enumerate(suspects, 1):
        likelihood = formats.share(each.cause.likelihood)
        out.print(f"{number:3}. {each.cause.element} ({likelihood}): {each.cause.evidence}", soft_wrap=True)
    out.print("To report one as a failure: --report NUMBER.", style="dim")


def _print_orders(out: Console, overdue: Overdue, page: Page[Order]) -> None:
    excess = overdue.beyond([order.key for order in page.items])
    columns = ("order", "over the limit by", "step", "location", "since", "channel", "value")
    rows = table(*columns, right=("over the limit by", "value"))
    for order in page.items:
        first_overdue = (each for each in order.fulfillments if each.overdue)
        fulfillment = next(first_overdue, order.fulfillments[0])
        rows.add_row(
            order.key,
            formats.duration(excess[order.key]),
            f"{fulfillment.workflow}/{fulfillment.step}",
            fulfillment.location or formats.NOTHING,
            formats.at(fulfillment.entered_at, overdue.at),
            order.channel,
            formats.money([order.value]),
        )
    out.print()
    out.print(rows)
    if page.has_next:
        more = page.total_count - len(page.items)
        out.print(f"{more:,} more: --orders N, or --format csv for all.", style="dim")


def print_report(out: Console, failure: Failure) -> None:
    """Prints the failure that was reported for a suspect."""
    name = failure.failure_class.value.lower()
    out.print(f"Reported as {failure.id}: {name} of {failure.target}. See impactgraph blast-radius.")
