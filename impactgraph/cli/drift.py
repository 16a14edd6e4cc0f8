"""`impactgraph drift`: what is no longer as it was."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, cast

from cyclopts import Parameter

from impactgraph.cli.asking import AsOf
from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.diagnosis import Drift, DriftGroup
    from graph_models.orders import Page
    from graph_models.time import Millis
    from impactgraph.cli.shape import Shape
    from impactgraph.cli.show import Rows

Count = Annotated[int, Parameter(help="How many to list, those with the most orders behind them first.")]


Each = Annotated[
    bool,
    Parameter(
        name="--all",
        negative="",
        help="Each place by itself, not those together that say the same. JSON and CSV always have each.",
    ),
]


def drift(*, as_of: AsOf = None, first: Count = 20, each: Each = False, common: Common = COMMON) -> int:
    """Tells what was found, and gives the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.question import Reading
    from impactgraph.cli.shape import connection
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.cli.times import read_moment
    from impactgraph.usecases.drift import list_drift, list_drift_groups
    from impactgraph.usecases.pages import check_first

    now, reading = system_clock(), Reading()
    at = reading.tried(read_moment, "--as-of", as_of, now)
    size = reading.tried(check_first, first)
    reading.done()
    with existing(common.store) as store:
        together = common.format == "table" and not each
        found = list_drift_groups(store, now, at, size) if together else list_drift(store, now, at, size)
    present(
        common.format,
        people=lambda out: _tell(out, found, now if at is None else at),
        data=lambda: connection(cast("Page[Drift]", found), _shape),
        rows=lambda: _rows(cast("Page[Drift]", found)),
    )
    return 1 if found.total_count else 0


def _tell(out: "Console", found: "Page[Drift] | Page[DriftGroup]", at: "Millis") -> None:
    from impactgraph.cli import say
    from impactgraph.cli.show import table

    if not found.total_count:
        out.print("Nothing has moved within the last week.", style="bold")
        return
    out.print(
        f"{say.count(found.total_count, 'thing')} {'is' if found.total_count == 1 else 'are'} no longer as before.",
        style="bold",
    )
    out.print(f"As of {say.day_and_time(at)}. Times are UTC.", style="dim")
    made = table(
        "what",
        "which",
        "since",
        "before",
        "now",
        "by chance",
        "orders",
        "worth",
        right=("before", "now", "by chance", "orders", "worth"),
    )
    for each in found.items:
        before, after = (_measure(each, value) for value in (each.before, each.after))
        chance, worth = f"{each.p_value:.1g}", say.money(each.worth)
        made.add_row(
            f"{say.word(each.kind)} of {_places(each)}",
            _which(each),
            say.at(each.since, at),
            before,
            after,
            chance,
            f"{each.orders:,}",
            worth,
        )
    out.print()
    out.print(made)
    if any(_several(each) for each in found.items):
        out.print(
            "Of several places: the median before and now, and the least likely by chance. Each by itself: --all.",
            style="dim",
        )
    if found.has_next:
        out.print(f"{found.total_count - len(found.items):,} more: --first N.", style="dim")


def _several(found: "Drift | DriftGroup") -> int:
    """How many places are told as one; 0 for one by itself."""
    from graph_models.diagnosis import DriftGroup

    return len(found.members) if isinstance(found, DriftGroup) and len(found.members) > 1 else 0


def _places(found: "Drift | DriftGroup") -> str:
    return f"{_several(found):,} {found.dimension}s" if _several(found) else found.dimension


def _which(found: "Drift | DriftGroup") -> str:
    from graph_models.diagnosis import DriftGroup
    from impactgraph.usecases.drift import places_text

    return places_text(found) if isinstance(found, DriftGroup) else found.value


def _measure(found: "Drift | DriftGroup", value: float) -> str:
    """A length of time, or a share."""
    from graph_models.diagnosis import DriftKind
    from impactgraph.cli import say

    return say.span(round(value)) if found.kind is DriftKind.DURATION else f"{value:.1%}"


def _shape(found: "Drift") -> "Shape":
    """GraphQL's Drift."""
    from graph_models.diagnosis import DriftKind
    from impactgraph.cli.shape import moneys, when
    from impactgraph.usecases.drift import drift_sentence

    unit = 1000 if found.kind is DriftKind.DURATION else 1
    return {
        "kind": found.kind.value,
        "dimension": found.dimension,
        "value": found.value,
        "since": when(found.since),
        "before": found.before / unit,
        "after": found.after / unit,
        "pValue": found.p_value,
        "orders": found.orders,
        "worth": moneys(found.worth),
        "sentence": drift_sentence(found),
    }


def _rows(found: "Page[Drift]") -> "Rows":
    from impactgraph.cli.show import Rows

    return Rows(
        ("kind", "dimension", "value", "since", "before", "after", "p_value", "orders"), _plain(found)
    )


def _plain(found: "Page[Drift]") -> Iterator[Mapping[str, object]]:
    names = {"pValue": "p_value"}
    for each in found.items:
        yield {
            names.get(name, name): value
            for name, value in _shape(each).items()
            if name not in ("worth", "sentence")
        }
