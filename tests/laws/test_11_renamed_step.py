"""Orders in steps and workflows that the topology has lost are answered as before."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.diagnosis import DiagnosisState
from graph_models.enums import FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, Question
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Data, Emission, Takes, Topology, Transition, Workflow
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import check_documents
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.overdue import OverdueQuestion, overdue
from impactgraph.usecases.why import why
from tests.drawing import EIGHT, drawn, queue, step
from tests.laws.inputs import HOME, moment_of, store_of
from tests.listing import orders_of
from tests.properties.small_worlds import worlds
from tests.worlds import Journey, SmallStore, World, ask

LAW = "11-renamed-step-hides-its-orders"
NOON = moment_of("12:00")


def renamed_store(old: str, new: str) -> EmbeddedStore:
    """Of the law, with a word of the topology replaced after its events were taken."""
    store = store_of(LAW, "12:00", "events")
    text = (HOME / LAW / "topology.yaml").read_text().replace(old, new)
    checked = check_documents({"topology.yaml": text})
    assert checked.topology is not None
    store.apply_topology(checked.topology, checked.documents, NOON)
    return store


def outage_of(target: str) -> Question:
    failure = Failure(
        "supposed", target, FailureClass.OUTAGE, NOON, expected_end=NOON + 3 * HOUR, is_supposed=True
    )
    return Question(suppose=(failure,))


def affected(store: EmbeddedStore, target: str) -> list[AffectedOrder]:
    with blast_radius(store, outage_of(target), NOON) as answer:
        return orders_of(answer)


def test_a_renamed_step_keeps_its_orders() -> None:
    before = affected(store_of(LAW, "12:00", "events"), "system:wms")
    after = affected(renamed_store("pick", "picking"), "system:wms")

    assert len(after) == 40
    assert after == before


def test_a_renamed_workflow_keeps_its_orders() -> None:
    before = affected(store_of(LAW, "12:00", "events"), "system:wms")
    after = affected(renamed_store("\n  w:", "\n  v:"), "system:wms")

    assert after == before


def test_a_removed_step_can_be_asked_about_while_orders_are_in_it() -> None:
    assert len(affected(renamed_store("pick", "picking"), "step:w/pick")) == 40


def test_the_answer_says_which_version_it_used() -> None:
    with blast_radius(renamed_store("pick", "picking"), outage_of("system:wms"), NOON) as answer:
        assert any("w/pick" in line and "topology:1-" in line for line in answer.assumptions)
        assert answer.complete


def test_the_desk_knows_where_such_an_order_is() -> None:
    diagnosis = why(renamed_store("pick", "picking"), "O1", NOON).diagnosis

    assert diagnosis.state is DiagnosisState.ON_TRACK
    assert diagnosis.next_expected is not None


def test_such_orders_become_overdue() -> None:
    late: Millis = NOON + 9 * HOUR
    store = renamed_store("pick", "picking")

    with overdue(store, OverdueQuestion(), late) as answer:
        assert answer.total_count == 40


# ---- decisions on stale data


def deciding(pick: str) -> Topology:
    """The first step decides on stock that is late; what was wrong comes to light in the second."""
    issue = Emission(RecordKind.POSTING, f"{pick}-issue", due=HOUR)
    return drawn(
        queue("feed", "wms", "oms"),
        Data("stock", "oms", ("integration:feed",), 10 * MINUTE, 0.5),
        step("take", reads=("data:stock",), surfaces_at=pick, then=(Transition(pick),)),
        step(pick, "wms", takes=Takes(HOUR), then=(Transition("send"),), emits=(issue,)),
        step("send"),
    )


def test_a_decision_still_comes_to_light_where_it_did() -> None:
    late = Failure("F", "integration:feed", FailureClass.OUTAGE, EIGHT, expected_end=EIGHT + 3 * HOUR)
    journey = Journey("O", (("take", EIGHT + 30 * MINUTE), ("pick", EIGHT + 40 * MINUTE)))
    before = World(deciding("pick"), (late,), (journey,), EIGHT + HOUR)
    after = replace(before, topology=deciding("picking"), earlier=(before.topology,))

    assert by_fulfillment(before)
    assert by_fulfillment(after) == by_fulfillment(before)


REROUTES = """
systems: {oms: {}, wms: {}}
integrations:
  feed: {from: wms, to: oms, transport: queue}
data:
  stock: {system: oms, fed_by: [feed], fresh_within: 10m, decision_risk: 0.9}
workflows:
  w:
    steps:
      take: {runs_on: oms, takes: 10m, reads: [stock], surfaces_at: pick, then: [pick]}
      pick:
        runs_on: wms
        takes: 1h
        then: [send]
      send:
        runs_on: oms
        takes: 1h
      again:
        runs_on: wms
        takes: 1h
        then: [send]
        emits: {postings: [{type: issue, due: 1h}]}
