"""A list of orders as a table, and as rows."""

from collections.abc import Mapping

from rich.console import Console

from impactgraph.cli import formats
from impactgraph.cli.decode import key_in, known_moment, moment_in, nodes_in, single_money
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, print_rest, table

_COLUMNS = (
    "order",
    "status",
    "channel",
    "mode",
    "region",
    "tier",
    "value",
    "currency",
    "placed_at",
    "promised_by",
    "fulfillments",
    "steps",
    "locations",
)


def print_orders(out: Console, answer: Json) -> None:
    """Prints a page of orders."""
    at, page = known_moment(answer["asOf"]), answer["orders"]
    count = page["totalCount"]
    out.print(f"{formats.count(count, 'order')}." if count else "No order matches.", style="bold")
    out.print(f"As of {formats.dated(at)}. {formats.zone_note()}", style="dim")
    orders = nodes_in(page)
    if not orders:
        return
    columns = ("order", "status", "step", "location", "channel", "placed", "promised by", "value")
    rows = table(*columns, right=("value",))
    for order in orders:
        rows.add_row(
            key_in(order["id"]),
            formats.words(order["status"]),
            ", ".join(_names(order, "step")) or formats.NOTHING,
            ", ".join(_names(order, "location")) or formats.NOTHING,
            order["channel"] or formats.NOTHING,
            formats.at(moment_in(order["placedAt"]), at),
            formats.at(moment_in(order["promisedBy"]), at),
            formats.money(single_money(order["value"])),
        )
    out.print()
    out.print(rows)
    print_rest(out, page)


def orders_rows(page: Json) -> Rows:
    """A row for each order."""
    return Rows(_COLUMNS, map(_row, nodes_in(page)))


def _row(order: Json) -> Mapping[str, object]:
    plain = {name: order[name] for name in ("status", "channel", "mode", "region")}
    return plain | {
        "order": order["id"],
        "tier": order["customerTier"],
        "value": order["value"]["amount"],
        "currency": order["value"]["currency"],
        "placed_at": order["placedAt"],
        "promised_by": order["promisedBy"],
        "fulfillments": "; ".join(part["id"] for part in order["fulfillments"]),
        "steps": "; ".join(_keys(order, "step")),
        "locations": "; ".join(_keys(order, "location")),
    }


def _names(order: Json, of: str) -> list[str]:
    """Display names of the steps, or locations, that its fulfillments are in, each once."""
    return list(dict.fromkeys(part[of]["name"] for part in order["fulfillments"] if part[of]))


def _keys(order: Json, of: str) -> list[str]:
    """Keys of the same, for programs."""
    return list(dict.fromkeys(key_in(part[of]["id"]) for part in order["fulfillments"] if part[of]))
