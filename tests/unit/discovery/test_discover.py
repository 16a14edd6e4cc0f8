"""Traces, records and doubts of drafts from plain events."""

import json
from collections.abc import Iterable, Iterator

import pytest

from graph_models.enums import RecordKind
from graph_models.time import DAY, HOUR, MINUTE, Millis, moment
from impactgraph.discovery import traces
from impactgraph.discovery.discover import Discovery
from impactgraph.discovery.draft import StepDraft, TopologyDraft
from impactgraph.discovery.topology_yaml import topology_yaml
from impactgraph.ingest.read import read_event
from impactgraph.topology.load import parse_topology

START = 20_000 * DAY


class Log:
    """Events, one after the other."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def add(self, at: Millis, type_: str, **data: object) -> None:
        head = {"specversion": "1.0", "id": str(len(self.lines)), "source": "/oms", "type": type_}
        self.lines.append(json.dumps(head | {"time": moment(at).isoformat(), "data": data}).encode())

    def place(self, number: int, at: Millis, **more: object) -> None:
        part = {"fulfillment": f"{number}/1", "workflow": "ship", "location": "store-001"}
        self.add(
            at,
            "order.placed",
            **(
                {"order": str(number), "channel": "web", "mode": "m", "currency": "EUR", "value": "100"}
                | more
            ),
            fulfillments=[part],
        )

    def of(self, number: int, at: Millis, type_: str, **data: object) -> None:
        self.add(at, type_, order=str(number), fulfillment=f"{number}/1", **data)

    def enter(self, number: int, at: Millis, *steps: str, every: Millis = HOUR) -> Millis:
        """Enters the steps one after the other; the moment after the last."""
        for place, step in enumerate(steps):
            self.of(number, at + place * every, "fulfillment.entered", step=step)
        return at + len(steps) * every

    def draft(self, minimum: float = 0.01) -> TopologyDraft:
        discovery = Discovery(minimum)
        for line in self.lines:
            discovery.add(read_event(line)[0])
        return discovery.draft()


def steps_of(draft: TopologyDraft) -> dict[str, StepDraft]:
    return {step.key: step for workflow in draft.workflows for step in workflow.steps}


def texts(draft: TopologyDraft) -> Iterator[str]:
    return (f"{doubt.subject}: {doubt.text}" for doubt in draft.doubts)


def has(draft: TopologyDraft, part: str) -> bool:
    return any(part in text for text in texts(draft))


def complete_orders(log: Log, numbers: Iterable[int], *steps: str) -> None:
    for number in numbers:
        at = START + number * 10 * MINUTE
        log.place(number, at)
        log.of(number, log.enter(number, at, *steps), "fulfillment.completed")


def test_a_step_that_nearly_no_order_visited_is_left_out_and_named() -> None:
    log = Log()
    complete_orders(log, range(299), "pick", "ship")
    complete_orders(log, [299], "pick", "repair", "ship")

    draft = log.draft()

    assert list(steps_of(draft)) == ["pick", "ship"]
    assert has(draft, "ship: left out, as fewer than 1 % of its fulfillments visited them: repair (1)")
    assert "repair" in steps_of(log.draft(minimum=0.001))


def test_orders_that_began_before_the_log_count_nowhere_and_are_named() -> None:
    log = Log()
    log.enter(900, START, "pack", "ship")
    complete_orders(log, range(50), "pick", "pack", "ship")

    draft = log.draft()

    assert (draft.cut, draft.fulfillments) == (1, 51)
    assert steps_of(draft)["pack"].visits == 50
    assert has(draft, "1 of 51 fulfillments has no placement in the log")


def test_orders_that_entered_no_step_count_as_open() -> None:
    log = Log()
    complete_orders(log, range(30), "pick", "ship")
    log.place(30, START + DAY)

    draft = log.draft()

    assert (draft.fulfillments, draft.open, draft.workflows[0].fulfillments) == (31, 1, 31)


def test_a_log_without_placements_is_one_workflow() -> None:
    log = Log()
    for number in range(40):
        log.enter(number, START + number * HOUR, "pick", "ship")

    draft = log.draft()

    assert [workflow.key for workflow in draft.workflows] == ["unknown"]
    assert has(draft, "no event places an order")
    assert has(draft, "unknown: no fulfillment was seen to complete")


def test_a_record_belongs_to_the_step_whose_end_it_follows_with_its_share_and_amount() -> None:
    log = Log()
    for number in range(60):
        at = START + number * 10 * MINUTE
        log.place(number, at)
        packed = at + HOUR + number * MINUTE
        log.of(number, at, "fulfillment.entered", step="pick")
        log.of(number, at + HOUR, "fulfillment.entered", step="pack")
        log.of(number, packed, "fulfillment.entered", step="ship")
        log.of(number, packed + 3 * MINUTE, "posting.recorded", type="invoice", amount="60", currency="EUR")
        if number % 2:
            log.of(number, packed + 2 * MINUTE, "notification.sent", type="gift", channel="email")
        log.of(number, packed + 9 * HOUR, "fulfillment.completed")

    draft = log.draft()

    (gift, invoice) = sorted(steps_of(draft)["pack"].records, key=lambda record: record.type)
    assert (invoice.kind, invoice.due, invoice.amount, invoice.share) == (
        RecordKind.POSTING,
        3 * MINUTE,
        0.6,
        1.0,
    )
    assert (gift.share, gift.is_regular, gift.channel) == (0.5, False, "email")
    assert has(draft, "notification gift comes for 50 % of the fulfillments only")
    (emitted,) = parse_topology({"draft.yaml": topology_yaml(draft)}).workflows["ship"].steps[1].emits
    assert (emitted.type, emitted.due, emitted.amount) == ("invoice", 3 * MINUTE, 0.6)


def test_records_that_may_be_still_to_come_at_the_end_of_the_log_are_not_missing() -> None:
    log = Log()
    for number in range(100):
        at = START + number * MINUTE
        log.place(number, at)
        log.enter(number, at, "pick", "ship", every=10 * MINUTE)
        if at + 40 * MINUTE <= START + 100 * MINUTE:
            log.of(number, at + 40 * MINUTE, "posting.recorded", type="invoice")

    (invoice,) = steps_of(log.draft())["pick"].records

    assert invoice.share == 1.0 and invoice.is_regular


def test_work_in_parallel_is_named() -> None:
    log = Log()
    complete_orders(log, range(0, 100, 2), "place", "pick", "label", "ship")
    complete_orders(log, range(1, 100, 2), "place", "label", "pick", "ship")

    assert has(
        log.draft(), "come in either order (50 and 50 times), each for the first time: work in parallel"
    )


def test_rework_is_a_transition_back_with_its_share() -> None:
    log = Log()
    complete_orders(log, range(80), "pick", "check", "ship")
    complete_orders(log, range(80, 100), "pick", "check", "pick", "check", "ship")

    draft = log.draft()

    shares = {then.step: (round(then.share, 3), then.is_backward) for then in steps_of(draft)["check"].then}
    assert shares == {"ship": (0.833, False), "pick": (0.167, True)}
    assert has(draft, "ship/check: 17 % go back to pick: rework")


def test_transitions_by_the_channel_of_the_order_become_conditions() -> None:
    log = Log()
    for number in range(100):
        at = START + number * 10 * MINUTE
        log.place(number, at, channel="shop" if number % 4 == 0 else "web")
        step = "hand-over" if number % 4 == 0 else "ship"
        log.of(number, log.enter(number, at, "pick", step), "fulfillment.completed")

    then = parse_topology({"draft.yaml": topology_yaml(log.draft())}).workflows["ship"].steps[0].then

    assert [(each.step, each.when.channels if each.when else None) for each in then] == [
        ("hand-over", ("shop",)),
        ("ship", None),
    ]


def test_a_reroute_is_counted_and_is_no_transition() -> None:
    log = Log()
    complete_orders(log, range(50), "pick", "ship")
    for number in range(50, 60):
        at = START + number * 10 * MINUTE
        log.place(number, at)
        log.of(number, at, "fulfillment.entered", step="pick")
        log.of(
            number, at + MINUTE, "fulfillment.rerouted", workflow="ship", step="pick", location="store-002"
        )
        log.of(number, log.enter(number, at + 61 * MINUTE, "ship"), "fulfillment.completed")

    pick = steps_of(log.draft())["pick"]

    assert [then.step for then in pick.then] == ["ship"] and pick.rerouted == 10
    assert pick.dwell is not None and pick.dwell.p50 == HOUR


def test_a_step_at_the_end_of_the_log_is_unsure() -> None:
    log = Log()
    complete_orders(log, range(500), "pick", "ship")
    for number in range(500, 530):
        at = START + number * 10 * MINUTE
        log.place(number, at)
        log.of(
            number, log.enter(number, at, "pick", "gift-wrap", "ship", every=MINUTE), "fulfillment.completed"
        )

    assert has(log.draft(), "ship/gift-wrap: seen at the end of the log only")


def test_a_name_that_is_no_key_is_written_as_one_and_named() -> None:
    log = Log()
    complete_orders(log, range(40), "Pick goods", "ship")

    draft = log.draft()

    assert list(steps_of(draft)) == ["pick-goods", "ship"]
    assert has(draft, "ship/pick-goods: events call it 'Pick goods', which is no key")


def test_memory_does_not_grow_with_orders_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "IDLE", 1_000)
    monkeypatch.setattr(traces, "_SWEEP", 100)
    log = Log()
    complete_orders(log, range(2_000), "pick", "ship")
    lines = sorted(log.lines, key=lambda line: json.loads(line)["time"])
    collected = traces.Traces()
    most = done = 0

    for line in lines:
        done += len(collected.add(read_event(line)[0]))
        most = max(most, len(collected.open))

    assert done + len(collected.rest()) == 2_000
    assert most < 400
