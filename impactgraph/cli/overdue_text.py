"""Overdue orders as text: how many, where, common factors, likely causes, the orders."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import (
    duration_in,
    has_next,
    key_in,
    known_moment,
    moment_in,
    money_in,
    nodes_in,
    single_money,
)
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import print_headline, table

_MOST_GROUPS = 12


def print_overdue(out: Console, report: Json, asked_for: str) -> None:
    """Prints groups, common factors, suspects and the first orders; `asked_for`: the filter in words."""
    at, count = known_moment(report["asOf"]), report["totalCount"]
    if not count:
        out.print(_none_overdue(report, asked_for), style="bold")
    else:
        verb = "is" if count == 1 else "are"
        print_headline(out, f"{formats.count(count, 'order')} {verb} overdue.", at)
        _print_groups(out, report["groups"])
        _print_factors(out, report["inCommon"])
    _print_suspects(out, report["suspects"])
    if count:
        _print_orders(out, report, at)


def _none_overdue(report: Json, asked_for: str) -> str:
    """That no order is overdue, of those that the filter keeps."""
    if not asked_for:
        return "No order is overdue: every order is within the limit of its step."
    if not report["inFlight"]:
        return f"No order in flight matches the filter ({asked_for})."
    return f"No order that matches the filter ({asked_for}) is overdue. Others were not checked."


def _print_groups(out: Console, groups: Sequence[Json]) -> None:
    dimensions = (name.lower() for name in groups[0]["key"])
    rows = table(*dimensions, "overdue", "of", "value", right=("overdue", "of", "value"))
    for group in groups[:_MOST_GROUPS]:
        rows.add_row(
            *(value or formats.NOTHING for value in group["key"].values()),
            f"{group['overdue']:,}",
            f"{group['total']:,}",
            formats.money(money_in(group["value"])),
        )
    out.print()
    out.print(rows)
    if len(groups) > _MOST_GROUPS:
        out.print(f"{len(groups) - _MOST_GROUPS:,} more groups: --format json.", style="dim")


def _print_factors(out: Console, factors: Sequence[Json]) -> None:
    out.print()
    out.print("Common factors" if factors else "They have nothing in common.", style="bold")
    if not factors:
        return
    figures = ("overdue with it", "overdue without it", "p-value")
    rows = table("factor", "value", *figures, right=figures)
    for each in factors:
        rows.add_row(
            each["dimension"].replace("_", " "),
            each["value"],
            f"{each['overdueWith']:,} of {each['totalWith']:,}",
            _overdue_without(each),
            formats.p_value(each["pValue"]),
        )
    out.print(rows)


def _overdue_without(factor: Json) -> str:
    """Nothing where all have the factor."""
    total = factor["totalWithout"]
    return f"{factor['overdueWithout']:,} of {total:,}" if total else formats.NOTHING


def _print_suspects(out: Console, suspects: Sequence[Json]) -> None:
    if not suspects:
        return
    out.print()
    out.print("Likely causes", style="bold")
    for number, each in enumerate(suspects, 1):
        likelihood, element = formats.share(each["likelihood"]), each["element"]
        evidence = formats.without_zone(each["evidence"])
        out.print(
            f"{number:3}. {element['name']} ({element['id']}, {likelihood}): {evidence}", soft_wrap=True
        )
    out.print("To report one as a failure: --report NUMBER.", style="dim")


def _print_orders(out: Console, report: Json, at: Millis) -> None:
    excess = {each["order"]: duration_in(each["beyond"]) for each in report["excess"]}
    columns = ("order", "over the limit by", "step", "location", "since", "channel", "value")
    rows = table(*columns, right=("over the limit by", "value"))
    page = report["orders"]
    orders = nodes_in(page)
    for order in orders:
        first_overdue = (each for each in order["fulfillments"] if each["overdue"])
        fulfillment = next(first_overdue, order["fulfillments"][0])
        rows.add_row(
            key_in(order["id"]),
            formats.duration(excess[order["id"]]),
            fulfillment["step"]["name"] if fulfillment["step"] else formats.NOTHING,
            fulfillment["location"]["name"] if fulfillment["location"] else formats.NOTHING,
            formats.at(moment_in(fulfillment["enteredAt"]), at),
            order["channel"],
            formats.money(single_money(order["value"])),
        )
    out.print()
    out.print(rows)
    if has_next(page):
        more = page["totalCount"] - len(orders)
        out.print(f"{more:,} more: --orders N, or --format csv for all.", style="dim")


def print_report(out: Console, failure: Json) -> None:
    """Prints the failure that was reported for a suspect."""
    name = failure["class"].lower()
    out.print(
        f"Reported as {failure['id']}: {name} of {failure['target']['id']}. See impactgraph blast-radius."
    )
