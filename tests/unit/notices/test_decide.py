"""Which notices are due: once each, again when the picture changes, never for the same."""

from decimal import Decimal
from typing import Any

import pytest

from graph_models.enums import FailureClass
from graph_models.journal import IncidentAction, IncidentActionKind, Journal, NoticeKind, NoticeLevel
from graph_models.journal import NoticeState as State
from graph_models.time import HOUR, MINUTE, parse_moment
from impactgraph.notices.config import CALM, SETTLED, Concern, Quiet, Rule, When
from tests.unit.notices.pictures import NOW, due, journal_with, picture, rules, told


def action(kind: IncidentActionKind, incident: str = "F-1", minutes: int = 0) -> IncidentAction:
    return IncidentAction(kind, incident, NOW + minutes * MINUTE, by="ana")


def test_an_incident_is_reported_to_each_channel_of_each_rule_once() -> None:
    by = rules(Rule("a", ("chat", "mail")), Rule("b", ("chat",)))

    notices = due(picture(), by=by)

    assert [(each.rule, each.channel, each.kind) for each in notices] == [
        ("a", "chat", NoticeKind.NEW),
        ("a", "mail", NoticeKind.NEW),
        ("b", "chat", NoticeKind.NEW),
    ]
    assert len({each.key for each in notices}) == 3
    assert due(picture(), by=by, journal=told(notices, NOW), at=NOW + 5 * HOUR) == ()


def test_the_same_notice_has_the_same_id_however_often_it_is_decided() -> None:
    (first,), (later,) = due(picture()), due(picture(promises=7.0), at=NOW + MINUTE)

    assert first.key == later.key


def test_the_text_says_what_is_affected_who_owns_it_what_to_do_and_where_to_look() -> None:
    (notice,) = due(picture())

    assert notice.text.splitlines() == [
        "[high] An outage of Tax engine is the likeliest cause of F-1 (96 %).",
        "It affects 120 orders.",
        "Likeliest cause: Tax engine (outage, 96 %). Owner: Finance systems, #fin-oncall.",
        "First: Restart the engine. Playbook: Tax.",
        "Rank 1 of 1. Since 2026-03-08 19:00 UTC, as of 2026-03-08 20:00 UTC. Incident F-1.",
        "https://shop.example/#/radius?failure=F-1&asOf=2026-03-08T20%3A00%3A00.000Z",
    ]
    assert notice.link == notice.text.splitlines()[-1]


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        (When(promises=120), True),
        (When(promises=121), False),
        (When(orders=401), False),
        (When(value=Decimal(9_000)), True),
        (When(value=Decimal("9000.01")), False),
        (When(level=NoticeLevel.HIGH), True),
        (When(level=NoticeLevel.CRITICAL), False),
        (When(rank=1), True),
        (When(owners=("oms",)), False),
        (When(owners=("oms", "finance-systems")), True),
        (When(concerns=(Concern.CUSTOMER_CARE,)), False),
        (When(concerns=(Concern.CUSTOMER_CARE, Concern.FINANCE)), True),
        (When(elements=("system:tax",), classes=(FailureClass.OUTAGE,)), True),
        (When(elements=("system:tax",), classes=(FailureClass.BACKLOG,)), False),
    ],
)
def test_a_rule_reports_what_fits_all_its_conditions(when: When, fits: bool) -> None:
    assert bool(due(picture(), by=rules(Rule("r", ("chat",), when)))) is fits


def test_only_the_first_ranks_are_reported_where_the_rule_says_so() -> None:
    by = rules(Rule("r", ("chat",), When(rank=1)))

    notices = due(picture("F-1"), picture("F-2", rank=2), by=by)

    assert [each.incident for each in notices] == ["F-1"]


def test_what_affects_nothing_or_has_ended_is_not_reported() -> None:
    assert due(picture(is_quiet=True, level=NoticeLevel.NONE)) == ()
    assert due(picture(is_active=False)) == ()


def test_what_is_gone_without_an_end_is_resolved_with_that_reason() -> None:
    (notice,) = due(journal=told(due(picture()), NOW), at=NOW + HOUR)

    assert "It is not among the active incidents any more." in notice.text


def test_growth_is_reported_at_once_and_decrease_after_a_while() -> None:
    journal = told(due(picture()), NOW)
    grown, smaller = picture(level=NoticeLevel.CRITICAL), picture(level=NoticeLevel.LOW)

    (notice,) = due(grown, journal=journal, at=NOW + MINUTE)

    assert notice.kind is NoticeKind.CHANGED
    assert "Changed: it is critical, and was high at 2026-03-08 20:00 UTC." in notice.text
    assert due(smaller, journal=journal, at=NOW + CALM - 1) == ()
    assert [each.kind for each in due(smaller, journal=journal, at=NOW + CALM)] == [NoticeKind.CHANGED]
    after_all = journal_with(journal, (notice,), NOW + MINUTE)
    assert due(grown, journal=after_all, at=NOW + 3 * HOUR) == ()


