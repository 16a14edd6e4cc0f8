"""A draft of any log can be loaded, and has the workflows that made the log."""

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.discovery.activities import LogSample, guess_activities
from impactgraph.discovery.discover import Discovery
from impactgraph.discovery.draft import TopologyDraft
from impactgraph.discovery.mapping_yaml import mapping_yaml
from impactgraph.discovery.table_guess import guess_table
from impactgraph.discovery.topology_yaml import topology_yaml
from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.read import read_event
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.discover import discover
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

    assert isinstance(mapping, Mapping)
    assert mapping.order.type == draft.order["type"].value
    assert mapping.activities() == {each.activity for each in draft.activities if each.meanings}


_CSV = "order_id,activity,time,total\n" + "".join(
    f"{order},{name},2026-03-0{1 + order % 8}T0{hour}:00:00Z,1.50\n"
    for order in range(20)
    for hour, name in enumerate(("Create order", "Pick", "Pack", "Delivered"))
)
_OCEL = json.dumps(
    {
        "objectTypes": [],
        "eventTypes": [],
        "objects": [
            {"id": f"O{n}", "type": "Order", "attributes": [{"name": "total", "value": "9"}]}
            for n in range(3)
        ]
        + [{"id": "D1", "type": "Delivery", "relationships": [{"objectId": "O1", "qualifier": "q"}]}],
        "events": [
            {
                "id": f"{n}-{hour}",
                "type": name,
                "time": f"2026-03-02T{9 + hour:02}:00:00Z",
                "attributes": [],
                "relationships": [{"objectId": f"O{n}", "qualifier": "q"}],
            }
            for n in range(3)
            for hour, name in enumerate(("Place order", "Pick", "Pack"))
        ],
    }
)
_INSERTS = (
    b'"',
    b",",
    b"\n",
    b"\x00",
    b"\xff\xfe",
    b"{}",
    b"null",
    b"1e999",
    b"sep=;\n",
    b"\r\n",
    b";",
    b"\t",
)
_MOMENTS = (b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00Z", b"1772000000", b"02/03/2026")


def _damage(text: str, draw: random.Random) -> bytes:
    """The text with bytes changed, put in, left out and repeated."""
    content = bytearray(text.encode())
    for _ in range(draw.randrange(1, 12)):
        place = draw.randrange(len(content) + 1)
        match draw.randrange(4):
            case 0 if place < len(content):
                content[place] = draw.randrange(256)
            case 1:
                content[place:place] = draw.choice(_INSERTS + _MOMENTS)
            case 2:
                del content[place : place + draw.randrange(60)]
            case _:
                content[place:place] = content[place : place + draw.randrange(200)]
    return bytes(content)


@settings(max_examples=150)
@given(st.sampled_from(("csv", "ocel", "events")), st.integers(0, 1_000_000))
def test_a_damaged_file_gives_a_valid_draft_or_says_what_is_wrong(kind: str, seed: int) -> None:
    workflow = RandomWorkflow((60_000, 60_000), {0: ((1, 1.0),)})
    events = b"\n".join(events_of({"ship": workflow}, 1)[:60]).decode()
    text = {"csv": _CSV, "ocel": _OCEL, "events": events}[kind]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log"
        file.write_bytes(_damage(text, random.Random(seed)))
        try:
            found = discover([str(file)])
        except BadInputError:
            return
    assert parse_topology({"draft.yaml": found.topology_text}).workflows
