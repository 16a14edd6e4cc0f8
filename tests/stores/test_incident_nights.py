"""Nights at random: failures come and go, people act. The effect of an action is in the next answer, and a
store that is closed and opened between any two steps answers the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from graph_models.incident_life import IncidentState
from graph_models.journal import IncidentActionKind
from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.incident_actions import IncidentWork, work_on_incident
from impactgraph.usecases.incidents import IncidentReport, IncidentsQuestion, list_incidents
from impactgraph.usecases.snapshot import snapshot
from tests.stores.events import DOCUMENTS, NOON, at, entered, event, placed, reported

Kind = IncidentActionKind
PLAYBOOK = "playbooks: {restart: {for: {classes: [outage]}, steps: [{text: Fail over}]}}"
TARGETS = {"F-1": "system:oms", "F-2": "system:erp", "F-3": "integration:oms-to-erp"}
PAUSES = (0.1, 1, 5, 20, 70)
ACTED = (
    Kind.ACKNOWLEDGED,
    Kind.MITIGATED,
    Kind.CLOSED,
    Kind.REOPENED,
    Kind.MERGED,
    Kind.SPLIT,
    Kind.STEP_DONE,
    Kind.STEP_UNDONE,
)
STEPS = 7


@dataclass
class Night:
    place: Path
    dice: Random
    minute: float = 0

    def __post_init__(self) -> None:
        self.store = self._opened()
        apply_documents(self.store, {**DOCUMENTS, "p.yaml": PLAYBOOK}, at(-60))
        self.store.ingest([placed(promised_by=f"{NOON.date()}T14:00:00Z"), entered("promise", 0)])

    @property
    def now(self) -> Millis:
        return at(self.minute)

    def _opened(self) -> EmbeddedStore:
        return EmbeddedStore.open(self.place, now=lambda: at(6_000))

    def reopen(self) -> None:
        self.store.close()
        self.store = self._opened()

    def step(self) -> None:
        self.minute += self.dice.choice(PAUSES)
        failure = self.dice.choice(list(TARGETS))
        known = sorted(each.key for each in self.store.failures())
        if not known or self.dice.random() < 0.35:
            start = NOON + timedelta(minutes=self.minute - self.dice.choice((0, 0, 3)))
            fields = {"target": TARGETS[failure], "started_at": start.isoformat()}
            self.store.ingest([reported(failure, self.minute, **fields)])
        elif self.dice.random() < 0.3:
            self.store.ingest([event("failure.resolved", self.minute, failure=failure)])
        else:
            self.act(self.dice.choice(ACTED), self.dice.choice(known), self.dice.choice(known))

    def act(self, kind: Kind, incident: str, other: str) -> None:
        fields: dict[str, object] = {
            Kind.MERGED: {"incidents": (other,)},
            Kind.SPLIT: {"failures": (other,)},
            Kind.STEP_DONE: {"step": 1},
            Kind.STEP_UNDONE: {"step": 1},
        }.get(kind, {})
        work = IncidentWork(kind, incident, by="ana", **fields)  # type: ignore[arg-type]
        outcome = work_on_incident(self.store, answer_question, work, self.now)
        if outcome.incident is None:
            assert outcome.problems
            return
        check_effect(outcome.incident, kind, incident, other)


def check_effect(report: IncidentReport, kind: Kind, incident: str, other: str) -> None:
    life = report.life
    assert incident in report.members
    match kind:
        case Kind.ACKNOWLEDGED:
            assert life.is_acknowledged
        case Kind.CLOSED:
            assert life.state is IncidentState.CLOSED
        case Kind.REOPENED:
            assert life.state is IncidentState.OPEN
        case Kind.MERGED:
            assert other in report.members
        case Kind.SPLIT:
            assert incident == other or other not in report.members
        case _:
            assert kind is not Kind.STEP_DONE or life.step_done("restart", 1)
            assert kind is not Kind.STEP_UNDONE or not life.step_done("restart", 1)


def listed(store: Store, now: Millis, active: bool | None) -> Sequence[IncidentReport]:
    with snapshot(store, now, now) as s:
        return list_incidents(s, answer_question, IncidentsQuestion(as_of=now, active=active))


def check_list(store: Store, now: Millis) -> None:
    """Each failure is in one incident, each incident is open or not, and none is closed that began later."""
    reports = listed(store, now, None)
    begun = [each.key for each in store.failures(now) if each.started_at <= now]
    assert sorted(key for each in reports for key in each.members) == sorted(begun)
    parts = [each.key for active in (True, False) for each in listed(store, now, active)]
    assert sorted(parts) == sorted(each.key for each in reports)
    for report in reports:
        closed_at = max((a.at for a in report.life.actions if a.kind is Kind.CLOSED), default=0)
        for failure in report.failures:
            if failure.active_at(now) and max(failure.started_at, failure.reported_at) > closed_at:
                assert report.life.state is not IncidentState.CLOSED


@pytest.mark.parametrize("seed", range(4))
def test_a_night_of_failures_and_actions(tmp_path: Path, seed: int) -> None:
    night = Night(tmp_path / "store", Random(seed))
    try:
        for _ in range(STEPS):
            night.step()
            check_list(night.store, night.now)
            before = listed(night.store, night.now, None)
            night.reopen()
            assert listed(night.store, night.now, None) == before
    finally:
        night.store.close()