def test_another_likeliest_cause_is_a_change() -> None:
    journal = told(due(picture()), NOW)

    (notice,) = due(picture(cause="system:erp"), journal=journal, at=NOW + CALM)

    assert "its likeliest cause was Tax engine at 2026-03-08 20:00 UTC" in notice.text


def test_the_end_is_reported_once_it_has_lasted() -> None:
    journal, ended = told(due(picture()), NOW), {"F-1": NOW + MINUTE}

    assert due(journal=journal, ended=ended, at=NOW + MINUTE + SETTLED - 1) == ()
    (notice,) = due(journal=journal, ended=ended, at=NOW + MINUTE + SETTLED)

    assert notice.kind is NoticeKind.RESOLVED
    assert notice.text.splitlines()[:2] == [
        "[resolved] An outage of Tax engine is the likeliest cause of F-1 (96 %).",
        "All its failures have ended. As of 2026-03-08 20:06 UTC. Incident F-1.",
    ]
    journal = journal_with(journal, (notice,), NOW + 6 * MINUTE)
    assert due(journal=journal, ended=ended, at=NOW + HOUR) == ()


@pytest.mark.parametrize("moved", [0, -HOUR])
def test_a_clock_that_stands_still_or_is_set_back_sends_no_end_again(moved: int) -> None:
    incidents = [f"F-{number}" for number in range(10)]
    ended = dict.fromkeys(incidents, NOW - 3 * HOUR)
    journal = told(due(*map(picture, incidents)), NOW)

    ends = due(journal=journal, ended=ended)
    records = (*journal.notices, *told(ends, NOW + moved).notices)
    in_record = Journal(notices=tuple(sorted(records, key=lambda each: (each.at, each.notice))))

    assert len(ends) == len(incidents)
    assert due(journal=in_record, ended=ended, at=NOW + moved + 2 * MINUTE) == ()


def test_an_incident_that_comes_again_is_new_again() -> None:
    journal = told(due(picture()), NOW)
    again = picture(started_at=NOW + HOUR)

    (notice,) = due(again, journal=journal, at=NOW + HOUR)

    assert (notice.kind, notice.key in {each.notice for each in journal.notices}) == (NoticeKind.NEW, False)


def test_an_incident_that_gets_an_earlier_failure_goes_on_as_the_same() -> None:
    journal = told(due(picture("F-2")), NOW)
    joined = picture("F-1", failures=("F-1", "F-2"), keys=frozenset({"F-1", "F-2"}))

    assert due(joined, journal=journal, at=NOW + MINUTE) == ()


def test_two_that_were_notified_and_are_one_go_on_as_one() -> None:
    journal = told(due(picture("F-1"), picture("F-2")), NOW)
    joined = picture("F-1", keys=frozenset({"F-1", "F-2"}))

    (notice,) = due(joined, journal=journal, at=NOW + MINUTE)

    assert (notice.incident, notice.kind) == ("F-2", NoticeKind.RESOLVED)
    assert "It was merged into F-1." in notice.text


def test_what_was_closed_by_hand_is_resolved_and_not_notified_again() -> None:
    journal = Journal(actions=(action(IncidentActionKind.CLOSED),), notices=told(due(picture()), NOW).notices)

    (notice,) = due(picture(), journal=journal, at=NOW + MINUTE)

    assert (notice.kind, "It was closed by ana." in notice.text) == (NoticeKind.RESOLVED, True)
    closed = journal_with(journal, (notice,), NOW + MINUTE)
    assert due(picture(), journal=closed, at=NOW + HOUR) == ()
    assert due(picture(), journal=Journal(actions=(action(IncidentActionKind.CLOSED),))) == ()
    (gone,) = due(journal=journal, at=NOW + MINUTE)
    assert "It was closed by ana." in gone.text


def test_what_was_closed_or_taken_up_before_it_was_opened_again_is_reported_as_any_other() -> None:
    by = rules(Rule("first", ("chat",)), Rule("boss", ("mail",), after=15 * MINUTE))
    kinds = (IncidentActionKind.ACKNOWLEDGED, IncidentActionKind.CLOSED)
    journal = Journal(actions=tuple(action(kind) for kind in kinds))
    again = picture(started_at=NOW + HOUR, known_at=NOW + HOUR, opened_at=NOW + HOUR)

    notices = due(again, by=by, journal=journal, at=NOW + 2 * HOUR)

    assert [each.rule for each in notices] == ["first", "boss"]
    assert (
        due(again, by=by, journal=Journal(actions=(action(kinds[1], minutes=90),)), at=NOW + 2 * HOUR) == ()
    )


