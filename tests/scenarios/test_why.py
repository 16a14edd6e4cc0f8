"""Every folder of fixtures/scenarios, asked order by order: what is hit is told of the failure, and what
only looks as if it were is not.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from graph_models.diagnosis import DiagnosisState
from graph_models.time import parse_moment
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.apply_topology import apply_path
from impactgraph.usecases.why import Case
from tests.asking import cases_of, timelines_of
from tests.scenarios.test_scenarios import HOME, SCENARIOS

STATES = {
    "STUCK": {DiagnosisState.STUCK, DiagnosisState.DEAD_LETTERED},
    "EXPOSED": {DiagnosisState.AT_RISK},
    "UPCOMING": {DiagnosisState.AT_RISK},
    "RECORDS_ONLY": {DiagnosisState.AT_RISK, DiagnosisState.RECORD_MISSING, DiagnosisState.OUT_OF_SEQUENCE},
}
"""By band, while the failure lasts."""
OF_FAILURES = {DiagnosisState.STUCK, DiagnosisState.AT_RISK, DiagnosisState.DEAD_LETTERED}


@pytest.fixture(params=SCENARIOS, scope="module")
def told(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, Case], EmbeddedStore]:
    """What is expected, and the case of every order."""
    folder: Path = HOME / request.param
    asked, expected = (json.loads((folder / name).read_text()) for name in ("question.json", "expected.json"))
    as_of, expected["tolerance"] = parse_moment(asked["as_of"]), asked.get("tolerance")
    store = EmbeddedStore.in_memory(now=lambda: as_of)
    assert apply_path(store, folder / "topology.yaml", as_of).problems == ()
    assert store.ingest((folder / "events.ndjson").read_bytes().splitlines()).quarantined == []
    return expected, cases_of(store, [*expected["orders"], *expected["spared"]], as_of), store


def test_what_an_active_failure_affects_names_it(
    told: tuple[dict[str, Any], dict[str, Case], EmbeddedStore],
) -> None:
    expected, found, store = told
    active = {failure.key for failure in store.failures() if failure.ended_at is None}

    for key, shown in expected["orders"].items() if active else ():
        assert found[key].diagnosis.state in STATES[shown["band"]], found[key].diagnosis.headline
        assert active & {cause.failure for cause in found[key].diagnosis.causes}


def test_what_is_spared_is_not_blamed_on_a_failure(
    told: tuple[dict[str, Any], dict[str, Case], EmbeddedStore],
) -> None:
    expected, found, _ = told

    for key in expected["spared"].keys() & found.keys():
        assert found[key].diagnosis.state not in OF_FAILURES, found[key].diagnosis.headline
        assert [
            cause
            for cause in found[key].diagnosis.causes
            if cause.kind == "failure" and cause.likelihood >= 0.5
        ] == []


def test_what_was_affected_has_it_in_its_timeline(
    told: tuple[dict[str, Any], dict[str, Case], EmbeddedStore],
) -> None:
    """Of failures that have ended too. A diagnosis has the tolerance of every day."""
    expected, found, store = told
    hit = [] if expected["tolerance"] else list(expected["orders"])
    stories = timelines_of(store, {key: found[key] for key in hit})

    for key, story in stories.items():
        assert [entry.at for entry in story] == sorted(entry.at for entry in story)
        assert {entry.failure for entry in story if entry.kind == "failure"} >= {
            failure.key for failure in store.failures()[:1]
        }, key
