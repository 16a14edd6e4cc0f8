"""Requests to carry out a step of a playbook, on both stores: sent once, and only when a person starts it."""

import json
from dataclasses import dataclass, field, replace

from graph_models.incident_life import ReportFormat
from graph_models.journal import IncidentActionKind, NoticeState
from graph_models.time import DAY, HOUR, Millis
from impactgraph.notices.channels import NotSentError, webhook_body
from impactgraph.notices.outbox import Outbox
from impactgraph.ports.store import Store
from impactgraph.usecases.apply_topology import apply_documents
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.incident_actions import IncidentOutcome, IncidentWork, work_on_incident
from impactgraph.usecases.incident_checklist import checklist, step_state
from impactgraph.usecases.incident_document import incident_document
from impactgraph.usecases.incidents import get_incident
from impactgraph.usecases.notices import NoticeStatus
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.step_savings import ProposedStep
from tests.stores.events import DOCUMENTS, at, event, reported

PLAYBOOK = """
playbooks:
  restart:
    for: {kinds: [system]}
    steps:
      - {text: Fail over, approval: operations, automation: runbooks}
      - {text: Tell the desk}
"""
NOW = at(60)


@dataclass
class Receiver:
    fails: int = 0
    bodies: list[str] = field(default_factory=list)

    def send(self, notice: NoticeStatus, at: Millis) -> None:
        if self.fails:
            self.fails -= 1
            raise NotSentError("It is down.", None)
        self.bodies.append(webhook_body(notice))


def prepared(store: Store) -> Store:
    apply_documents(store, {**DOCUMENTS, "playbooks.yaml": PLAYBOOK}, at(-30))
    store.ingest([reported("F-1")])
    return store


def start(store: Store, step: int = 1, by: str = "ana", minutes: int = 0) -> IncidentOutcome:
    work = IncidentWork(IncidentActionKind.STEP_STARTED, "F-1", by=by, note="Ben agrees", step=step)
    return work_on_incident(store, answer_question, work, NOW + minutes * 60_000)


def steps(store: Store) -> tuple[ProposedStep, ...]:
    with snapshot(store, None, NOW + HOUR) as s:
        return checklist(s, answer_question, get_incident(s, answer_question, "F-1"))


def send_due(store: Store, receiver: Receiver, now: Millis) -> None:
    outbox = Outbox(store, give_up=DAY)
    for statuses in outbox.due(now).values():
        for status in statuses:
            outbox.attempt(status, receiver, now)


def test_a_start_is_asked_for_once_and_retried_until_it_is_taken(store: Store) -> None:
    prepared(store)
    receiver = Receiver(fails=1)
    send_due(store, receiver, NOW)
    assert steps(store)[0].request is None and step_state(steps(store)[0].step) == "open"

    assert not start(store).problems
    waiting = steps(store)[0]
    send_due(store, receiver, NOW)
    failed = steps(store)[0]
    for hour in (1, 2):
        send_due(store, receiver, NOW + hour * HOUR)
    sent = steps(store)[0]

    requests = [each.request for each in (waiting, failed, sent)]
    assert [each and each.state for each in requests] == [
        NoticeState.WAITING,
        NoticeState.FAILED,
        NoticeState.SENT,
    ]
    (body,) = map(json.loads, receiver.bodies)
    assert body["type"] == "incident.step_started"
    assert body["data"] | {"notice": ""} == {
        "notice": "",
        "incident": "incident:F-1",
        "playbook": "restart",
        "step": 1,
        "title": "Fail over",
        "text": "Fail over\nStarted by ana: Ben agrees\nIncident F-1.",
    }
    assert step_state(sent.step) == "started"


def test_what_was_started_is_not_started_again(store: Store) -> None:
    prepared(store)
    start(store)
    again = start(store, by="ben", minutes=5)

    assert [each.message[:31] for each in again.problems] == ["Step 1 was started by ana at 20"]
    assert len(Outbox(store, give_up=DAY).statuses()) == 1


