"""Drift as a table: what has changed, since when, from what to what."""

from rich.console import Console

from graph_models.diagnosis import Drift, DriftGroup, DriftKind
from graph_models.orders import Page
from graph_models.percent import percent
from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.output import table
from impactgraph.usecases.drift import places_text

_FIGURES = ("before", "now", "p-value", "orders", "value")


def print_drift(out: Console, page: Page[Drift] | Page[DriftGroup], at: Millis) -> None:
    """Prints a page of changes as of a moment."""
    if not page.total_count:
        out.print("No change in the last week.", style="bold")
        return
    out.print(f"{formats.count(page.total_count, 'change')} found.", style="bold")
    out.print(f"As of {formats.day_and_time(at)}. Times are UTC.", style="dim")
    rows = table("change", "where", "since", *_FIGURES, right=_FIGURES)
    for each in page.items:
        rows.add_row(
            f"{formats.words(each.kind)} of {_dimension(each)}",
            places_text(each) if isinstance(each, DriftGroup) else each.value,
            formats.at(each.since, at),
            _measure(each, each.before),
            _measure(each, each.after),
            f"{each.p_value:.1g}",
            f"{each.orders:,}",
            formats.money(each.worth),
        )
    out.print()
    out.print(rows)
    if any(_group_size(each) for each in page.items):
        out.print(
            "Groups show the median before and now, and the smallest p-value. Ungrouped: --all.", style="dim"
        )
    if page.has_next:
        out.print(f"{page.total_count - len(page.items):,} more: --first N.", style="dim")


def _group_size(drift: Drift | DriftGroup) -> int:
    """Number of places in a group; 0 for a single one."""
    return len(drift.members) if isinstance(drift, DriftGroup) and len(drift.members) > 1 else 0


def _dimension(drift: Drift | DriftGroup) -> str:
    size = _group_size(drift)
    return f"{size:,} {drift.dimension}s" if size else drift.dimension


def _measure(drift: Drift | DriftGroup, value: float) -> str:
    """A duration or a rate."""
    return formats.duration(round(value)) if drift.kind is DriftKind.DURATION else percent(value, 1)