def test_the_wait_of_an_escalation_begins_when_the_incident_is_opened_again() -> None:
    by = rules(Rule("first", ("chat",)), Rule("boss", ("mail",), after=15 * MINUTE))
    journal = told(due(picture(known_at=NOW), by=by), NOW - 50 * MINUTE)
    opened = picture(opened_at=NOW)

    assert due(opened, by=by, journal=journal, at=NOW) == ()
    assert due(opened, by=by, journal=journal, at=NOW + 15 * MINUTE - 1) == ()
    assert [each.rule for each in due(opened, by=by, journal=journal, at=NOW + 15 * MINUTE)] == ["boss"]


def test_what_becomes_quiet_says_why() -> None:
    journal = told(due(picture()), NOW)
    quiet = picture(is_quiet=True, level=NoticeLevel.NONE, quiet_reason="planned maintenance M")

    (notice,) = due(quiet, journal=journal, at=NOW + CALM)

    assert notice.text.startswith("[quiet] An outage of")
    assert (
        "Changed: it is quiet (planned maintenance M), and was high at 2026-03-08 20:00 UTC." in notice.text
    )


def test_an_escalation_waits_for_an_acknowledgement_since_the_first_notice() -> None:
    by = rules(Rule("first", ("chat",)), Rule("boss", ("mail",), after=15 * MINUTE))
    begun = picture(known_at=NOW, started_at=NOW)
    first = due(begun, by=by)
    journal = told(first, NOW)

    assert [each.rule for each in first] == ["first"]
    assert due(begun, by=by, journal=journal, at=NOW + 14 * MINUTE) == ()
    (notice,) = due(begun, by=by, journal=journal, at=NOW + 15 * MINUTE)
    assert (notice.rule, "Nobody has acknowledged it for 15 min." in notice.text) == ("boss", True)


@pytest.mark.parametrize(
    "kind", [IncidentActionKind.ACKNOWLEDGED, IncidentActionKind.ASSIGNED, IncidentActionKind.MITIGATED]
)
def test_what_somebody_has_taken_up_is_not_escalated(kind: IncidentActionKind) -> None:
    by = rules(Rule("boss", ("mail",), after=15 * MINUTE))
    journal = Journal(actions=(action(kind),))

    assert due(picture(), by=by, journal=journal, at=NOW + HOUR) == ()
    assert len(due(picture(), by=by, at=NOW + HOUR)) == 1


@pytest.mark.parametrize(
    ("at", "level", "is_told"),
    [
        ("2026-03-02T21:59:59+01:00", NoticeLevel.HIGH, True),
        ("2026-03-02T22:00:00+01:00", NoticeLevel.HIGH, False),
        ("2026-03-03T06:59:59+01:00", NoticeLevel.HIGH, False),
        ("2026-03-03T03:00:00+01:00", NoticeLevel.CRITICAL, True),
        ("2026-03-03T07:00:00+01:00", NoticeLevel.HIGH, True),
        ("2026-03-29T22:30:00+02:00", NoticeLevel.HIGH, False),
    ],
)
def test_a_rule_is_quiet_in_its_hours_on_the_clock_of_its_zone(
    at: str, level: NoticeLevel, is_told: bool
) -> None:
    quiet = Quiet(22 * HOUR, 7 * HOUR, "Europe/Berlin", below=NoticeLevel.CRITICAL)
    moment = parse_moment(at)
    begun = picture(level=level, started_at=moment - HOUR, known_at=moment - HOUR)

    assert bool(due(begun, by=rules(Rule("r", ("chat",), quiet=quiet)), at=moment)) is is_told


def test_a_rule_reports_only_the_changes_that_it_names() -> None:
    by = rules(Rule("r", ("chat",), on=(NoticeKind.NEW,)))
    journal = told(due(picture(), by=by), NOW)

    assert due(picture(level=NoticeLevel.CRITICAL), by=by, journal=journal, at=NOW + HOUR) == ()
    assert due(by=by, journal=journal, at=NOW + HOUR) == ()


@pytest.mark.parametrize(
    ("state", "replaced"),
    [(State.WAITING, True), (State.FAILED, True), (State.SENT, False), (State.GIVEN_UP, False)],
)
def test_a_later_notice_replaces_one_that_was_not_sent(state: State, replaced: bool) -> None:
    first: Any = due(picture())
    journal = told(first, NOW, state)

    (notice,) = due(picture(level=NoticeLevel.CRITICAL), journal=journal, at=NOW + MINUTE)

    assert notice.replaces == ((first[0].key,) if replaced else ())
