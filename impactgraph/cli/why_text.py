"""A diagnosis as text: verdict, customer message, missing records, timeline, causes, owner."""

import json
from typing import TYPE_CHECKING

from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import duration_in, key_in, known_moment, moment_in, single_money
from impactgraph.cli.links import print_address, server_address
from impactgraph.cli.output import print_heading, print_lines, table
from impactgraph.cli.why_message import MessageLayout
from impactgraph.topology.names import record_kind_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from impactgraph.cli.encode.values import Json

MOST_CAUSES = 5


def print_why(out: "Console", answer: "Json", layout: MessageLayout, as_of: Millis | None) -> None:
    """Prints the whole diagnosis, and its address where a server is configured."""
    order, at = answer["order"], known_moment(answer["at"])
    diagnosis = order["diagnosis"]
    out.print(formats.without_zone(diagnosis["headline"]), style="bold")
    out.print(f"{_facts(order)} As of {formats.dated(at)}. {formats.zone_note()}", style="dim")
    _print_message(out, answer, layout)
    if diagnosis["leftOut"]:
        print_heading(out, "Not counted")
        print_lines(out, diagnosis["leftOut"])
    _print_records(out, "Missing", diagnosis["missing"])
    _print_records(out, "Out of sequence", diagnosis["outOfSequence"])
    _print_timeline(out, order["timeline"], at)
    _print_systems(out, order["seenIn"], at)
    _print_causes(out, diagnosis["causes"])
    if diagnosis["peers"] is not None:
        _print_peers(out, diagnosis["peers"], order["id"])
    _print_owner(out, diagnosis)
    _print_link(out, order["id"], as_of)


def _print_message(out: "Console", answer: "Json", layout: MessageLayout) -> None:
    """Prints the message to the customer with its language and zone, or its facts as JSON."""
    if layout.form is None:
        print_heading(out, "Customer facts")
        facts = answer["order"]["diagnosis"]["customerFacts"]
        for line in json.dumps(facts, indent=2, ensure_ascii=False).splitlines():
            out.print(line, soft_wrap=True)
        return
    message = answer["message"]
    print_heading(out, f"Customer message ({message['language']}, {message['timezone']})")
    print_lines(out, message["text"].splitlines())


def _facts(order: "Json") -> str:
    value = formats.money(single_money(order["value"]))
    channel = formats.words(order["channel"] or "") or "no channel"
    mode = formats.words(order["mode"]) or "no mode"
    parts = order["fulfillments"]
    size = sum(part["status"] != "CANCELLED" for part in parts) or len(parts)
    split = f", in {size} fulfillments" if size > 1 else ""
    promised_by = moment_in(order["promisedBy"])
    promise = f", promised by {formats.dated(promised_by)}" if promised_by is not None else ""
    return f"{value}, {channel}, {mode}{split}{promise}."


def _print_records(out: "Console", title: str, records: "Sequence[Json]") -> None:
    if records:
        print_heading(out, title)
        print_lines(out, map(_record, records))


def _record(record: "Json") -> str:
    """`invoice (posting, 100.00 EUR): due 13:20, 2 h ago`, of one that has arrived what it came before."""
    if record["sentence"] is not None:
        return _listing(record)
    amount = f", {formats.money(single_money(record['amount']))}" if record["amount"] is not None else ""
    kind = record_kind_text(record["kind"])
    title = f"{formats.words(record['type'])} ({kind}{amount})"
    arrived_at = moment_in(record["arrivedAt"])
    if arrived_at is not None:
        other = formats.words(record["follows"] or "one that it must follow")
        return f"{title}: arrived {formats.dated(arrived_at)}, before {other}"
    due = formats.dated(known_moment(record["due"]))
    age = formats.duration(duration_in(record["lateBy"]))
    return f"{title}: due {due}, {age} ago"


def _listing(record: "Json") -> str:
    """`not in ERP finance as of 15:33 (100.00 EUR): due 13:20, 2 h ago`."""
    amount = f" ({formats.money(single_money(record['amount']))})" if record["amount"] is not None else ""
    due = formats.dated(known_moment(record["due"]))
    age = formats.duration(duration_in(record["lateBy"]))
    return f"{formats.without_zone(record['sentence'])}{amount}: due {due}, {age} ago"


