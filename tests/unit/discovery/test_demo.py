"""The demo's workflows are drafted from its events, and from a CSV and an OCEL log of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from graph_models.enums import RecordKind
from graph_models.topology import Topology
from impactgraph.demo.topology import documents
from impactgraph.topology.load import check_path, parse_topology
from impactgraph.usecases.discover import Drafts, StepDraft, discover
from tests.unit.discovery.demo_logs import ALL, Truth, demo_lines, rows_of, write_csv, write_ocel

KINDS = ("events", "csv", "ocel")


@dataclass(frozen=True)
class DemoDrafts:
    """Of a quiet demo with all orders of three days, by the kind of the log."""

    by_kind: Mapping[str, Drafts]
    truth: Truth
    topology: Topology


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> DemoDrafts:
    folder = tmp_path_factory.mktemp("logs")
    lines, truth = demo_lines(700, seed=7, history=ALL, has_failures=False)
    events = folder / "events.ndjson"
    events.write_bytes(b"\n".join(lines))
    rows = rows_of(lines)
    files = {
        "events": events,
        "csv": write_csv(folder / "orders.csv", rows),
        "ocel": write_ocel(folder / "orders.json", rows),
    }
    by_kind = {kind: discover([str(file)]) for kind, file in files.items()}
    return DemoDrafts(by_kind, truth, parse_topology(documents()))


def steps_of(found: Drafts) -> dict[tuple[str, str], StepDraft]:
    return {
        (workflow.key, step.key): step for workflow in found.topology.workflows for step in workflow.steps
    }


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_the_steps_and_transitions_of_the_demo(drafts: DemoDrafts, kind: str) -> None:
    steps = steps_of(drafts.by_kind[kind])

    declared = {
        (workflow.key, step.key): {then.step for then in step.then}
        for workflow in drafts.topology.workflows.values()
        for step in workflow.steps
    }
    assert {place: {then.step for then in step.then} for place, step in steps.items()} == declared


@pytest.mark.parametrize("kind", KINDS)
def test_shares_are_within_two_points(drafts: DemoDrafts, kind: str) -> None:
    for place, step in steps_of(drafts.by_kind[kind]).items():
        counts = drafts.truth.next[place]
        assert {then.step: then.share for then in step.then} == pytest.approx(
            {key: count / counts.total() for key, count in counts.items()}, abs=0.02
        )
    for workflow in drafts.topology.workflows.values():
        for step in workflow.steps:
            for then in step.then:
                if then.share is not None:
                    drafted = steps_of(drafts.by_kind[kind])[workflow.key, step.key].then
                    share = next(each.share for each in drafted if each.step == then.step)
                    assert share == pytest.approx(then.share, abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_median_and_mean_of_each_step_are_within_ten_percent(drafts: DemoDrafts, kind: str) -> None:
    for place, step in steps_of(drafts.by_kind[kind]).items():
        dwell = drafts.truth.dwell[place]
        assert step.dwell is not None
        assert step.dwell.p50 == pytest.approx(float(np.median(dwell)), rel=0.1), place
        assert step.dwell.mean == pytest.approx(float(dwell.mean()), rel=0.1), place


def test_each_record_follows_the_step_that_emits_it(drafts: DemoDrafts) -> None:
    steps = steps_of(drafts.by_kind["events"])

    drafted = {
        (place[0], place[1], record.kind, record.type, record.amount)
        for place, step in steps.items()
        for record in step.records
        if record.is_regular
    }
    declared = {
        (workflow.key, step.key, emission.kind, emission.type, emission.amount)
        for workflow in drafts.topology.workflows.values()
        for step in workflow.steps
        for emission in step.emits
    }
    assert drafted == declared


@pytest.mark.parametrize("kind", ("csv", "ocel"))
def test_postings_of_a_guessed_mapping_have_their_amounts(drafts: DemoDrafts, kind: str) -> None:
    amounts = {
        record.type: record.amount
        for step in steps_of(drafts.by_kind[kind]).values()
        for record in step.records
        if record.kind is RecordKind.POSTING
    }
    assert set(amounts) == {"goods_issue", "invoice", "credit_note", "refund"}


def test_a_choice_by_the_kind_of_the_location_is_found(drafts: DemoDrafts) -> None:
    register = steps_of(drafts.by_kind["events"])["return-refund", "register"]

    assert [(then.step, then.when) for then in register.then] == [
        ("receive-dc", ("location_kinds", ("dc",))),
        ("receive-store", None),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_draft_is_valid(drafts: DemoDrafts, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "topology.yaml"
    file.write_text(drafts.by_kind[kind].topology_text)

    checked = check_path(file)

    assert (checked.errors, checked.warnings) == ((), ())
    assert checked.topology is not None
    declared = drafts.topology.locations
    for key, location in checked.topology.locations.items():
        assert location.kind == declared[key].kind
        assert location.region in (None, declared[key].region)


def test_no_entry_is_passed_over_by_a_guessed_mapping(drafts: DemoDrafts) -> None:
    assert [found.passed.total() for found in drafts.by_kind.values()] == [0, 0, 0]
    assert [found.refused.total() for found in drafts.by_kind.values()] == [0, 0, 0]


def test_a_demo_with_few_ended_orders_and_live_failures_gives_the_same_workflows(tmp_path: Path) -> None:
    lines, truth = demo_lines(8_000, seed=7, history=0.1, has_failures=True)
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(lines))

    found = discover([str(file)])

    steps = steps_of(found)
    assert {place: {then.step for then in step.then} for place, step in steps.items()} == {
        place: set(counts) for place, counts in truth.next.items()
    }
    for place, step in steps.items():
        assert step.dwell is not None
        assert step.dwell.p50 == pytest.approx(float(np.median(truth.dwell[place])), rel=0.1), place
    selective = [doubt.subject for doubt in found.topology.doubts if "may be a selection" in doubt.text]
    assert "ship-from-dc/deliver" in selective
