"""A diagnosis to be read aloud: the verdict, words for the customer, what is missing, the story, the causes, whom to turn to."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph_models.diagnosis import Cause, Diagnosis, MissingRecord, PeerGroup
from graph_models.money import Money
from graph_models.orders import Order, TimelineEntry
from graph_models.topology import Topology
from impactgraph.cli import say
from impactgraph.cli.links import server_address
from impactgraph.cli.show import table

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.why_data import Answer

MOST_CAUSES = 5


def tell(out: "Console", found: "Answer") -> None:
    diagnosis = found.case.diagnosis
    out.print(diagnosis.headline, style="bold")
    out.print(
        f"{_facts(found.case.situation.order)} As of {say.day_and_time(found.at)}; times are UTC.",
        style="dim",
    )
    if diagnosis.customer_message:
        _head(out, "Tell the customer")
        _lines(out, [diagnosis.customer_message])
    _missing(out, diagnosis)
    _story(out, found)
    _causes(out, diagnosis.causes)
    if diagnosis.peers is not None:
        _peers(out, diagnosis.peers)
    _whom(out, diagnosis, found.topology)
    _link(out, found)


def _facts(order: Order) -> str:
    promised = f", promised by {say.day_and_time(order.promised_by)}" if order.promised_by is not None else ""
    parts = f", in {len(order.fulfillments)} parts" if len(order.fulfillments) > 1 else ""
    return f"{say.money([order.value])}, {order.channel or 'no channel'}, {say.word(order.mode) or 'no mode'}{parts}{promised}."


def _head(out: "Console", text: str) -> None:
    out.print()
    out.print(text, style="bold")


def _lines(out: "Console", lines: Sequence[str], indent: int = 2) -> None:
    from rich.padding import Padding

    for line in lines:
        out.print(Padding(line, (0, 0, 0, indent), expand=False))


def _missing(out: "Console", found: Diagnosis) -> None:
    for title, records in (
        ("Should have come, and has not", found.missing),
        ("Came before what it must follow", found.out_of_sequence),
    ):
        if records:
            _head(out, title)
            _lines(out, [_record(each) for each in records])


def _record(found: MissingRecord) -> str:
    amount: Sequence[Money] = [found.amount] if found.amount is not None else []
    worth = f", {say.money(amount)}" if amount else ""
    return f"{say.word(found.type)} ({say.word(found.kind.value)}{worth}): due {say.day_and_time(found.due)}, {say.span(found.late_by)} ago"


def _story(out: "Console", found: "Answer") -> None:
    if not found.story:
        return
    _head(out, "What happened, and what is expected")
    made = table("at", "", "what", "more")
    for entry in found.story:
        made.add_row(
            say.at(entry.at, found.at),
            _mark(entry),
            entry.title,
            entry.detail or "",
            style="dim" if entry.expected and not entry.late else None,
        )
    out.print(made)


def _mark(entry: TimelineEntry) -> str:
    if entry.kind == "missing":
        return "missing"
    return (
        ("late" if entry.late else "")
        if not entry.expected
        else "expected late"
        if entry.late
        else "expected"
    )


def _causes(out: "Console", causes: Sequence[Cause]) -> None:
    if not causes:
        return
    _head(out, "Why")
    _lines(
        out,
        [
            f"{number}. {say.share(cause.likelihood)}: {cause.evidence}"
            for number, cause in enumerate(causes[:MOST_CAUSES], 1)
        ],
    )
    if len(causes) > MOST_CAUSES:
        out.print(
            f"… and {say.count(len(causes) - MOST_CAUSES, 'more cause')}: --format json has them all.",
            style="dim",
        )


def _peers(out: "Console", found: PeerGroup) -> None:
    where = f"{found.step.removeprefix('step:')}{f' at {found.location}' if found.location else ''}"
    sample = f", such as {', '.join(found.sample)}" if found.sample else ""
    _head(out, "Others in the same step")
    _lines(out, [f"{found.overdue:,} of {found.total:,} in {where} are overdue{sample}."])


def _whom(out: "Console", found: Diagnosis, topology: Topology) -> None:
    if found.owner is None and not found.playbooks:
        return
    _head(out, "Whose it is")
    if found.owner is not None:
        team = topology.teams[found.owner]
        _lines(out, [", ".join(filter(None, (team.name or team.key, team.contact)))])
    if found.playbooks:
        named = (
            f"{key}{f' ({name})' if (name := topology.playbooks[key].name) else ''}"
            for key in found.playbooks
        )
        _lines(out, [f"Playbook: {', '.join(named)}"])


def _link(out: "Console", found: "Answer") -> None:
    """The end, where a server is known."""
    from urllib.parse import quote

    from impactgraph.cli.shape import when

    if (address := server_address()) is not None:
        key = json.dumps(found.case.situation.order.id)
        asked = f", asOf: {json.dumps(when(found.asked))}" if found.asked is not None else ""
        query = f"{{ order(id: {key}{asked}) {{ diagnosis {{ state headline customerMessage nextExpected }} timeline {{ at title detail expected late }} }} }}"
        out.print()
        out.print(f"Open it: {address}/graphql#query={quote(query)}", soft_wrap=True)
