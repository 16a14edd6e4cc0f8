"""Incidents of a store as rules and texts see them."""

from collections.abc import Iterator

import pytest

from graph_models.failure import Failure
from graph_models.journal import NoticeLevel
from graph_models.time import MINUTE
from impactgraph.notices.config import Concern, NoticeRules, Rule
from impactgraph.notices.pictures import Picture, pictures_of
from impactgraph.notices.worker import due_notices
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.incidents import IncidentsQuestion, list_incidents
from impactgraph.usecases.snapshot import snapshot
from tests.stores.events import TOPOLOGY, at, entered, event, placed, reported
from tests.unit.notices.pictures import rules

NOW = at(60)
SHOP = {
    "shop.yaml": TOPOLOGY.replace(
        "shop: {name: Shop}",
        'shop: {name: Shop, contact: "#shop", escalation: [boss@shop.example]}\n  ledger: {name: Ledger}',
    )
    + """
playbooks:
  restart:
    for: {elements: [system:oms], classes: [outage]}
    steps: [{text: Restart it, approval: Ledger}]
"""
}


@pytest.fixture
def store() -> Iterator[Store]:
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    store.apply_topology(parse_topology(SHOP), SHOP, at(-60))
    store.ingest([line for n in range(15) for line in (placed(f"O-{n}"), entered("promise", 1, f"O-{n}/1"))])
    yield store
    store.close()


def pictures(store: Store, by: NoticeRules | None = None) -> tuple[Picture, ...]:
    with snapshot(store, None, NOW) as s:
        reports = list_incidents(s, answer_question, IncidentsQuestion())
        return pictures_of(reports, s.topology, by or rules())


def test_an_alert_that_comes_again_after_its_incident_was_closed_is_reported(store: Store) -> None:
    work = {"incident": "F-1", "by": "ana"}
    store.ingest([reported("F-1", 1), event("incident.acknowledged", 2, **work)])
    store.ingest([event("failure.resolved", 3, failure="F-1"), event("incident.closed", 4, **work)])
    assert not pictures(store)

    store.ingest([reported("F-1", 50)])

    by = rules(Rule("all", ("chat",)), Rule("boss", ("mail",), after=5 * MINUTE))
    assert [each.rule for each in due_notices(store, by, NOW)] == ["all", "boss"]


def test_an_incident_has_its_level_its_owners_and_its_first_step(store: Store) -> None:
    store.ingest([reported("F-1", 30)])

    (found,) = pictures(store, rules(teams={Concern.FINANCE: ("ledger",)}))

    assert (found.rank, found.of, found.level) == (1, 1, NoticeLevel.LOW)
    assert (found.cause, found.owner, found.known_at) == ("system:oms", "shop", at(30))
    assert found.cause_text.startswith("Order management (outage, ")
    assert found.concerns[:2] == (Concern.OPERATIONS, Concern.IT)
    assert "Owner: Shop, #shop, then boss@shop.example. Concerns: operations, IT" in found.owners_text
    assert found.first_step == "Restart it (needs approval: Ledger). Playbook: restart."


def test_teams_own_concerns_beside_what_is_affected(store: Store) -> None:
    store.ingest([reported("F-1", 30)])

    (found,) = pictures(store, rules(teams={Concern.CUSTOMER_CARE: ("shop",)}))

    assert Concern.CUSTOMER_CARE in found.concerns
    assert "customer care (Shop, #shop, then boss@shop.example)" in found.owners_text


def test_without_a_playbook_its_owner_is_called(store: Store) -> None:
    store.ingest([reported("F-1", 30, **{"class": "backlog"}, delay="40m")])

    (found,) = pictures(store)

    assert found.first_step == "No playbook covers it: call Shop, #shop, then boss@shop.example."


def test_a_failure_that_was_gone_for_a_moment_began_when_it_first_did(store: Store) -> None:
    lives = [(10, 20), (22, 30), (33, None)]
    for start, end in lives:
        data = {"failure": "F-1", "target": "system:oms", "class": "outage"}
        store.ingest([event("failure.reported", start, **data)])
        if end is not None:
            store.ingest([event("failure.resolved", end, failure="F-1")])
    (failure,) = store.failures()
    assert isinstance(failure, Failure) and failure.started_at == at(33)

    (found,) = pictures(store)

    assert found.started_at == at(10)


def test_nothing_is_due_before_a_topology_is_applied() -> None:
    store = EmbeddedStore.in_memory(now=lambda: NOW)

    assert due_notices(store, rules(), NOW + MINUTE) == ()
    store.close()
