"""The journal: what is recorded about incidents, changes, maintenance and notices, on both stores."""

from random import Random

import pytest

from graph_models.failure import AlertOrigin
from graph_models.journal import ChangeKind, IncidentActionKind, NoticeState
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, NOON, at, event, topology


def when(minutes: float) -> str:
    return f"{NOON.date()}T12:{minutes:02.0f}:00Z"


EVENTS = [
    event("incident.acknowledged", 10, incident="F-1", by="ana"),
    event("incident.assigned", 11, incident="incident:F-1", assignee="team:oms"),
    event("incident.merged", 12, incident="F-1", incidents=["F-2", "incident:F-3"]),
    event("incident.split", 13, incident="F-1", failures=["failure:F-3"], note="another cause"),
    event("incident.step_done", 14, incident="F-1", playbook="restart", step=2),
    event("change.started", 1, change="d1", kind="Deployment", elements=["system:oms"], version="7.2"),
    event("change.ended", 5, change="d1", summary="done"),
    event("maintenance.planned", 2, maintenance="m1", starts_at=when(20), ends_at=when(30)),
    event("maintenance.planned", 3, maintenance="m2", ends_at=when(40), elements=["system:oms"]),
    event("maintenance.cancelled", 4, maintenance="m1"),
    event("notice.changed", 6, notice="n1", incident="F-1", rule="night", state="Sent"),
]


def test_the_journal_says_what_was_recorded(store: Store) -> None:
    store.ingest(EVENTS)
    journal = store.journal()

    assert [each.kind for each in journal.actions] == [
        IncidentActionKind.ACKNOWLEDGED,
        IncidentActionKind.ASSIGNED,
        IncidentActionKind.MERGED,
        IncidentActionKind.SPLIT,
        IncidentActionKind.STEP_DONE,
    ]
    assert {each.incident for each in journal.actions} == {"F-1"}
    assert (journal.actions[2].incidents, journal.actions[3].failures) == (("F-2", "F-3"), ("F-3",))
    (change,) = journal.changes
    assert (change.kind, change.started_at, change.ended_at) == (ChangeKind.DEPLOYMENT, at(1), at(5))
    assert (change.elements, change.version, change.summary) == (("system:oms",), "7.2", "done")
    assert [(each.key, each.starts_at, each.ends_at) for each in journal.maintenance] == [
        ("m2", at(3), at(40))
    ]
    assert [(each.notice, each.state) for each in journal.notices] == [("n1", NoticeState.SENT)]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_and_the_batches_make_no_difference(store: Store, seed: int) -> None:
    together = EmbeddedStore.in_memory(now=lambda: at(600))
    together.apply_topology(topology(), DOCUMENTS, at(-60))
    together.ingest(EVENTS)
    lines = [*EVENTS]
    Random(seed).shuffle(lines)
    for line in lines:
        store.ingest([line])

    assert store.journal() == together.journal()


def test_a_past_moment_has_the_journal_of_then(store: Store) -> None:
    store.ingest(EVENTS)

    assert [each.key for each in store.journal(at(3.5)).maintenance] == ["m2", "m1"]
    assert store.journal(at(4)).changes[0].ended_at is None
    assert store.journal(at(0)).changes == ()


def test_what_the_journal_cannot_mean_is_quarantined_with_its_reason(store: Store) -> None:
    result = store.ingest(
        [
            event("incident.noted", 1, incident="F-1"),
            event("change.started", 1, change="d1", kind="upgrade"),
            event("change.started", 2, change="d1", elements=["system:omz"]),
            event("maintenance.planned", 5, maintenance="m1", ends_at=when(2)),
            event("maintenance.planned", 6, maintenance="m1"),
            event("incident.step_done", 7, incident="F-1", step=1),
        ]
    )

    assert [each.reason for each in result.quarantined] == [
        "data.note is missing: incident.noted says nothing without it",
        "data.kind: 'upgrade' is none of deployment, configuration, prices, promotion, other",
        "the topology has no element 'system:omz'. Did you mean 'system:oms'?",
        "data.ends_at: 2026-03-02T12:02:00+00:00 is before its start: send a later end",
        "data.ends_at is missing: maintenance.planned says nothing without it",
        "data.playbook is missing: incident.step_done says nothing without it",
    ]


def test_a_step_may_name_its_playbook_by_full_id(store: Store) -> None:
    store.ingest(
        [event("incident.step_done", 7, incident="incident:F-1", playbook="playbook:restart", step=1)]
    )

    (action,) = store.journal().actions
    assert (action.incident, action.playbook) == ("F-1", "restart")


def test_a_failure_keeps_the_alert_that_it_was_made_from(store: Store) -> None:
    alert = {"sender": "alertmanager", "source": "prod", "key": "a1", "name": "HighErrorRate"}
    head = {"target": "system:oms", "class": "outage"}
    store.ingest([event("failure.reported", 1, failure="F-1", alert=alert, **head)])
    store.ingest([event("failure.reported", 1, failure="F-2", **head)])

    origin = AlertOrigin("alertmanager", "prod", "a1", name="HighErrorRate")
    assert [failure.alert for failure in store.failures()] == [origin, None]
