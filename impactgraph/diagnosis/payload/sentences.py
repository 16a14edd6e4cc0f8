"""Sentences of findings in payloads."""

from collections.abc import Sequence
from decimal import Decimal

from graph_models.counts import say_count
from graph_models.diagnosis import StockFigure
from graph_models.time import Millis, say_duration
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.topology.names import display_name


def duplicates_sentence(count: int, same: str, sample: Sequence[str]) -> str:
    """`same`: what the orders agree in, such as `external_id`."""
    return f"{count:,} orders look like duplicates of one order: same {same} ({', '.join(sample)})."


def incomplete_sentence(count: int, key: dict[str, str], having: int, total: int, first: str) -> str:
    """`key`: attribute, channel and workflow; `first`: when the first order without the attribute was
    placed, in words.
    """
    orders = "order has" if count == 1 else "orders have"
    others = f"{having:,} of {total:,} {key['channel']} orders in {key['workflow']} have it"
    since = f"the first was placed at {first}"
    return f"{count:,} {orders} no {key['attribute']}; {others}; {since}."


def error_template_sentence(errors: int, orders: int, template: str, stopped_count: int) -> str:
    """`stopped_count`: fulfillments whose last event is such an error."""
    counts = f"{say_count(errors, 'error')} in {say_count(orders, 'order')}"
    return f"{counts}: {template}; {say_count(stopped_count, 'fulfillment')} still stopped."


def error_source_evidence(naming: int, total: int, element: str) -> str:
    return f"{naming:,} of {total:,} of these errors {'names' if naming == 1 else 'name'} {element}."


def stock_difference_sentence(
    topology: Topology, figures: Sequence[StockFigure], difference: Decimal, age: Millis
) -> str:
    """`figures`: of one item at one location; `age`: of the oldest when the latest was reported."""
    amounts = ", ".join(f"{_system(topology, figure)} {plain_number(figure.on_hand)}" for figure in figures)
    lag = (
        f"the oldest figure is {say_duration(age)} older than the latest"
        if age
        else "reported at the same moment"
    )
    location = display_name(topology, f"location:{figures[0].location}")
    place = f"{figures[0].item} at {location}"
    return f"{place}: {amounts}; difference {plain_number(difference)}, {lag}."


def stock_figure_text(topology: Topology, figure: StockFigure, clock: TextClock) -> str:
    """`ERP finance: 12 at 2026-03-02 14:00:00 UTC`."""
    return f"{_system(topology, figure)}: {plain_number(figure.on_hand)} at {clock.exact(figure.at)}"


def _system(topology: Topology, figure: StockFigure) -> str:
    return display_name(topology, f"system:{figure.system.removeprefix('system:')}")


def feed_evidence(feed: str, payload: str, hops: int) -> str:
    """`payload`: what the feed carries; `hops`: how many feeds connect the systems."""
    position = "" if hops == 1 else f"; it is one of {hops} feeds on the path"
    return f"{feed} carries {payload or 'data'} between these systems{position}."


def plain_number(amount: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    return f"{amount.normalize():f}"
