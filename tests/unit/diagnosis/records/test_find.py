"""What counts as missing, late, doubled, wrong or out of sequence, a rule at a time."""

from dataclasses import replace

import numpy as np
import pytest

from graph_models.diagnosis import RecordFinding
from graph_models.enums import RecordEffect, RecordKind
from graph_models.time import HOUR, MINUTE, SECOND, Millis
from graph_models.topology import Emission, Takes, Topology, Transition
from impactgraph.columns import CANCELLED
from impactgraph.diagnosis.records import RecordSearch, find_records
from impactgraph.forecast.durations import Durations
from tests.drawing import EIGHT, batch, drawn, queue, step
from tests.worlds import Came, Journey, World, columns_of

NOON: Millis = EIGHT + 4 * HOUR
ISSUE = Emission(RecordKind.POSTING, "issue", "integration:stock", 10 * MINUTE, (), 0.5)
INVOICE = Emission(RecordKind.POSTING, "invoice", "integration:book", 20 * MINUTE, ("issue",), 1.0)
MAIL = Emission(RecordKind.NOTIFICATION, "mail", None, 5 * MINUTE)


def shop(*emits: Emission, slow: bool = False, again: tuple[Emission, ...] = ()) -> Topology:
    """`pack` emits what is given, `send` follows it (and emits `again`); `slow`: both postings go by the
    batch of every quarter of an hour.
    """
    kind = batch if slow else queue
    pack = step("pack", "wms", takes=Takes(5 * MINUTE), then=(Transition("send"),), emits=emits)
    return drawn(
        kind("stock", "wms", "erp"),
        kind("book", "oms", "erp"),
        pack,
        step("send", "oms", takes=Takes(HOUR), then=(Transition("done"),), emits=again),
        step("done"),
    )


def packed(*came: Came, at: Millis = NOON - 2 * HOUR, more: tuple[tuple[str, Millis], ...] = ()) -> Journey:
    """Packed at ten o'clock, worth 100 EUR."""
    return Journey("O-1", (("pack", at - 5 * MINUTE), ("send", at), *more), came=came)


def posted(
    name: str, minutes: float, euros: float | None = None, currency: str = "EUR", document: str = ""
) -> Came:
    """So many minutes after ten."""
    return Came(
        RecordKind.POSTING,
        name,
        NOON - 2 * HOUR + round(minutes * MINUTE),
        None if euros is None else round(euros * 1_000_000),
        currency,
        document,
    )


def mailed(minutes: float) -> Came:
    return Came(RecordKind.NOTIFICATION, "mail", NOON - 2 * HOUR + round(minutes * MINUTE))


def found(topology: Topology, journey: Journey, at: Millis = NOON) -> list[RecordFinding]:
    return list(
        find_records(topology, columns_of(World(topology, (), (journey,), at)), Durations({}), at).findings()
    )


def effects(topology: Topology, journey: Journey, at: Millis = NOON) -> list[tuple[str, str]]:
    return sorted((each.type, each.effect.value) for each in found(topology, journey, at))


def test_a_record_is_missing_once_it_is_due_and_not_before() -> None:
    due = NOON - 2 * HOUR + 10 * MINUTE

    assert effects(shop(ISSUE), packed(), due) == []
    (told,) = found(shop(ISSUE), packed(), due + SECOND)
    assert (told.effect, told.due, told.late_by, str(told.amount and told.amount.amount)) == (
        RecordEffect.MISSING,
        due,
        SECOND,
        "50.00",
    )


def test_nothing_is_expected_of_a_step_that_is_not_seen_to_be_complete() -> None:
    assert effects(shop(ISSUE), Journey("O-1", (("pack", NOON - 5 * HOUR),))) == []


def test_another_record_of_the_step_shows_that_it_is_complete() -> None:
    journey = Journey("O-1", (("pack", NOON - 3 * HOUR),), came=(mailed(0),))

    assert effects(shop(ISSUE, MAIL), journey) == [("issue", "MISSING")]


def test_a_batch_has_until_its_run() -> None:
    unhurried = replace(ISSUE, due=MINUTE)

    assert (
        effects(
            shop(unhurried, slow=True), packed(at=NOON - 2 * HOUR + MINUTE), NOON - 105 * MINUTE + 14 * MINUTE
        )
        == []
    )
    assert effects(
        shop(unhurried, slow=True), packed(at=NOON - 2 * HOUR + MINUTE), NOON - 105 * MINUTE + 16 * MINUTE
    ) == [("issue", "MISSING")]


def test_a_record_without_a_due_moment_is_missing_in_time_and_never_late() -> None:
    whenever = replace(ISSUE, due=None)

    assert effects(shop(whenever), packed()) == [("issue", "MISSING")]
    assert effects(shop(whenever), packed(posted("issue", 90, 50))) == []


def test_what_comes_after_it_was_due_is_late() -> None:
    (told,) = found(shop(ISSUE), packed(posted("issue", 25, 50)))

    assert (told.effect, told.late_by) == (RecordEffect.LATE, 15 * MINUTE)


def test_an_invoice_before_its_goods_issue_is_out_of_sequence() -> None:
    (told,) = found(shop(ISSUE, INVOICE), packed(posted("invoice", 2, 100), posted("issue", 8, 50)))

    assert (told.type, told.effect, told.late_by) == ("invoice", RecordEffect.OUT_OF_SEQUENCE, 6 * MINUTE)


