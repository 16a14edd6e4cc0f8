"""The comparison of a system's list as text: the outcome of its rows, what differs, the first findings."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.time import Millis
from impactgraph.cli import formats
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
from impactgraph.cli.output import print_heading, print_lines, print_rest, table

_TITLES = {
    "MISSING": "missing there",
    "UNKNOWN": "unknown here",
    "AMOUNT": "another amount",
    "CURRENCY": "another currency",
    "STATE": "another state",
}
_MOST_REFUSED = 5
_MOST_WORDS = 8


def print_reconciliation(out: Console, answer: Json) -> None:
    """Prints the comparison with a page of its findings."""
    at = known_moment(answer["at"])
    out.print(_headline(answer), style="bold")
    out.print(_about(answer), style="dim")
    _print_rows(out, answer["rows"])
    _print_totals(out, answer)
    _print_findings(out, answer["findings"], at)
    _print_refusals(out, answer["refused"])
    _print_words(out, answer["unreadStates"])


def _headline(answer: Json) -> str:
    name = answer["systemName"]
    counts = [f"{each['count']:,} {_TITLES[each['kind']]}" for each in answer["totals"]]
    if refused_count := answer["rows"]["refused"]:
        counts.append(f"{formats.count(refused_count, 'row')} refused")
    at = formats.day_and_time(known_moment(answer["at"]))
    if counts:
        return f"{name} as of {at}: {', '.join(counts)}."
    if not answer["complete"]:
        return f"{name} as of {at}: everything that it lists is recorded here in the same way."
    return f"{name} as of {at}: everything that should be there is, in the same way as here."


def _about(answer: Json) -> str:
    """What the list covers, and the moment of the answer."""
    if answer["missingParts"]:
        missing = formats.count(answer["missingParts"], "part")
        kind = f"{missing} of the list missing: until all have come, nothing counts as missing"
    elif not answer["complete"]:
        kind = "A partial list: nothing counts as missing"
    elif answer["placedFrom"] is not None:
        kind = f"Complete for orders placed from {formats.dated(known_moment(answer['placedFrom']))} on"
    else:
        kind = "Complete for all orders"
    return f"{kind}. As known at {formats.dated(known_moment(answer['asOf']))}. {formats.zone_note()}"


def _print_rows(out: Console, counts: Json) -> None:
    names = ("matched", "differing", "unknown", "repeated", "refused")
    parts = [f"{counts[name]:,} {name}" for name in names if counts[name] or name == "matched"]
    out.print()
    out.print(f"{formats.count(counts['total'], 'row')}: {', '.join(parts)}.")


def _print_totals(out: Console, answer: Json) -> None:
    if not answer["totals"] and not answer["notDue"]:
        return
    figures = ("count", "explained", "worth here", "as listed")
    rows = table("finding", *figures, right=figures)
    for each in answer["totals"]:
        rows.add_row(
            _TITLES[each["kind"]],
            f"{each['count']:,}",
            f"{each['explained']:,}" if each["kind"] == "MISSING" else formats.NOTHING,
            formats.money(money_in(each["amount"])),
            formats.money(money_in(each["listedAmount"])),
        )
    if answer["notDue"]:
        worth = formats.money(money_in(answer["notDueAmount"]))
        rows.add_row("not due yet", f"{answer['notDue']:,}", formats.NOTHING, worth, "", style="dim")
    out.print()
    out.print(rows)


def _print_findings(out: Console, page: Json, at: Millis) -> None:
    findings = nodes_in(page)
    if not findings:
        return
    columns = ("id", "finding", "due", "late by", "by", "worth here", "likely cause")
    rows = table(*columns, right=("late by", "worth here"))
    for each in findings:
        listing = each["listing"]
        rows.add_row(
            listing["listedId"] or key_in(each["order"]["id"]),
            short_finding(listing),
            formats.at(moment_in(each["due"]), at),
            formats.duration(duration_in(each["lateBy"])),
            _way(listing),
            formats.money(single_money(each["amount"])),
            _cause(each["likelyCause"]),
        )
    out.print()
    out.print(rows)
    print_rest(out, page)


def short_finding(listing: Json) -> str:
    """`missing there`, `10.00 EUR there`, `closed there, in flight here`; `missing, recorded` where what
    brings it there was recorded before the list.
    """
    if listing["recordedAt"] is not None:
        return "missing, recorded"
    if listing["kind"] in ("AMOUNT", "CURRENCY"):
        money = formats.money(single_money(listing["amount"]))
        return f"{money} there" if listing["amount"] else _TITLES[listing["kind"]]
    if listing["kind"] == "STATE":
        return f"{listing['state']} there, {listing['expectedState']} here"
    return _TITLES[listing["kind"]]


def _way(listing: Json) -> str:
    """The record or step that should have brought it: `goods_issue of pack`."""
    if listing["step"] is None:
        return formats.NOTHING
    step = key_in(listing["step"]).rpartition("/")[2]
    if listing["record"] is None:
        return step
    return f"{listing['record']} of {step}"


def _cause(cause: Json | None) -> str:
    if cause is None:
        return formats.NOTHING
    if cause["failure"]:
        return f"{key_in(cause['failure']['id'])} ({formats.share(cause['likelihood'])})"
    return cause["element"]["id"] if cause["element"] else cause["evidence"]


def _print_refusals(out: Console, rows: Sequence[Json]) -> None:
    if not rows:
        return
    print_heading(out, "Refused rows")
    print_lines(out, (f"{row['place']}: {row['reason']}" for row in rows[:_MOST_REFUSED]))
    if len(rows) > _MOST_REFUSED:
        out.print(f"… and {len(rows) - _MOST_REFUSED:,} more: --format json has them all.", style="dim")


def _print_words(out: Console, words: Sequence[Json]) -> None:
    if not words:
        return
    print_heading(out, "States that were not compared: define them with --states WORD=completed")
    print_lines(out, [", ".join(f"{each['word']} ({each['count']:,})" for each in words[:_MOST_WORDS])])
