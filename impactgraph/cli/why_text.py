"""A diagnosis as text: verdict, customer message, missing records, timeline, causes, owner."""

import json
from typing import TYPE_CHECKING

from graph_models.diagnosis import Cause, Diagnosis, MissingRecord, PeerGroup
from graph_models.enums import OrderStatus
from graph_models.orders import Order, TimelineEntry
from graph_models.topology import Topology
from impactgraph.cli import formats
from impactgraph.cli.links import print_address, server_address
from impactgraph.cli.output import print_heading, print_lines, table
from impactgraph.cli.why_message import MessageLayout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from impactgraph.usecases.why import WhyAnswer

MOST_CAUSES = 5
DEFAULT_LAYOUT = MessageLayout()


def print_why(out: "Console", answer: "WhyAnswer", layout: MessageLayout = DEFAULT_LAYOUT) -> None:
    """Prints the whole diagnosis, and its address where a server is configured."""
    diagnosis = answer.diagnosis
    out.print(formats.without_zone(diagnosis.headline), style="bold")
    facts = _facts(answer.order)
    out.print(f"{facts} As of {formats.dated(answer.at)}. {formats.zone_note()}", style="dim")
    _print_message(out, answer, layout)
    if diagnosis.left_out:
        print_heading(out, "Not counted")
        print_lines(out, diagnosis.left_out)
    _print_records(out, "Missing", diagnosis.missing)
    _print_records(out, "Out of sequence", diagnosis.out_of_sequence)
    _print_timeline(out, answer)
    _print_causes(out, diagnosis.causes)
    if diagnosis.peers is not None:
        _print_peers(out, diagnosis.peers)
    _print_owner(out, diagnosis, answer.topology)
    _print_link(out, answer)


def _print_message(out: "Console", answer: "WhyAnswer", layout: MessageLayout) -> None:
    """Prints the message to the customer with its language and zone, or its facts as JSON."""
    if layout.form is None:
        print_heading(out, "Customer facts")
        text = json.dumps(answer.messages.facts_json(), indent=2, ensure_ascii=False)
        out.print(text, markup=False, highlight=False, soft_wrap=True)
        return
    message = layout.message(answer)
    print_heading(out, f"Customer message ({message.language}, {message.timezone})")
    print_lines(out, message.text.splitlines())


def _facts(order: Order) -> str:
    value = formats.money([order.value])
    channel = order.channel or "no channel"
    mode = formats.words(order.mode) or "no mode"
    size = sum(part.status is not OrderStatus.CANCELLED for part in order.fulfillments) or len(
        order.fulfillments
    )
    split = f", in {size} fulfillments" if size > 1 else ""
    promise = ""
    if order.promised_by is not None:
        promise = f", promised by {formats.dated(order.promised_by)}"
    return f"{value}, {channel}, {mode}{split}{promise}."


def _print_records(out: "Console", title: str, records: "Sequence[MissingRecord]") -> None:
    if records:
        print_heading(out, title)
        print_lines(out, map(_record, records))


def _record(record: MissingRecord) -> str:
    """`invoice (posting, 100.00 EUR): due 13:20, 2 h ago`, of one that has arrived what it came before."""
    amount = f", {formats.money([record.amount])}" if record.amount is not None else ""
    kind = formats.words(record.kind.value)
    title = f"{formats.words(record.type)} ({kind}{amount})"
    if record.arrived_at is not None:
        other = formats.words(record.follows or "one that it must follow")
        return f"{title}: arrived {formats.dated(record.arrived_at)}, before {other}"
    due = formats.dated(record.due)
    age = formats.duration(record.late_by)
    return f"{title}: due {due}, {age} ago"


def _print_timeline(out: "Console", answer: "WhyAnswer") -> None:
    if not answer.timeline:
        return
    print_heading(out, "Timeline")
    rows = table("at", "", "event", "detail")
    for entry in answer.timeline:
        rows.add_row(
            formats.at(entry.at, answer.at),
            _status(entry),
            entry.title,
            entry.detail or "",
            style="dim" if entry.expected and not entry.late else None,
        )
    out.print(rows)


def _status(entry: TimelineEntry) -> str:
    """Whether an entry is missing, expected, late or none of these."""
    if entry.kind == "missing":
        return "missing"
    return " ".join(word for word, applies in (("expected", entry.expected), ("late", entry.late)) if applies)


def _print_causes(out: "Console", causes: "Sequence[Cause]") -> None:
    if not causes:
        return
    print_heading(out, "Causes, most likely first")
    for number, cause in enumerate(causes[:MOST_CAUSES], 1):
        print_lines(
            out, [f"{number}. {formats.share(cause.likelihood)}: {formats.without_zone(cause.evidence)}"]
        )
    if len(causes) > MOST_CAUSES:
        more = formats.count(len(causes) - MOST_CAUSES, "more cause")
        out.print(f"… and {more}: --format json has them all.", style="dim")


def _print_peers(out: "Console", peers: PeerGroup) -> None:
    location = f" at {peers.location}" if peers.location else ""
    sample = f", such as {', '.join(peers.sample)}" if peers.sample else ""
    step = peers.step.removeprefix("step:")
    print_heading(out, "Other orders in the same step")
    print_lines(out, [f"{peers.overdue:,} of {peers.total:,} in {step}{location} are overdue{sample}."])


def _print_owner(out: "Console", diagnosis: Diagnosis, topology: Topology) -> None:
    if diagnosis.owner is None and not diagnosis.playbooks:
        return
    print_heading(out, "Owner")
    if diagnosis.owner is not None:
        team = topology.teams[diagnosis.owner]
        print_lines(out, [", ".join(filter(None, (team.name or team.key, team.contact)))])
    if diagnosis.playbooks:
        names = (_playbook(key, topology) for key in diagnosis.playbooks)
        print_lines(out, [f"Playbook: {', '.join(names)}"])


def _playbook(key: str, topology: Topology) -> str:
    name = topology.playbooks[key].name
    return f"{key} ({name})" if name else key


def _print_link(out: "Console", answer: "WhyAnswer") -> None:
    """Prints the address of the same answer, where a server is configured."""
    from impactgraph.cli.encode import iso_moment

    if server_address() is None:
        return
    identifier = json.dumps(answer.order.id)
    as_of = f", asOf: {json.dumps(iso_moment(answer.as_of))}" if answer.as_of is not None else ""
    print_address(
        out,
        f"{{ order(id: {identifier}{as_of}) {{ diagnosis {{ state headline customerMessage nextExpected }} "
        "timeline { at title detail expected late } } }",
    )
