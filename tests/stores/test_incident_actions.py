"""People work on incidents, on both stores."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from graph_models.incident_life import IncidentState, ReportFormat
from graph_models.journal import IncidentActionKind
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.incident_actions import IncidentOutcome, IncidentWork, work_on_incident
from impactgraph.usecases.incident_document import incident_document
from impactgraph.usecases.incidents import IncidentsQuestion, get_incident, list_incidents
from impactgraph.usecases.snapshot import snapshot
from tests.stores.events import NOON, at, entered, event, placed, reported

Kind = IncidentActionKind


def act(store: Store, kind: Kind, minutes: float = 30, **fields: object) -> IncidentOutcome:
    work = IncidentWork(kind, "F-1", **fields)  # type: ignore[arg-type]
    return work_on_incident(store, answer_question, work, at(minutes))


def fill(store: Store) -> None:
    """An order waits in a step of an application that has failed; so does another application."""
    other = reported("F-2", 5, target="integration:oms-to-erp")
    store.ingest([placed(), entered("promise", 0), reported("F-1", 10), other])


def groups(store: Store, minutes: float = 40) -> set[frozenset[str]]:
    with snapshot(store, at(minutes), at(minutes)) as s:
        reports = list_incidents(s, answer_question, IncidentsQuestion(as_of=at(minutes), active=None))
        return {frozenset(each.members) for each in reports}


def test_an_action_is_on_record_when_it_is_answered(store: Store) -> None:
    fill(store)
    outcome = act(store, Kind.ACKNOWLEDGED, by="ana", note=" I look ")

    assert outcome.problems == ()
    assert outcome.incident is not None
    assert outcome.incident.life.state is IncidentState.ACKNOWLEDGED
    (action,) = store.journal().actions
    assert (action.kind, action.by, action.note, action.at) == (Kind.ACKNOWLEDGED, "ana", "I look", at(30))


def test_merged_incidents_are_one_and_split_ones_are_not(store: Store) -> None:
    fill(store)
    store.ingest([reported("F-3", -200, target="system:erp")])

    assert act(store, Kind.MERGED, 31, incidents=("incident:F-3",)).problems == ()
    assert any({"F-1", "F-3"} <= group for group in groups(store))
    assert act(store, Kind.SPLIT, 32, failures=("failure:F-3",)).problems == ()
    assert frozenset({"F-3"}) in groups(store)
    assert any({"F-1", "F-3"} <= group for group in groups(store, 31.5))


def test_a_split_is_an_action_of_both_parts_whichever_key_is_named(store: Store) -> None:
    fill(store)
    act(store, Kind.MERGED, 31, incidents=("F-2",))
    act(store, Kind.SPLIT, 32, failures=("F-1",), by="ana")

    assert frozenset({"F-1"}) in groups(store)
    with snapshot(store, at(40), at(40)) as s:
        reports = list_incidents(s, answer_question, IncidentsQuestion(as_of=at(40), active=None))
    assert len(reports) == 2
    assert all(each.life.actions[-1].kind is Kind.SPLIT for each in reports)


def test_a_failure_that_began_before_a_close_and_was_reported_after_it_opens_it(store: Store) -> None:
    fill(store)
    store.ingest([event("failure.resolved", 20, failure="F-1"), event("failure.resolved", 21, failure="F-2")])
    act(store, Kind.CLOSED, 30)
    start = (NOON + timedelta(minutes=28)).isoformat()
    store.ingest([reported("F-1", 35, started_at=start)])

    with snapshot(store, None, at(36)) as s:
        (report,) = list_incidents(s, answer_question, IncidentsQuestion())
    assert (report.life.state, report.life.opened_at) == (IncidentState.OPEN, at(35))


def test_a_failure_that_joins_a_closed_incident_is_not_closed_with_it(store: Store) -> None:
    fill(store)
    store.ingest([reported("F-3", -200, target="system:erp")])
    act(store, Kind.CLOSED, 30)
    assert act(store, Kind.NOTED, 31, note="hm").incident.life.state is IncidentState.CLOSED  # type: ignore[union-attr]

    merged = act(store, Kind.MERGED, 32, incidents=("F-3",)).incident

    assert merged is not None and merged.life.state is IncidentState.OPEN
    assert act(store, Kind.CLOSED, 33).incident.life.state is IncidentState.CLOSED  # type: ignore[union-attr]


def test_of_two_who_act_on_the_same_version_one_succeeds(store: Store) -> None:
    fill(store)
    racing_store = _Racing(store, lambda: act(store, Kind.ASSIGNED, assignee="ben", by="ben", version=0))

    first = act(racing_store, Kind.CLOSED, by="ana", version=0)  # type: ignore[arg-type]

    assert first.incident is None
    assert "ben assigned it" in first.problems[0].message
    assert [each.kind for each in store.journal().actions] == [Kind.ASSIGNED]


def test_the_same_action_again_with_its_version_changes_nothing(store: Store) -> None:
    fill(store)
    first = act(store, Kind.ACKNOWLEDGED, by="ana", version=0)
    again = act(store, Kind.ACKNOWLEDGED, 31, by="ana", version=0)

    assert first.problems == again.problems == ()
    assert len(store.journal().actions) == 1


def test_another_split_of_the_same_version_is_not_taken_for_the_first_one(store: Store) -> None:
    fill(store)
    store.ingest([reported("F-3", -200, target="system:erp"), reported("F-4", -900, target="system:erp")])
    act(store, Kind.MERGED, 30, incidents=("F-3", "F-4"))

    assert act(store, Kind.SPLIT, 31, failures=("F-3",), version=1).problems == ()
    (problem,) = act(store, Kind.SPLIT, 32, failures=("F-4",), version=1).problems

    assert "was changed" in problem.message


def test_a_version_that_comes_again_after_a_merge_and_a_split_is_acted_on(store: Store) -> None:
    fill(store)
    store.ingest([reported("F-3", -200, target="system:erp")])

    def act_on_first(kind: Kind, minute: int, version: int, **fields: object) -> int:
        work = IncidentWork(kind, "F-3", version=version, **fields)  # type: ignore[arg-type]
        outcome = work_on_incident(store, answer_question, work, at(minute))
        assert outcome.incident is not None
        return outcome.incident.life.version

    act(store, Kind.NOTED, 11, note="of the other")
    assert act_on_first(Kind.MERGED, 20, 0, incidents=("F-1",)) == 2
    assert act_on_first(Kind.NOTED, 21, 2, note="both") == 3
    assert act_on_first(Kind.SPLIT, 22, 3, failures=("F-1", "F-2")) == 3

    assert [act_on_first(Kind.NOTED, n + 20, n, note=str(n)) for n in (3, 4)] == [4, 5]


def test_a_version_that_there_is_not_yet_is_refused(store: Store) -> None:
    fill(store)

    assert "is at version 0, not 3" in act(store, Kind.CLOSED, version=3).problems[0].message


def test_an_unknown_incident_is_an_error_with_near_ones(store: Store) -> None:
    fill(store)

    with pytest.raises(NotFoundError, match="incident:F-"):
        work_on_incident(store, answer_question, IncidentWork(Kind.CLOSED, "F-11"), at(30))


@pytest.mark.parametrize("form", ReportFormat)
def test_a_report_of_a_moment_is_the_same_to_the_byte_whatever_comes_later(
    store: Store, form: ReportFormat
) -> None:
    fill(store)
    store.ingest([event("change.started", 3, change="d1", elements=["system:oms"], kind="deployment")])
    act(store, Kind.ACKNOWLEDGED, 20, by="ana")

    def document(now: float) -> str:
        with snapshot(store, at(25), at(now)) as s:
            return incident_document(s, answer_question, "incident:F-1", form, at(now))

    before = document(25)
    act(store, Kind.CLOSED, 40, by="ben")
    store.ingest([entered("pick", 41), event("failure.resolved", 42, failure="F-1"), reported("F-4", 43)])

    assert document(300) == before
    assert "ana" in before and "ben" not in before
    assert "d1" in before


def test_an_incident_that_ended_long_ago_stays_for_a_week_after_the_last_action(store: Store) -> None:
    week = 7 * 24 * 60
    store.ingest([reported("F-1", -2 * week), event("failure.resolved", 10 - 2 * week, failure="F-1")])
    act(store, Kind.REOPENED, -week - 60)

    closed = act(store, Kind.CLOSED, 60 - week).incident

    assert closed is not None and closed.life.state is IncidentState.CLOSED
    assert groups(store, 59) == {frozenset({"F-1"})}
    assert groups(store, 61) == set()


def test_both_parts_of_a_split_stay_for_a_week_after_it(store: Store) -> None:
    week = 7 * 24 * 60
    store.ingest(
        [
            reported("F-1", -2 * week),
            reported("F-2", 1 - 2 * week, target="integration:oms-to-erp"),
            *(event("failure.resolved", 10 - 2 * week, failure=key) for key in ("F-1", "F-2")),
        ]
    )
    act(store, Kind.MERGED, 20 - 2 * week, incidents=("F-2",))
    act(store, Kind.REOPENED, -week - 60)

    act(store, Kind.SPLIT, 60 - week, failures=("F-2",))

    assert groups(store, 59) == {frozenset({"F-1"}), frozenset({"F-2"})}
    work = IncidentWork(Kind.CLOSED, "F-1", by="ana")
    assert work_on_incident(store, answer_question, work, at(61 - week)).problems == ()
    assert groups(store, 60 + 0.5) == {frozenset({"F-1"})}


def test_an_incident_of_which_a_part_is_left_keeps_its_other_failures_and_what_was_done(store: Store) -> None:
    week = 7 * 24 * 60
    long_ago = -2 * week
    store.ingest(
        [
            reported("F-1", long_ago),
            reported("F-2", long_ago + 1, target="integration:oms-to-erp"),
            reported("F-3", long_ago + 600, target="system:erp"),
            reported("F-4", long_ago - 600, target="system:erp"),
            *(event("failure.resolved", long_ago + 700, failure=key) for key in ("F-2", "F-3", "F-4")),
        ]
    )
    act(store, Kind.MERGED, long_ago + 610, incidents=("F-3",))
    work_on_incident(store, answer_question, IncidentWork(Kind.NOTED, "F-2", note="n"), at(long_ago + 620))

    noted = act(store, Kind.NOTED, 0, note="still there", version=2).incident

    assert noted is not None and noted.life.version == 3
    assert set(noted.members) == {"F-1", "F-2", "F-3"}
    assert groups(store, 1) == {frozenset(noted.members)}


def test_a_report_is_of_a_moment_that_has_come(store: Store) -> None:
    fill(store)
    with (
        snapshot(store, at(25), at(20)) as s,
        pytest.raises(BadInputError, match=r"2026-03-02T12:25.*, and it is 2026-03-02T12:20"),
    ):
        incident_document(s, answer_question, "F-1", ReportFormat.JSON, at(20))


def test_an_incident_that_was_not_there_yet_or_any_more_says_when_it_was(store: Store) -> None:
    fill(store)
    store.ingest([event("failure.resolved", 60, failure="F-1"), event("failure.resolved", 60, failure="F-2")])
    month = 30 * 24 * 60

    for minute, words in (
        (9, "it begins at 2026-03-02 12:10:00 UTC"),
        (month, "ended at 2026-03-02 13:00:00 UTC"),
    ):
        with snapshot(store, at(minute), at(month)) as s, pytest.raises(NotFoundError, match=words):
            get_incident(s, answer_question, "F-1", at(minute))


def test_a_timeline_has_whole_sentences_and_the_end_of_a_maintenance(store: Store) -> None:
    plan = {"starts_at": NOON.isoformat(), "ends_at": (NOON + timedelta(minutes=50)).isoformat()}
    store.ingest([reported("F-1", 10, summary="All is down."), reported("F-2", 11, target="system:erp")])
    act(store, Kind.NOTED, 20, by="ana", note="Is it the broker?")
    act(store, Kind.MERGED, 21, by="ana", incidents=("F-2",), note="One cause.")
    act(store, Kind.SPLIT, 22, by="ana", failures=("F-2",))
    store.ingest([event("maintenance.planned", 0, maintenance="M", elements=["system:oms"], **plan)])
    store.ingest([event("failure.resolved", 40, failure="F-1")])

    with snapshot(store, at(60), at(60)) as s:
        text = incident_document(s, answer_question, "F-1", ReportFormat.MARKDOWN, at(60))

    rows = [
        line.split(" | ")[1].removesuffix(" |") for line in text.splitlines() if line.startswith("| 2026")
    ]
    assert rows == [
        "Maintenance M began.",
        "F-1 (outage of Order management) began: All is down.",
        "ana wrote a note: Is it the broker?",
        "ana merged it with F-2: One cause.",
        "ana split off F-2.",
        "F-1 (outage of Order management) ended.",
        "Maintenance M ended.",
    ]


class _Racing:
    """A store in which somebody else acts between what is read and what is written."""

    def __init__(self, store: Store, act: Callable[[], object]) -> None:
        self._store = store
        self._act = act

    def ingest(self, lines: object, **options: object) -> object:
        self._act()
        return self._store.ingest(lines, **options)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)
