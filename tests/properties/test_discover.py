"""A draft of any log can be loaded, and has the workflows that made the log."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.discovery.activities import LogSample, guess_activities
from impactgraph.discovery.discover import Discovery
from impactgraph.discovery.draft import TopologyDraft
from impactgraph.discovery.mapping_yaml import mapping_yaml
from impactgraph.discovery.table_guess import guess_table
from impactgraph.discovery.topology_yaml import topology_yaml
from impactgraph.ingest.mapping_format import parse_mapping
from impactgraph.ingest.read import read_event
from impactgraph.topology.load import parse_topology
from tests.properties.random_logs import RandomWorkflow, events_of, random_workflows

_WORKFLOWS = st.dictionaries(st.sampled_from(("ship", "collect")), random_workflows(), min_size=1)


def draft_of(lines: Sequence[bytes]) -> TopologyDraft:
    discovery = Discovery()
    for line in lines:
        discovery.add(read_event(line)[0])
    return discovery.draft()


@settings(max_examples=15)
@given(_WORKFLOWS, st.integers(0, 1_000))
def test_a_draft_loads_and_has_the_steps_transitions_shares_and_durations_of_its_log(
    workflows: dict[str, RandomWorkflow], seed: int
) -> None:
    topology = parse_topology({"draft.yaml": topology_yaml(draft_of(events_of(workflows, seed)))})

    assert set(topology.workflows) == set(workflows)
    for key, workflow in workflows.items():
        steps = topology.workflows[key].steps
        assert steps[0].key == workflow.name(0)
        assert {step.key for step in steps} == set(map(workflow.name, range(len(workflow.medians))))
        for step in steps:
            number = int(step.key.removeprefix("step-"))
            expected = {workflow.name(target): share for target, share in workflow.then.get(number, ())}
            assert {then.step for then in step.then} == set(expected)
            for then in step.then:
                assert (1.0 if then.share is None else then.share) == pytest.approx(
                    expected[then.step], abs=0.1
                )
            assert step.takes.p50 == pytest.approx(workflow.medians[number], rel=0.2)


@settings(max_examples=10)
@given(_WORKFLOWS, st.integers(0, 1_000))
def test_the_order_of_events_and_repeats_change_nothing(
    workflows: dict[str, RandomWorkflow], seed: int
) -> None:
    lines = events_of(workflows, seed)
    mixed = [*lines, *lines[::3]]
    random.Random(seed).shuffle(mixed)

    one, other = draft_of(lines), draft_of(mixed)

    assert [_shape(each) for each in one.workflows] == [_shape(each) for each in other.workflows]


def _shape(workflow: object) -> object:
    steps = workflow.steps  # pyright: ignore[reportAttributeAccessIssue]
    return [(step.key, step.visits, step.then, step.dwell) for step in steps]


_NAMES = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() == text)


@settings(max_examples=60)
@given(
    st.lists(_NAMES, min_size=3, max_size=8, unique=True),
    st.lists(_NAMES.filter(lambda name: any(map(str.isalpha, name))), min_size=2, max_size=6, unique=True),
    st.integers(0, 100),
)
def test_a_draft_mapping_loads_whatever_the_columns_and_activities_are_called(
    columns: list[str], activities: list[str], seed: int
) -> None:
    draw = random.Random(seed)
    order, activity, time, *others = columns
    rows = [
        {
            order: f"order {number}",
            activity: name,
            time: f"2026-03-{1 + number % 28:02}T{place:02}:{draw.randrange(60):02}:00Z",
        }
        | {name: draw.choice(("a", "b: c", "12.50", "12,50", "")) for name in others}
        for number in range(40)
        for place, name in enumerate(activities)
    ]
    draft, missing = guess_table(rows, columns, "/log")
    assert not missing
    sample = LogSample()
    for number, row in enumerate(rows):
        if sample.wants(row[order], row[draft.csv["activity"].value]):
            sample.add(row[order], float(number), row[draft.csv["activity"].value])
    draft.activities = guess_activities(sample.logs(), sample.rows)

    mapping = parse_mapping(mapping_yaml(draft))

    assert mapping.order.type == draft.order["type"].value
    assert mapping.activities() == {each.activity for each in draft.activities if each.meanings}
