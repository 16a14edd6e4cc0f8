"""The answer around the verdict: one sentence, since when, whose it is, what to do, what is missing."""

from dataclasses import replace

import pytest

from graph_models.customer_facts import CustomerStage
from graph_models.diagnosis import CommonFactor, DiagnosisState, PeerGroup
from graph_models.enums import Band, Effect, OrderStatus, RecordEffect
from graph_models.time import HOUR, MINUTE
from impactgraph.diagnosis.why import diagnose
from tests.unit.diagnosis.why.situations import (
    NOW,
    PACK,
    PICK,
    TOPOLOGY,
    ended,
    failure,
    finding,
    impact,
    late,
    reported_error,
    situation,
    state,
    suspect,
)
from tests.unit.diagnosis.why.test_verdict import TABLE

FACTOR = CommonFactor("location", "s1", 8, 10, 1, 40, 32.0, 1e-6)


@pytest.mark.parametrize("name", list(TABLE))
def test_the_headline_is_one_sentence_about_the_order(name: str) -> None:
    headline = diagnose(TOPOLOGY, TABLE[name][0]).headline

    assert "O-1" in headline
    assert headline.endswith(".")
    assert headline.count(". ") == 0
    assert "None" not in headline


def test_what_is_held_has_where_since_when_by_what_and_until_when() -> None:
    found = diagnose(TOPOLOGY, situation(state(impacts=(impact(),), expected_to_leave_at=NOW + 40 * MINUTE)))

    assert found.headline == (
        "Order O-1 has been held in Pick at Lisbon Chiado since 13:30 UTC by a known failure, F-1 (Queues "
        "are full); "
        "next step expected around 14:40 UTC."
    )
    assert (found.since, found.next_expected) == (NOW - 30 * MINUTE, NOW + 40 * MINUTE)
    assert (found.owner, found.playbooks) == ("queues", ("full-queues",))


def test_what_was_held_before_it_came_to_its_step_says_since_when_it_is_there() -> None:
    held_before = impact(at=NOW - 50 * MINUTE)
    found = diagnose(
        TOPOLOGY, situation(state(impacts=(held_before,), expected_to_leave_at=NOW + 40 * MINUTE))
    )

    assert found.headline == (
        "Order O-1 has been held since 13:10 UTC by a known failure, F-1 (Queues are full), and is in "
        "Pick at Lisbon Chiado since 13:30 UTC (30 min); next step expected around 14:40 UTC."
    )


def test_a_part_of_a_split_order_is_named() -> None:
    assert diagnose(
        TOPOLOGY, situation(state(impacts=(impact(),)), state(fulfillment={"key": "O-1/2"}))
    ).headline.startswith("Fulfillment O-1/1 of order O-1 has been held")


def test_what_moves_only_by_a_replay_is_promised_nothing() -> None:
    found = diagnose(
        TOPOLOGY, situation(state(impacts=(impact(effect=Effect.REJECTED, delay=None, completion=None),)))
    )

    assert found.next_expected is None
    assert "it continues when its message is sent again" in found.headline


def test_an_error_is_reported_in_its_own_words_and_belongs_to_where_it_came_from() -> None:
    found = diagnose(TOPOLOGY, situation(state(error=reported_error())))

    assert 'with the error NO_LABEL from Store app ("the printer is empty")' in found.headline
    assert [(cause.kind, cause.element) for cause in found.causes] == [("error", "system:app")]
    assert (found.owner, found.since, found.next_expected) == ("stores", NOW - 10 * MINUTE, None)


def test_what_the_overdue_share_is_reported_with_its_counts() -> None:
    peers = PeerGroup(PICK, "s1", 8, 10, ("O-2", "O-3"), (FACTOR,))
    found = diagnose(TOPOLOGY, situation(late(), peers=peers, shared_factors=("location s1",)))

    assert (
        "Order O-1 has been in Pick at Lisbon Chiado since 09:00 UTC (5 h), 2 h over the 3 h limit"
        in found.headline
    )
    assert [(cause.kind, cause.evidence) for cause in found.causes] == [
        ("common_factor", "8 of 10 with location s1 are overdue, 1 of 40 without it")
    ]
    assert found.peers == peers


def test_a_factor_that_all_have_is_compared_with_none() -> None:
    everywhere = replace(FACTOR, overdue_with=1685, total_with=1685, overdue_without=0, total_without=0)
    peers = PeerGroup(PICK, "s1", 8, 10, ("O-2",), (everywhere,))
    found = diagnose(TOPOLOGY, situation(late(), peers=peers, shared_factors=("location s1",)))

    assert [cause.evidence for cause in found.causes] == ["1,685 of 1,685 with location s1 are overdue"]


def test_a_sentence_about_something_else_names_the_failure_without_which_it_would_be_late() -> None:
    anyway = impact(band=Band.UPCOMING, late_anyway=1.0)
    overdue = late(impacts=(anyway,))
    found = diagnose(TOPOLOGY, situation(overdue, promised_by=NOW - HOUR))

    assert "no known failure holds it" in found.headline
    assert "it would be late without F-1, too" in found.headline


def test_a_factor_that_it_does_not_have_is_no_cause() -> None:
    peers = PeerGroup(PICK, None, 8, 50, (), (FACTOR,))

    assert diagnose(TOPOLOGY, situation(late(), peers=peers)).causes == ()


def test_a_suspect_owns_what_it_would_explain() -> None:
    found = diagnose(TOPOLOGY, situation(late(), suspects=(suspect(),)))

    assert (
        "a problem at Message broker (12 of 14 that passed it are overdue) would explain it and other orders."
        in found.headline
    )
    assert (found.owner, found.playbooks) == ("queues", ("full-queues",))