def test_a_step_of_an_incident_that_recurs_is_open_and_asked_for_again(store: Store) -> None:
    prepared(store)
    start(store)
    done = IncidentWork(IncidentActionKind.STEP_DONE, "F-1", by="ana", step=1)
    assert not work_on_incident(store, answer_question, done, NOW + 1).problems
    (again,) = work_on_incident(store, answer_question, replace(done, by="ben"), NOW + 2).problems
    assert again.message == "Step 1 was done by ana at 2026-03-02 13:00:00 UTC."
    store.ingest([event("failure.resolved", 62, failure="F-1"), reported("F-1", 300)])

    with snapshot(store, None, at(301)) as s:
        open_step, _ = checklist(s, answer_question, get_incident(s, answer_question, "F-1"))
    assert (step_state(open_step.step), open_step.request) == ("open", None)
    assert not start(store, by="eve", minutes=250).problems

    receiver = Receiver()
    send_due(store, receiver, at(320))
    with snapshot(store, None, at(321)) as s:
        started, _ = checklist(s, answer_question, get_incident(s, answer_question, "F-1"))
    assert started.request is not None and started.request.state is NoticeState.SENT
    assert "Started by eve" in started.request.text
    assert len(receiver.bodies) == 2


def test_a_step_that_was_recorded_as_done_by_mistake_is_as_it_was_before(store: Store) -> None:
    prepared(store)
    start(store)
    done = IncidentWork(IncidentActionKind.STEP_DONE, "F-1", by="ana", step=1, version=1)
    undone = replace(done, kind=IncidentActionKind.STEP_UNDONE, by="ben", version=2)

    def problems(work: IncidentWork, after: int) -> list[str]:
        return [each.message for each in work_on_incident(store, answer_question, work, NOW + after).problems]

    assert problems(replace(undone, version=1), 1) == ["Step 1 is not recorded as done."]
    assert problems(done, 2) == problems(undone, 3) == problems(undone, 4) == []
    with snapshot(store, NOW + 5, NOW + 5) as s:
        (step, *_) = checklist(s, answer_question, get_incident(s, answer_question, "F-1", NOW + 5))
        report = incident_document(s, answer_question, "F-1", ReportFormat.MARKDOWN, NOW + 5)
    assert step_state(step.step) == "started"
    assert "ben took back that step 1 of playbook" in report
    assert problems(replace(done, version=3), 6) == []


def test_a_step_stays_with_the_failure_that_its_playbook_is_about(store: Store) -> None:
    """Whichever incident was merged, and by whichever key it was named."""
    books = "playbooks:\n" + "".join(
        f"  {key}: {{for: {{elements: [system:{key}]}}, steps: [{{text: Fix {key}, automation: ops}}]}}\n"
        for key in ("oms", "erp")
    )
    apply_documents(store, {**DOCUMENTS, "playbooks.yaml": books}, at(-30))
    store.ingest([reported("F-1"), reported("F-2", 1, target="system:erp")])

    def work(kind: IncidentActionKind, minute: int, **fields: object) -> None:
        action = IncidentWork(kind, "F-1", by="ana", **fields)  # type: ignore[arg-type]
        assert not work_on_incident(store, answer_question, action, at(minute)).problems

    work(IncidentActionKind.MERGED, 2, incidents=("F-2",))
    work(IncidentActionKind.STEP_STARTED, 3, step=1, playbook="erp")
    work(IncidentActionKind.STEP_DONE, 4, step=1, playbook="erp")
    work(IncidentActionKind.SPLIT, 5, failures=("F-2",))

    with snapshot(store, None, at(6)) as s:
        lists = [
            checklist(s, answer_question, get_incident(s, answer_question, key)) for key in ("F-1", "F-2")
        ]
    assert [[(each.step.text, step_state(each.step)) for each in steps] for steps in lists] == [
        [("Fix oms", "open")],
        [("Fix erp", "done")],
    ]
    assert lists[1][0].request is not None


def test_nobody_starts_nothing_and_what_people_do_asks_nobody(store: Store) -> None:
    prepared(store)

    assert [each.message for each in start(store, by=" ").problems] == [
        "by is empty: a person starts a step. Give their name."
    ]
    assert not start(store, step=2).problems
    assert Outbox(store, give_up=DAY).statuses() == ()
    with snapshot(store, NOW + HOUR, NOW + HOUR) as s:
        text = incident_document(s, answer_question, "F-1", ReportFormat.MARKDOWN, NOW + HOUR)
    assert "ana started step 2 of playbook restart" in text
