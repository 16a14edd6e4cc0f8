"""Measures of a store: from failures, the journal and the columns; what is not known is named."""

from collections.abc import Iterator

import pytest

from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.errors import BadInputError, NoTopologyError
from impactgraph.measures.incidents import Grouping, IncidentFigures, Spread
from impactgraph.measures.periods import PeriodUnit
from impactgraph.ports.removal import RetentionRule
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.measures import Measures, MeasuresQuestion, measures
from impactgraph.usecases.snapshot import snapshot
from tests.stores.events import DOCUMENTS, NOON, at, entered, event, of, placed, reported, topology

NOW = at(24 * 60)
LATER = f"{NOON.date()}T14:00:00Z"


@pytest.fixture
def store() -> Iterator[Store]:
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    yield store
    store.close()


def asked(store: Store, **fields: object) -> Measures:
    question = MeasuresQuestion(**fields)  # type: ignore[arg-type]
    with snapshot(store, question.as_of, NOW) as s:
        return measures(s, answer_question, question)


def fill(store: Store) -> None:
    orders = [
        line
        for n in range(4)
        for line in (placed(f"O-{n}", promised_by=LATER), entered("promise", 1, f"O-{n}/1"))
    ]
    alert = {"sender": "alertmanager", "source": "prod", "key": "a1"}
    begun = f"{NOON.date()}T12:20:00Z"
    store.ingest(
        [
            *orders,
            of("fulfillment.failed", 25, "O-0/1", step="promise", element="system:oms", code="timeout"),
            reported("F-1", 30, started_at=begun),
            reported("F-2", 31, started_at=begun, alert=alert),
            event("incident.acknowledged", 40, incident="F-1", by="ana"),
            event("incident.mitigated", 60, incident="F-1", by="ana"),
            event("failure.resolved", 80, failure="F-2"),
            event("failure.resolved", 90, failure="F-1"),
        ]
    )


def test_a_failure_that_occurs_again_is_another_incident_each_time(store: Store) -> None:
    for day in (-14, -7, 0):
        noon = day * 24 * 60
        store.ingest([reported("F-1", noon), event("failure.resolved", noon + 30, failure="F-1")])
        store.ingest([reported("F-1", noon + 50), event("failure.resolved", noon + 60, failure="F-1")])
    first_day = -14 * 24 * 60
    store.ingest([event("incident.acknowledged", first_day + 10, incident="F-1", by="ana")])
    store.ingest([event("incident.mitigated", 20, incident="F-1", by="ana")])

    figures = [each for _, each in asked(store).periods if each.incidents]

    hour = Spread(1, HOUR, HOUR)
    assert [(each.incidents, each.heal) for each in figures] == [(1, hour)] * 3
    assert [each.acknowledge.median for each in figures] == [10 * MINUTE, None, None]
    assert [each.mitigate.median for each in figures] == [None, None, 20 * MINUTE]


def test_an_incident_has_its_times_and_what_it_affected(store: Store) -> None:
    fill(store)

    answer = asked(store)
    figures = next(each for _, each in answer.periods if each.incidents)

    assert (figures.incidents, figures.alerts, figures.actions, figures.counted) == (1, 1, 2, 1)
    assert figures.detect == Spread(1, 10 * MINUTE, 10 * MINUTE)
    assert figures.acknowledge == Spread(1, 10 * MINUTE, 10 * MINUTE)
    assert figures.mitigate == Spread(1, 30 * MINUTE, 30 * MINUTE)
    assert figures.heal == Spread(1, HOUR, HOUR)
    assert figures.orders == pytest.approx(4, abs=0.5)
    assert {(each.grouping.value, each.key, each.name) for each in answer.groups} == {
        ("cause", "system:oms", "Order management"),
        ("owner", "shop", "Shop"),
        ("element", "system:oms", "Order management"),
    }
    assert {(each.step, each.name) for each in answer.steps} == {
        ("step:collect/promise", "promise of collect")
    }


