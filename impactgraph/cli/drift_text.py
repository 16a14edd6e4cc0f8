"""Drift as a table: what has changed, since when, from what to what."""

from rich.console import Console

from graph_models.percent import percent
from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import known_moment, money_in, nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import print_headline, print_rest, table

_FIGURES = ("before", "now", "p-value", "orders", "value")


def print_drift(out: Console, page: Json, at: Millis) -> None:
    """Prints a page of Drift or DriftGroup as of a moment."""
    if not page["totalCount"]:
        out.print("No change in the last week.", style="bold")
        return
    changes = nodes_in(page)
    print_headline(out, f"{formats.count(page['totalCount'], 'change')} found.", at)
    rows = table("change", "where", "since", *_FIGURES, right=_FIGURES)
    for each in changes:
        rows.add_row(
            f"{formats.words(each['kind'])} of {_dimension(each)}",
            each["places"] if "places" in each else each["name"],
            formats.at(known_moment(each["since"]), at),
            _measure(each, each["before"]),
            _measure(each, each["after"]),
            formats.p_value(each["pValue"]),
            f"{each['orders']:,}",
            formats.money(money_in(each["orderValue"])),
        )
    out.print()
    out.print(rows)
    if any(_group_size(each) for each in changes):
        out.print(
            "Groups show the median before and now, and the smallest p-value. Ungrouped: --all.", style="dim"
        )
    print_rest(out, page, has_csv=False)


def _group_size(drift: Json) -> int:
    """Number of places in a group; 0 for a single one."""
    return drift["size"] if drift.get("size", 1) > 1 else 0


def _dimension(drift: Json) -> str:
    size = _group_size(drift)
    return f"{size:,} {drift['dimension']}s" if size else drift["dimension"]


def _measure(drift: Json, value: float) -> str:
    """A duration or a rate."""
    if drift["kind"] != "DURATION":
        return percent(value, 1)
    return formats.duration(round(value * 1000))