def test_an_invoice_without_its_goods_issue_is_out_of_sequence_too() -> None:
    assert effects(shop(ISSUE, INVOICE), packed(posted("invoice", 2, 100))) == [
        ("invoice", "OUT_OF_SEQUENCE"),
        ("issue", "MISSING"),
    ]


def test_records_of_one_run_came_together() -> None:
    both = posted("invoice", 15.2, 100), posted("issue", 16, 50)

    begun = NOON - 2 * HOUR + MINUTE

    assert effects(shop(ISSUE, INVOICE, slow=True), packed(*both, at=begun)) == []
    assert effects(shop(ISSUE, INVOICE), packed(*both, at=begun)) == [
        ("invoice", "OUT_OF_SEQUENCE"),
        ("issue", "LATE"),
    ]


@pytest.mark.parametrize(
    ("came", "effect"),
    [
        ([posted("issue", 1, 50)], None),
        ([posted("issue", 1, 50.01)], None),
        ([posted("issue", 1, 50.02)], "WRONG"),
        ([posted("issue", 1)], None),
        ([posted("issue", 1, 50, "USD")], "WRONG"),
        ([posted("issue", 1, 30), posted("issue", 2, 20)], None),
        ([posted("issue", 1, 50), posted("issue", 2, -50), posted("issue", 3, 50)], None),
        ([posted("issue", 1, 50, document="A"), posted("issue", 2, 50, document="B")], "DUPLICATED"),
        ([posted("issue", 1, 50, document="A"), posted("issue", 2, 50, document="A")], "DUPLICATED"),
        ([posted("issue", 1, 40, document="A"), posted("issue", 2, 50, document="A")], "DUPLICATED"),
        ([posted("issue", 1, 40, document="A"), posted("issue", 2, 50, document="B")], "WRONG"),
        ([posted("issue", 1), posted("issue", 2)], "DUPLICATED"),
    ],
)
def test_amounts_are_held_against_what_the_topology_says(came: list[Came], effect: str | None) -> None:
    assert effects(shop(ISSUE), packed(*came)) == ([("issue", effect)] if effect else [])


def test_without_a_stated_amount_only_what_is_the_same_is_doubled() -> None:
    open_ = shop(replace(ISSUE, amount=None))

    assert effects(open_, packed(posted("issue", 1, 12))) == []
    assert effects(open_, packed(posted("issue", 1, 12), posted("issue", 2, 13))) == []
    assert effects(open_, packed(posted("issue", 1, 12), posted("issue", 2, 12))) == [("issue", "DUPLICATED")]


def test_the_unit_that_is_lost_in_rounding_is_that_of_the_currency() -> None:
    columns = columns_of(World(shop(ISSUE), (), (packed(posted("issue", 1, 50.4, "")),), NOON))
    columns.orders.currency[:] = columns.dictionaries.currencies.encode("JPY")

    assert len(find_records(shop(ISSUE), columns, Durations({}), NOON)) == 0


def test_two_steps_that_send_the_same_each_send_one() -> None:
    twice, ended = shop(MAIL, again=(MAIL,)), (("done", NOON - HOUR),)

    assert effects(twice, packed(mailed(1), mailed(61), more=ended)) == []
    assert effects(twice, packed(mailed(1), more=ended)) == [("mail", "MISSING")]
    assert effects(twice, packed(mailed(1), mailed(2), mailed(61), more=ended)) == [("mail", "DUPLICATED")]


def test_what_came_once_before_and_once_after_a_reroute_is_not_doubled() -> None:
    columns = columns_of(World(shop(MAIL), (), (packed(mailed(1), mailed(4)),), NOON))
    doubled = len(find_records(shop(MAIL), columns, Durations({}), NOON))
    columns.fulfillments.rerouted_at[:] = NOON - 2 * HOUR + 2 * MINUTE

    assert (doubled, len(find_records(shop(MAIL), columns, Durations({}), NOON))) == (1, 0)


def test_of_what_was_cancelled_postings_are_still_expected_and_messages_are_not() -> None:
    columns = columns_of(World(shop(ISSUE, MAIL), (), (packed(),), NOON))
    columns.fulfillments.status[:] = CANCELLED

    assert [
        each.type for each in find_records(shop(ISSUE, MAIL), columns, Durations({}), NOON).findings()
    ] == ["issue"]


def test_usual_transport_is_learned_from_fifty_records_on() -> None:
    whenever, chance = shop(replace(ISSUE, due=None)), np.random.default_rng(1)
    journeys = [
        replace(packed(posted("issue", 40 + float(chance.normal(0, 1)), 50)), order=f"O-{n}", part=1)
        for n in range(60)
    ] + [replace(packed(at=NOON - 50 * MINUTE), order="O-99")]

    def missing(many: list[Journey]) -> int:
        return len(
            find_records(whenever, columns_of(World(whenever, (), tuple(many), NOON)), Durations({}), NOON)
        )

    assert (missing(journeys), missing(journeys[-1:])) == (0, 1)


def test_rows_of_no_fulfillment_have_no_findings() -> None:
    columns = columns_of(World(shop(ISSUE), (), (packed(),), NOON))

    assert (
        find_records(
            shop(ISSUE), columns, Durations({}), NOON, RecordSearch(np.zeros(0, np.int32))
        ).findings()
        == ()
    )