def test_errors_before_the_report_are_its_first_signs(store: Store) -> None:
    store.ingest(
        [
            placed("O-0"),
            entered("promise", 1, "O-0/1"),
            of("fulfillment.failed", 5, "O-0/1", step="promise", element="system:oms", code="timeout"),
            reported("F-1", 30),
        ]
    )

    figures = next(each for _, each in asked(store).periods if each.incidents)

    assert figures.detect == Spread(1, 25 * MINUTE, 25 * MINUTE)


def test_promises_and_exceptions_are_those_of_the_columns(store: Store) -> None:
    fill(store)

    answer = asked(store)

    (level,) = answer.service
    assert (level.channel, level.promises, level.kept) == ("web", 4, 0)
    step = next(each for each in answer.steps if each.step == "step:collect/promise")
    assert (step.entered, step.failed) == (4, 1)
    (check,) = answer.forecasts
    assert (check.incident, check.orders, check.happened) == ("F-1", 4, 4)
    assert check.headline.startswith("An outage of ")
    assert 0 <= check.expected <= 4


def incidents(store: Store, **fields: object) -> list[IncidentFigures]:
    return [figures for _, figures in asked(store, **fields).periods if figures.incidents]


def test_what_people_merged_is_one_incident_and_what_they_split_is_two(store: Store) -> None:
    week = 7 * 24 * 60
    for noon in (-week, 0):
        store.ingest([reported("F-1", noon), reported("F-2", noon + 1, target="system:erp")])
        ends = (event("failure.resolved", noon + 30, failure=key) for key in ("F-1", "F-2"))
        store.ingest([*ends])
    store.ingest([event("incident.merged", 10, incident="F-2", incidents=["F-1"], by="ana")])
    last, merged = incidents(store)
    store.ingest([event("incident.split", 20, incident="F-1", failures=["F-2"], by="ana")])
    _, split = incidents(store)

    assert [(each.incidents, each.failures) for each in (last, merged, split)] == [(2, 2), (1, 2), (2, 2)]
    assert (last.actions, merged.actions, split.actions) == (0, 1, 2)


def test_incidents_of_several_days_that_people_merged_count_once_on_the_first_day(store: Store) -> None:
    store.ingest([reported("F-1", -24 * 60), event("failure.resolved", -23 * 60, failure="F-1")])
    store.ingest([reported("F-2", 0, target="system:erp"), reported("F-1", 1)])
    assert [each.incidents for each in incidents(store)] == [1, 2]

    store.ingest([event("incident.merged", -22 * 60, incident="F-1", incidents=["F-2"])])
    assert [(each.incidents, each.failures) for each in incidents(store)] == [(1, 2), (1, 1)]

    store.ingest([event("incident.merged", 10, incident="F-2", incidents=["F-1"])])
    assert [(each.incidents, each.failures) for each in incidents(store)] == [(1, 2)]


def test_what_people_merged_before_the_time_that_is_asked_for_is_not_merged_when_it_occurs_again(
    store: Store,
) -> None:
    before = -40 * 24 * 60
    for noon in (before, 0):
        store.ingest([reported("F-1", noon), reported("F-2", noon + 1, target="system:erp")])
        ends = (event("failure.resolved", noon + 30, failure=key) for key in ("F-1", "F-2"))
        store.ingest([*ends])
    store.ingest([event("incident.merged", before + 10, incident="F-2", incidents=["F-1"])])

    of_all, of_four_weeks = incidents(store, since=NOW - 50 * DAY), incidents(store)

    assert [each.incidents for each in of_all] == [1, 2]
    assert [each.incidents for each in of_four_weeks] == [2]


def test_an_incident_is_not_healed_while_it_is_open_again(store: Store) -> None:
    store.ingest([reported("F-1", 0), event("failure.resolved", 20, failure="F-1")])
    heals: list[Spread] = []
    for kind, minute in (("closed", 30), ("reopened", 40), ("closed", 90), ("closed", 95)):
        store.ingest([event(f"incident.{kind}", minute, incident="F-1")])
        heals += [each.heal for each in incidents(store)]

    assert [each.median for each in heals] == [30 * MINUTE, None, 90 * MINUTE, 90 * MINUTE]