def _print_timeline(out: "Console", timeline: "Sequence[Json]", now: Millis) -> None:
    if not timeline:
        return
    print_heading(out, "Timeline")
    rows = table("at", "", "event", "detail")
    for entry in timeline:
        rows.add_row(
            formats.at(moment_in(entry["at"]), now),
            _status(entry),
            formats.without_zone(entry["title"]),
            entry["detail"] or "",
            style="dim" if entry["expected"] and not entry["late"] else None,
        )
    out.print(rows)


def _status(entry: "Json") -> str:
    """Whether an entry is missing, expected, late or none of these."""
    if entry["kind"] == "missing":
        return "missing"
    return " ".join(word for word in ("expected", "late") if entry[word])


def _print_systems(out: "Console", presences: "Sequence[Json]", now: Millis) -> None:
    if not presences:
        return
    print_heading(out, "Seen in")
    rows = table("system", "since", "last", "state", "confirmed by a list")
    for each in presences:
        moments = (formats.at(moment_in(each[name]), now) for name in ("since", "lastAt"))
        confirmation = formats.at(moment_in(each["confirmed"]), now)
        rows.add_row(key_in(each["system"]), *moments, each["state"] or formats.NOTHING, confirmation)
    out.print(rows)


def _print_causes(out: "Console", causes: "Sequence[Json]") -> None:
    if not causes:
        return
    print_heading(out, "Causes, most likely first")
    for number, cause in enumerate(causes[:MOST_CAUSES], 1):
        evidence = formats.without_zone(cause["evidence"])
        print_lines(out, [f"{number}. {formats.share(cause['likelihood'])}: {evidence}"])
    if len(causes) > MOST_CAUSES:
        more = formats.count(len(causes) - MOST_CAUSES, "more cause")
        out.print(f"… and {more}: --format json has them all.", style="dim")


def _print_peers(out: "Console", peers: "Json", order: str) -> None:
    """Prints how many orders in its step are overdue, itself included, and names others."""
    location = f" at {peers['location']['name']}" if peers["location"] else ""
    sample = ", ".join(key_in(each["id"]) for each in peers["sample"] if each["id"] != order)
    such_as = f", such as {sample}" if sample else ""
    step = peers["step"]["name"]
    print_heading(out, "Orders in the same step")
    verb = "is" if peers["overdue"] == 1 else "are"
    line = f"{peers['overdue']:,} of {peers['total']:,} in {step}{location} {verb} overdue{such_as}."
    print_lines(out, [line])


def _print_owner(out: "Console", diagnosis: "Json") -> None:
    owner, playbooks = diagnosis["owner"], diagnosis["playbooks"]
    if owner is None and not playbooks:
        return
    print_heading(out, "Owner")
    if owner is not None:
        print_lines(out, [", ".join(filter(None, (owner["name"], owner["contact"])))])
    if playbooks:
        print_lines(out, [f"Playbook {_playbook(each)}" for each in playbooks])


def _playbook(playbook: "Json") -> str:
    """With its first step and who does it."""
    key, name = playbook["key"], playbook["name"]
    title = f"{key} ({name})" if name != key else key
    if not playbook["steps"]:
        return title
    first = playbook["steps"][0]
    owner = f" ({first['ownerName']})" if first["ownerName"] else ""
    return f"{title}, first step: {first['text']}{owner}"


def _print_link(out: "Console", order: str, at: Millis | None) -> None:
    """Prints the address of the same answer, where a server is configured."""
    from impactgraph.cli.encode.values import iso_moment

    if server_address() is None:
        return
    as_of = f", asOf: {json.dumps(iso_moment(at))}" if at is not None else ""
    print_address(
        out,
        f"{{ order(id: {json.dumps(order)}{as_of}) {{ "
        "diagnosis { state headline customerMessage nextExpected } "
        "timeline { at title detail expected late } } }",
    )
