"""A list of records by state: as a table, and as rows."""

from collections.abc import Mapping

from rich.console import Console

from impactgraph.cli import formats
from impactgraph.cli.decode import key_in, known_moment, moment_in, nodes_in, single_money
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, print_rest, table

_COLUMNS = (
    "order",
    "fulfillment",
    "kind",
    "type",
    "state",
    "step",
    "due",
    "recorded_at",
    "amount",
    "currency",
)


def print_record_list(out: Console, answer: Json) -> None:
    """Prints totals and a page of the records."""
    at, listing = known_moment(answer["asOf"]), answer["recordList"]
    page = listing["lines"]
    count = page["totalCount"]
    out.print(f"{formats.count(count, 'record')}." if count else "No record matches.", style="bold")
    out.print(f"As of {formats.dated(at)}. {formats.zone_note()}", style="dim")
    if not count:
        return
    totals = table("record", "type", "state", "count", right=("count",))
    for each in listing["totals"]:
        words = (formats.words(each["kind"]), each["type"], formats.words(each["state"]))
        totals.add_row(*words, f"{each['count']:,}")
    out.print()
    out.print(totals)
    rows = table("fulfillment", "type", "state", "step", "due", "recorded", "amount", right=("amount",))
    lines = nodes_in(page)
    for each in lines:
        rows.add_row(
            key_in(each["fulfillment"]),
            each["type"],
            formats.words(each["state"]),
            key_in(each["step"]),
            formats.at(moment_in(each["due"]), at),
            formats.at(moment_in(each["recordedAt"]), at),
            formats.money(single_money(each["amount"])),
        )
    out.print()
    out.print(rows)
    print_rest(out, page)


def record_list_rows(page: Json) -> Rows:
    """A row for each record."""
    return Rows(_COLUMNS, map(_row, nodes_in(page)))


def _row(line: Json) -> Mapping[str, object]:
    amount = line["amount"]
    plain = {name: line[name] for name in ("fulfillment", "kind", "type", "state", "step", "due")}
    return plain | {
        "order": line["order"]["id"],
        "recorded_at": line["recordedAt"],
        "amount": amount["amount"] if amount else None,
        "currency": amount["currency"] if amount else None,
    }
