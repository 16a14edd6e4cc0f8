"""Repair lists as text: the count and value, the groups, the first items."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.answers.repair_documents import LISTS
from impactgraph.cli.decode import (
    duration_in,
    key_in,
    known_moment,
    moment_in,
    money_in,
    nodes_in,
    single_money,
)
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import print_headline, print_rest, table
from impactgraph.topology.names import record_kind_text
from impactgraph.usecases.repair_exports import RepairExport

_MOST_GROUPS = 15


def print_repair(out: Console, answer: Json, export: RepairExport) -> None:
    """Prints one list, or why it is empty."""
    at, page = known_moment(answer["asOf"]), answer[LISTS[export]]
    print_headline(out, _title(page, export), at)
    match export:
        case RepairExport.REPLAY:
            _print_replay(out, page, at)
        case RepairExport.MESSAGES:
            _print_communications(out, page, at)
        case RepairExport.FIRST:
            _print_pressing(out, page, at)


def _title(page: Json, export: RepairExport) -> str:
    """How many there are and their value, or why there is none."""
    if page["whyEmpty"] is not None:
        return page["whyEmpty"]
    count, value = page["totalCount"], formats.money(money_in(page["value"]))
    match export:
        case RepairExport.REPLAY:
            done = f"; {page['done']:,} done" if page["done"] else ""
            verb, pronoun = ("does", "itself") if count == 1 else ("do", "themselves")
            return f"{formats.count(count, 'item')} worth {value} {verb} not come by {pronoun}{done}."
        case RepairExport.MESSAGES:
            what = formats.count(count, "message")
            return f"{what} to hold, send or correct, of orders worth {value}."
        case RepairExport.FIRST:
            left_out = page["leftOut"]
            miss = "misses" if left_out == 1 else "miss"
            rest = f"; {left_out:,} more {miss} it in any case" if left_out else ""
            verb = "keeps its promise if it is" if count == 1 else "keep their promise if they are"
            return f"{formats.count(count, 'order')} at risk, worth {value}, {verb} treated first{rest}."


def _print_replay(out: Console, page: Json, at: Millis) -> None:
    groups = table("from", "over", "queue", "left", "done", "value", right=("left", "done", "value"))
    for group in page["groups"][:_MOST_GROUPS]:
        groups.add_row(
            group["system"]["name"],
            _name(group["integration"]),
            group["queue"] or formats.NOTHING,
            f"{group['left']:,}",
            f"{group['done']:,}",
            formats.money(money_in(group["value"])),
        )
    if page["groups"]:
        out.print()
        out.print(groups)
    _print_rest_of_groups(out, page["groups"])
    items = nodes_in(page)
    if not items:
        return
    rows = table("fulfillment", "what", "since", "why", "takes", "value", right=("value",))
    for item in items:
        rows.add_row(
            key_in(item["fulfillment"]),
            _what(item),
            formats.at(moment_in(item["since"]), at),
            formats.words(item["reason"]),
            " ".join((item["takes"], *item["documents"])),
            formats.money(single_money(item["value"])),
        )
    out.print()
    out.print(rows)
    print_rest(out, page)


def _what(item: Json) -> str:
    """Such as `invoice (posting)`, or the step that an order waits in."""
    if item["kind"] is None:
        return f"order in {key_in(item['type'])}"
    return f"{formats.words(item['type'])} ({record_kind_text(item['kind'])})"


def _print_communications(out: Console, page: Json, at: Millis) -> None:
    if not page["totalCount"]:
        return
    groups = table(
        "action", "language", "channel", "messages", "orders worth", right=("messages", "orders worth")
    )
    for group in page["groups"][:_MOST_GROUPS]:
        groups.add_row(
            formats.words(group["action"]),
            group["language"],
            group["channel"] or formats.NOTHING,
            f"{group['count']:,}",
            formats.money(money_in(group["value"])),
        )
    out.print()
    out.print(groups)
    _print_rest_of_groups(out, page["groups"])
    rows = table("order", "action", "message", "why", "promise", "now expected", "customer")
    for item in nodes_in(page):
        facts = item["facts"]
        rows.add_row(
            key_in(item["order"]["id"]),
            formats.words(item["action"]),
            formats.words(item["type"]),
            formats.words(item["reason"]),
            formats.at(moment_in(facts["promisedBy"]), at),
            formats.at(moment_in(facts["expectedBy"]), at),
            f"{item['language']}, {item['channel'] or 'channel unknown'}",
        )
    out.print()
    out.print(rows)
    print_rest(out, page)
    out.print("Facts and texts: --format json, or --format csv. impactgraph sends none of them.", style="dim")


def _print_pressing(out: Console, page: Json, at: Millis) -> None:
    if not page["totalCount"]:
        return
    rows = table(
        "location", "step", "order", "slack", "start", "left to do", "promise", "value", right=("value",)
    )
    for item in nodes_in(page):
        rows.add_row(
            _name(item["location"]),
            _name(item["step"]),
            key_in(item["order"]["id"]),
            formats.duration(duration_in(item["slack"])),
            formats.at(moment_in(item["startAt"]), at),
            formats.duration(duration_in(item["leftToDo"])),
            formats.at(moment_in(item["promisedBy"]), at),
            formats.money(single_money(item["value"])),
        )
    out.print()
    out.print(rows)
    print_rest(out, page)


def _name(element: Json | None) -> str:
    return element["name"] if element is not None else formats.NOTHING


def _print_rest_of_groups(out: Console, groups: Sequence[Json]) -> None:
    if len(groups) > _MOST_GROUPS:
        out.print(f"{len(groups) - _MOST_GROUPS:,} more: --format json.", style="dim")