"""
REROUTED = (
    b'{"specversion": "1.0", "id": "f", "source": "/t", "type": "failure.reported",'
    b' "time": "2026-03-02T09:00:00Z",'
    b' "data": {"failure": "F", "target": "integration:feed", "class": "outage"}}',
    b'{"specversion": "1.0", "id": "p", "source": "/t", "type": "order.placed",'
    b' "time": "2026-03-02T10:00:00Z", "data": {"order": "O", "channel": "web", "mode": "m",'
    b' "currency": "EUR", "value": "9.00", "fulfillments": [{"fulfillment": "O/1", "workflow": "w"}]}}',
    b'{"specversion": "1.0", "id": "e", "source": "/t", "type": "fulfillment.entered",'
    b' "time": "2026-03-02T10:01:00Z", "data": {"order": "O", "fulfillment": "O/1", "step": "take"}}',
    b'{"specversion": "1.0", "id": "r", "source": "/t", "type": "fulfillment.rerouted",'
    b' "time": "2026-03-02T11:30:00Z",'
    b' "data": {"order": "O", "fulfillment": "O/1", "workflow": "w", "step": "again"}}',
)


def test_a_reroute_to_where_other_records_are_due_is_answered() -> None:
    """The way without the failure emits no record of the step that the order was sent to."""
    store = EmbeddedStore.in_memory(now=lambda: NOON)
    checked = check_documents({"topology.yaml": REROUTES})
    assert checked.topology is not None
    store.apply_topology(checked.topology, checked.documents, NOON - 5 * HOUR)
    assert not store.ingest(REROUTED).quarantined

    with blast_radius(store, Question(), NOON) as answer:
        assert answer.totals.orders == 1


# ---- random worlds


SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@dataclass(frozen=True)
class Change:
    """A world, and the same world under a topology without some of its steps."""

    before: World
    after: World
    kept_ways: frozenset[tuple[str, str]]
    """(workflow, step) from which orders go on through the same steps as before."""


def changed(workflow: Workflow, fate: dict[str, str | None]) -> Workflow:
    """`fate`: the new name of a step, None where it is removed and the steps after it follow directly."""

    def targets(transition: Transition) -> list[Transition]:
        name = fate.get(transition.step, transition.step)
        if name is not None:
            return [replace(transition, step=name)]
        return [t for onward in workflow.step(transition.step).then for t in targets(onward)]

    def surfaces_at(step: str | None) -> str | None:
        return fate.get(step, step) if step is not None else None

    return replace(
        workflow,
        steps=tuple(
            replace(
                step,
                key=fate.get(step.key, step.key),
                surfaces_at=surfaces_at(step.surfaces_at),
                then=tuple(t for transition in step.then for t in targets(transition)),
            )
            for step in workflow.steps
            if fate.get(step.key, step.key) is not None
        ),
    )


def ways_kept(before: Workflow, after: Workflow) -> set[tuple[str, str]]:
    """Steps from which every kept step that follows leads on as before."""
    now = {step.key: step for step in after.steps}
    kept: set[tuple[str, str]] = set()
    for start in before.steps:
        seen: set[str] = set()
        waiting = [start.key]
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting += [t.step for t in before.step(key).then]
        if all(key not in now or now[key] == before.step(key) for key in seen):
            kept.add((before.key, start.key))
    return kept


@st.composite
def changes(draw: Callable[..., Any]) -> Change:
    world = draw(worlds(most_orders=6))
    fates = st.sampled_from(["keep", "rename", "remove"])
    workflows: dict[str, Workflow] = {}
    kept: set[tuple[str, str]] = set()
    for key, workflow in world.topology.workflows.items():
        if draw(st.sampled_from([False, False, True])):
            workflows[f"{key}-2"] = renamed_workflow(workflow)
            kept |= {(key, step.key) for step in workflow.steps}
            continue
        drawn = {step.key: draw(fates) for step in workflow.steps}
        fate = {s: f"{s}-2" if what == "rename" else None for s, what in drawn.items() if what != "keep"}
        if all(fate.get(step.key, step.key) is None for step in workflow.steps):
            fate = {}
        workflows[key] = changed(workflow, fate)
        kept |= ways_kept(workflow, workflows[key])
    topology = replace(world.topology, workflows=workflows)
    after = replace(world, topology=topology, earlier=(world.topology,))
    return Change(world, after, frozenset(kept))


def renamed_workflow(workflow: Workflow) -> Workflow:
    key = f"{workflow.key}-2"
    return replace(workflow, key=key, steps=tuple(replace(s, workflow=key) for s in workflow.steps))


class ForgetfulStore(SmallStore):
    """It has no earlier version of its topology."""

    def topologies(self) -> Sequence[TopologyVersion]:
        return ()


@SETTINGS
@given(changes())
def test_orders_that_no_version_places_are_counted_and_named(change: Change) -> None:
    world = replace(change.after, journeys=tuple(j for j in change.after.journeys if j.part == 1))
    steps = {step.id for workflow in world.topology.workflows.values() for step in workflow.steps}
    lost = Counter(
        f"step:{j.workflow}/{j.stays[-1][0]}"
        for j in world.journeys
        if f"step:{j.workflow}/{j.stays[-1][0]}" not in steps
    )
    question = Question(failures=tuple(f.key for f in world.failures), as_of=world.as_of, min_likelihood=0.0)

    with blast_radius(cast(Store, ForgetfulStore(world)), question, world.as_of) as answer:
        assert {each.element: each.orders for each in answer.unanswered} == lost
        assert answer.complete == (not answer.left_out)
        assert (" not answered: " in answer.headline) == bool(lost)
        assert not {row.order for row in orders_of(answer)} & {
            j.order for j in world.journeys if f"step:{j.workflow}/{j.stays[-1][0]}" in lost
        }


def by_fulfillment(world: World) -> dict[str, AffectedOrder]:
    """Of worlds in which every order has one fulfillment."""
    return {row.order: row for row in orders_of(ask(world))}


@SETTINGS
@given(changes())
def test_orders_are_forecast_as_before_when_the_topology_loses_steps(change: Change) -> None:
    single = tuple(j for j in change.before.journeys if j.part == 1)
    assume(not any(failure.target.startswith("step:") for failure in change.before.failures))
    same = {j.order for j in single if (j.workflow, j.stays[-1][0]) in change.kept_ways}
    before = by_fulfillment(replace(change.before, journeys=single))
    after = by_fulfillment(replace(change.after, journeys=single))

    assert {order: row for order, row in after.items() if order in same} == {
        order: row for order, row in before.items() if order in same
    }