def test_alone_means_that_nobody_knows_why() -> None:
    found = diagnose(TOPOLOGY, situation(late(), peers=PeerGroup(PICK, "s1", 1, 30, ("O-1",), ())))

    assert "none of 29 others there is overdue, and no common cause was found" in found.headline
    assert found.causes == ()


def test_records_are_listed_the_longest_due_first() -> None:
    other = finding(RecordEffect.MISSING, type_="goods_issue")
    found = diagnose(
        TOPOLOGY,
        situation(
            state(),
            findings=(
                finding(RecordEffect.MISSING),
                other,
                finding(RecordEffect.OUT_OF_SEQUENCE, type_="refund"),
            ),
        ),
    )

    assert [record.type for record in found.missing] == ["goods_issue", "invoice"]
    assert [record.type for record in found.out_of_sequence] == ["refund"]


def test_a_failure_that_has_ended_is_a_cause_only_while_its_harm_is_open() -> None:
    over = {"failures": (failure(ended_at=NOW - MINUTE),), "is_active": False}

    assert (
        diagnose(TOPOLOGY, situation(state(impacts=(impact(Band.EXPOSED, first_hit=PACK, **over),)))).causes
        == ()
    )
    assert [
        cause.failure for cause in diagnose(TOPOLOGY, situation(state(impacts=(impact(**over),)))).causes
    ] == ["F-1"]


def test_what_waits_normally_says_why_it_is_normal() -> None:
    found = diagnose(TOPOLOGY, situation(state(run_at=NOW + HOUR)))

    assert [(cause.kind, cause.element) for cause in found.causes] == [("normal", PICK)]
    assert "waits, as planned, for the hand-over at 15:00 UTC" in found.headline


def test_nobody_is_called_about_what_is_over() -> None:
    found = diagnose(TOPOLOGY, situation(ended(OrderStatus.COMPLETED), promised_by=NOW - 2 * HOUR))

    assert (found.owner, found.playbooks, found.next_expected) == (None, (), None)
    assert found.headline == "Order O-1 was delivered at 13:00 UTC (1 h ago), 1 h later than promised."


def test_what_is_not_known_is_named() -> None:
    found = diagnose(
        TOPOLOGY,
        situation(
            state(
                unknown_reason="it is in the step wrap, which ship no longer has", expected_to_leave_at=None
            )
        ),
    )

    assert (
        found.headline
        == "The position of order O-1 is unknown: it is in the step wrap, which ship no longer has."
    )
    assert found.causes == ()


def test_what_a_failure_cost_it_in_its_step_is_not_counted_against_it() -> None:
    over = impact(Band.EXPOSED, delay=3 * HOUR, failures=(failure(ended_at=NOW - HOUR),), is_active=False)
    found = diagnose(TOPOLOGY, situation(late(impacts=(over,))))

    assert found.state is DiagnosisState.WAITING
    assert [cause.failure for cause in found.causes if cause.kind == "failure"] == ["F-1"]


def test_a_message_refused_by_a_known_failure_names_it_first() -> None:
    refused = impact(effect=Effect.REJECTED, delay=None, completion=None)
    found = diagnose(TOPOLOGY, situation(state(error=reported_error("DEAD_LETTERED"), impacts=(refused,))))

    assert "because of a known failure, F-1 (Queues are full), and waits to be sent again" in found.headline
    assert [cause.kind for cause in found.causes] == ["failure", "error"]


def test_records_that_are_doubled_are_not_called_late() -> None:
    doubled = impact(Band.RECORDS_ONLY, effect=Effect.DUPLICATED, delay=None)

    assert (
        "F-1 (Queues are full) will cause a duplicate posting or message of Pick"
        in diagnose(TOPOLOGY, situation(state(impacts=(doubled,)))).headline
    )


@pytest.mark.parametrize(
    ("stage", "has_text"),
    [
        (CustomerStage.BEING_PREPARED, True),
        (CustomerStage.ON_ITS_WAY, False),
        (CustomerStage.DELIVERED, False),
    ],
)
def test_the_text_of_a_playbook_is_for_a_part_that_has_not_left(stage: CustomerStage, has_text: bool) -> None:
    hit = state(impacts=(impact(Band.EXPOSED),), stage=stage)
    other = state(fulfillment={"key": "O-1/2"}, expected_arrival_at=NOW + 3 * HOUR)

    found = diagnose(TOPOLOGY, situation(hit, other, promised_by=NOW + HOUR))

    assert found.playbooks == ("full-queues",)
    assert bool(found.customer_texts) is has_text


def test_a_date_in_the_sentence_about_a_part_is_of_that_part() -> None:
    hit = state(impacts=(impact(Band.EXPOSED),), expected_arrival_at=NOW + HOUR)
    others = [
        state(fulfillment={"key": f"O-1/{number}"}, expected_arrival_at=NOW + hours * HOUR)
        for number, hours in ((2, 1), (3, 1), (4, 1), (5, 1), (6, 9))
    ]

    headline = diagnose(TOPOLOGY, situation(hit, *others, promised_by=NOW + 5 * HOUR)).headline

    assert (
        "delivery expected around 15:00 UTC, as promised; O-1/6 is in Pick, and is expected 4 h later"
        in headline
    )
    assert "23:00" not in headline


def test_a_part_past_its_promise_without_a_date_says_by_how_much() -> None:
    hit = state(impacts=(impact(Band.EXPOSED),), expected_arrival_at=NOW + HOUR)
    other = state(fulfillment={"key": "O-1/2"}, expected_arrival_at=None)

    headline = diagnose(TOPOLOGY, situation(hit, other, promised_by=NOW - HOUR)).headline

    assert headline.endswith("; O-1/2 is in Pick, and is 1 h past its promise.")
