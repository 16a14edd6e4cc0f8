"""Words for the customer: plain, without systems, and never sooner than the forecast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.diagnosis import Diagnosis
from graph_models.enums import Band, OrderStatus, RecordEffect, RecordKind
from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.diagnosis.why import Situation, diagnose
from impactgraph.diagnosis.why.customer import promise_deadline, without_early_promises
from impactgraph.diagnosis.why.moments import customer_moment
from tests.unit.diagnosis.why.situations import (
    NOW,
    TOPOLOGY,
    ended,
    finding,
    impact,
    late,
    reported_error,
    situation,
    state,
)
from tests.unit.diagnosis.why.test_verdict import TABLE

INTERNAL = [
    *TOPOLOGY.systems,
    *(system.name for system in TOPOLOGY.systems.values()),
    "system:",
    "step:",
    "F-1",
    "Pick",
    "NO_LABEL",
    "printer",
    "failure",
]


def told(given: Situation) -> Diagnosis:
    return diagnose(TOPOLOGY, given)


@pytest.mark.parametrize("name", list(TABLE))
def test_the_customer_hears_of_no_system_and_no_blame(name: str) -> None:
    message = told(TABLE[name][0]).customer_message

    assert message
    assert [word for word in INTERNAL if word in message] == []


def test_the_playbook_of_what_holds_it_speaks() -> None:
    held = state(impacts=(impact(),), expected_to_leave_at=NOW + 40 * MINUTE)

    assert (
        told(situation(held)).customer_message
        == "Your order takes longer today, and we expect it to leave within the hour."
    )


def test_what_the_playbook_promises_too_soon_is_left_out_and_the_forecast_is_told() -> None:
    held = state(impacts=(impact(),), expected_to_leave_at=NOW + 3 * HOUR)

    assert (
        told(situation(held)).customer_message
        == "Your order takes longer today. We expect it to move on today by about 17:00 (UTC)."
    )


def test_without_a_forecast_nothing_is_promised() -> None:
    assert (
        told(situation(state(error=reported_error()))).customer_message
        == "Your order is safe, but it's taking longer than it should. We don't have a new date yet."
    )


def test_a_failure_that_is_not_probable_does_not_speak() -> None:
    message = told(situation(state(impacts=(impact(Band.STUCK, 0.1),)))).customer_message

    assert message == (
        "Your order is being prepared, but it may take longer than usual. We expect it to be delivered "
        "today by about 14:30 (UTC)."
    )


def test_a_broken_promise_is_said() -> None:
    held = state(impacts=(impact(Band.UPCOMING, 0.9, failures=()),), expected_done_at=NOW + DAY)

    assert "tomorrow afternoon, which is later than promised. We're sorry." in (
        told(situation(held, promised_by=NOW + HOUR)).customer_message or ""
    )


def test_a_promise_that_is_kept_is_told_as_it_was_given() -> None:
    assert (told(situation(state(), promised_by=NOW + DAY)).customer_message or "").endswith(
        "We expect it to be delivered tomorrow afternoon."
    )


@pytest.mark.parametrize(
    ("kind", "type_", "word"),
    [
        (RecordKind.NOTIFICATION, "shipped", "message"),
        (RecordKind.POSTING, "invoice", "invoice"),
        (RecordKind.POSTING, "refund", "refund"),
        (RecordKind.TASK, "pick", "paperwork"),
    ],
)
def test_a_missing_record_is_called_what_the_customer_calls_it(
    kind: RecordKind, type_: str, word: str
) -> None:
    message = (
        told(situation(state(), findings=(finding(RecordEffect.MISSING, kind, type_),))).customer_message
        or ""
    )

    assert "Your order itself is on schedule" in message
    assert word in message


def test_what_is_over_is_said_to_be() -> None:
    assert told(situation(ended(OrderStatus.COMPLETED))).customer_message == "Your order is complete."
    assert "cancelled" in (told(situation(ended(OrderStatus.CANCELLED))).customer_message or "")
    assert "We don't have a new date yet" in (told(situation(late())).customer_message or "")


# ---- what words promise


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("within the hour", NOW + HOUR),
        ("within an hour", NOW + HOUR),
        ("in two hours", NOW + 2 * HOUR),
        ("within the next 3 days", NOW + 3 * DAY),
        ("within hours", NOW + 12 * HOUR),
        ("within a few hours", NOW + 12 * HOUR),
        ("in a few days", NOW + 3 * DAY),
        ("it leaves today", NOW // DAY * DAY + DAY),
        ("updated this evening", NOW // DAY * DAY + DAY),
        ("it comes tomorrow", NOW // DAY * DAY + 2 * DAY),
        ("as soon as it is confirmed", None),
        ("in the store", None),
    ],
)
def test_words_promise_a_moment(text: str, by: int | None) -> None:
    assert promise_deadline(text, NOW) == by


def test_only_the_clause_that_promises_too_much_goes() -> None:
    text = "Your order is safe. A message has to be sent again, and we expect it to move within the hour."

    assert without_early_promises(text, NOW, NOW + 30 * MINUTE) == text
    assert (
        without_early_promises(text, NOW, NOW + 2 * HOUR)
        == "Your order is safe. A message has to be sent again."
    )
    assert without_early_promises(text, NOW, None) == "Your order is safe. A message has to be sent again."


_PHRASES = st.sampled_from(
    [
        "within the hour",
        "in two hours",
        "within hours",
        "within a few hours",
        "today",
        "tomorrow",
        "this evening",
        "within the next 3 days",
        "soon enough",
        "in the store",
    ]
)
_CLAUSES = st.builds(
    lambda start, phrase: f"{start} {phrase}",
    st.sampled_from(["it moves", "we expect it", "your parcel is there"]),
    _PHRASES,
)
_MESSAGES = st.lists(
    st.lists(_CLAUSES, min_size=1, max_size=3).map(", and ".join), min_size=1, max_size=3
).map(lambda found: ". ".join(found) + ".")


@given(_MESSAGES, st.one_of(st.none(), st.integers(0, 4 * DAY)))
def test_no_message_keeps_a_promise_that_the_forecast_does_not(message: str, ahead: int | None) -> None:
    moves = None if ahead is None else NOW + ahead
    by = promise_deadline(without_early_promises(message, NOW, moves), NOW)

    assert by is None or (moves is not None and by >= moves)


@given(st.integers(0, 10 * DAY))
def test_a_moment_in_words_is_never_sooner_than_the_moment(ahead: int) -> None:
    words = customer_moment(NOW + ahead, NOW)

    if words.startswith("today"):
        hours, minutes = words.split()[3].split(":")
        assert NOW // DAY * DAY + int(hours) * HOUR + int(minutes) * MINUTE >= NOW + ahead
    else:
        assert words == "by midnight (UTC)" or words.startswith("tomorrow") == (
            DAY <= (NOW + ahead) - NOW // DAY * DAY < 2 * DAY
        )
