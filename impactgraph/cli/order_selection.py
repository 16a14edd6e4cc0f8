"""The orders that a command is about, from its options: a filter, a moment and a time zone."""

from dataclasses import dataclass

from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.time import Millis
from graph_models.zones import UTC
from impactgraph.cli.order_filter import order_filter
from impactgraph.cli.question import OptionReader
from impactgraph.cli.question_options import SelectionOptions
from impactgraph.cli.times import parse_moment_option, parse_zone_option


@dataclass(frozen=True)
class OrderSelection:
    """The orders of a question, its moment, and the zone of the times in its texts."""

    where: OrderFilter
    as_of: Millis | None
    timezone: str


def read_selection(reader: OptionReader, now: Millis, options: SelectionOptions) -> OrderSelection:
    """The selection of the options; moments of `where` count from `as_of`. The reader collects problems."""
    at = reader.read(parse_moment_option, "--as-of", options.as_of, now)
    zone = reader.read(parse_zone_option, options.timezone)
    limits = reader.read(order_filter, options.where, now if at is None else at)
    return OrderSelection(limits or ANY_ORDER, at, zone or UTC)