def test_times_of_a_failure_that_was_announced_count_from_its_start(store: Store) -> None:
    store.ingest([reported("F-1", -24 * 60, started_at=f"{NOON.date()}T12:00:00Z")])
    store.ingest([event("incident.noted", -60, incident="F-1", by="ana", note="Soon.")])
    store.ingest([event("incident.acknowledged", 5, incident="F-1", by="ana")])
    store.ingest([event("failure.resolved", 60, failure="F-1")])

    (figures,) = incidents(store)

    assert figures.actions == 2
    assert (figures.acknowledge.median, figures.heal.median) == (5 * MINUTE, HOUR)


def test_alerts_of_planned_maintenance_are_quiet(store: Store) -> None:
    fill(store)
    assert incidents(store)[0].quiet_alerts == 0
    plan = {"starts_at": f"{NOON.date()}T12:00:00Z", "ends_at": f"{NOON.date()}T14:00:00Z"}
    store.ingest([event("maintenance.planned", -30, maintenance="M", elements=["system:oms"], **plan)])

    assert incidents(store)[0].quiet_alerts == 1


def test_what_figures_by_cause_and_owner_leave_out_is_named(store: Store) -> None:
    alert = {"sender": "alertmanager", "source": "prod", "key": "a1"}
    store.ingest([reported("F-1", 0, alert=alert), reported("F-2", 2 * 24 * 60 - 60)])

    answer = asked(store)

    causes = sum(each.figures.incidents for each in answer.groups if each.grouping is Grouping.CAUSE)
    assert (causes, sum(each.incidents for _, each in answer.periods)) == (0, 1)
    assert "1 incident has no likely cause: the figures by cause and owner do not count it." in answer.notes


def test_an_empty_answer_says_why(store: Store) -> None:
    answer = asked(store)

    assert [each.incidents for _, each in answer.periods] == [0] * len(answer.periods)
    assert answer.notes == (
        "No failure that is on record began in this time: there is no incident to measure.",
        "No promise of an order was over in this time.",
        "No order entered a step in this time.",
        "No posting with an amount was late in this time.",
    )


def test_what_is_not_known_is_named(store: Store) -> None:
    store.ingest([reported("F-1", 30)])

    notes = " ".join(asked(store, asked=0).notes)

    assert "No failure was made from an alert" in notes
    assert "Nobody recorded work on an incident" in notes
    assert "Reports are dated at the start of their failures" in notes
    assert "Orders and promises are those of 0 of 1 incidents" in notes


def test_failures_a_day_apart_are_of_two_incidents(store: Store) -> None:
    store.ingest([reported("F-1", -24 * 60), event("failure.resolved", -23 * 60, failure="F-1")])
    store.ingest([reported("F-2", 0, target="system:erp")])

    assert sum(each.incidents for _, each in asked(store).periods) == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"since": NOW + DAY}, "since is after the moment of the answer"),
        ({"since": NOW - 3_000 * DAY}, "and 120 at most"),
        ({"asked": 201}, "asked is 201"),
        ({"asked": -1}, "asked is -1"),
    ],
)
def test_what_cannot_be_measured_is_an_error(store: Store, fields: dict[str, int], problem: str) -> None:
    with pytest.raises(BadInputError, match=problem):
        asked(store, **fields)


def test_periods_may_be_months(store: Store) -> None:
    answer = asked(store, unit=PeriodUnit.MONTH, since=NOW - 60 * DAY)

    assert [period.key for period, _ in answer.periods] == ["2026-01", "2026-02", "2026-03"]


def test_without_a_topology_there_is_nothing_to_measure() -> None:
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    with pytest.raises(NoTopologyError):
        asked(store)
    store.close()


def test_what_retention_removed_is_named_and_incidents_before_it_are_not_computed(store: Store) -> None:
    fill(store)
    store.ingest([of("fulfillment.completed", 100, "O-0/1")])
    before = asked(store)
    store.retain(RetentionRule("old", at(20 * 60)), NOW)
    after = asked(store)

    assert not any("retention" in note for note in before.notes)
    assert [note for note in after.notes if "removed by retention" in note]
    figures = after.periods[-1][1]
    assert figures.incidents == before.periods[-1][1].incidents
    assert after.forecasts == ()
