"""`impactgraph incidents`: people work on incidents, on a store and over a server."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.app import create_app
from graph_models.time import MINUTE, Millis
from impactgraph.bootstrap import open_store
from impactgraph.cli import answers
from impactgraph.cli.answers import Answers, find_target
from impactgraph.cli.answers.local import LocalAnswers
from impactgraph.cli.app import run as run_here
from impactgraph.cli.options import Common
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.apply_topology import apply_documents
from tests.clock import Clock
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW, TOPOLOGY, fill

PLAYBOOK = """
  confirm-by-hand:
    for: {elements: [integration:pick-confirm], classes: [outage]}
    steps:
      - {text: Restart the consumer, owner: integration, effect: {kind: end}}
      - {text: Confirm picks by hand, approval: store manager, effect: {kind: move}}
"""


@dataclass(frozen=True)
class OpenStore:
    """A store that stays open from command to command."""

    store: Store
    clock: Clock

    @property
    def now(self) -> Millis:
        return self.clock.now

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[Answers]:
        yield LocalAnswers(self.store, self.clock.now)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=clock)
    apply_documents(store, {"shop.yaml": TOPOLOGY.read_text() + PLAYBOOK}, NOW - 2_880 * MINUTE)
    fill(store, 30)
    apply_documents(store, {"shop.yaml": TOPOLOGY.read_text() + PLAYBOOK}, NOW)
    yield store
    store.close()


@pytest.fixture(params=["store", "server"])
def call(
    request: pytest.FixtureRequest,
    store: Store,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Runs a command a minute later: (status, output, errors)."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str) -> tuple[int, str, str]:
        clock.now += MINUTE
        status = run_here(arguments)
        printed = capsys.readouterr()
        return status, str(printed.out), str(printed.err)

    if request.param == "store":
        monkeypatch.setattr(answers, "find_target", lambda _: OpenStore(store, clock))
        yield run
        return
    with served(create_app(store, Settings(deadline=120), now=clock)) as address:
        monkeypatch.setattr(answers, "find_target", lambda _: find_target(Common(server=address)))
        yield run


Call = Callable[..., tuple[int, str, str]]


def test_people_work_on_an_incident_until_it_is_closed(call: Call) -> None:
    status, out, _ = call("incidents", "acknowledge", "F-1", "--by", "ana", "--note", "I look")
    assert status == 0
    assert out.startswith("incident:F-1 (version 1): An outage of ")
    assert "Acknowledged. At stake: " in out

    assert call("incidents", "assign", "F-1", "team:stores", "--by", "ana")[0] == 0
    out = call("incidents")[1]
    assert "Acknowledged, assigned to team:stores. At stake: " in out
    assert "\n   Failures: F-1\n" in out
    assert all(
        line.startswith("   ") for line in out.splitlines()[4 : out.splitlines().index("   Failures: F-1")]
    )
    assert call("incidents", "note", "F-1", "--note", "The carrier was called")[0] == 0
    assert "Mitigated" in call("incidents", "mitigate", "F-1", "--by", "ben")[1]

    status, _, err = call("incidents", "close", "F-1", "--by", "eve", "--version", "2")
    assert status == 2
    assert "ben marked it as mitigated" in err

    assert "Closed" in call("incidents", "close", "F-1", "--by", "ben", "--version", "4")[1]
    assert "all are closed" in call("incidents")[1]
    assert "Open" in call("incidents", "reopen", "F-1")[1]

    status, out, _ = call("incidents", "acknowledge", "F-1", "--format", "json")
    payload = json.loads(out)
    assert [each["kind"] for each in payload["incident"]["actions"]] == [
        "ACKNOWLEDGED",
        "ASSIGNED",
        "NOTED",
        "MITIGATED",
        "CLOSED",
        "REOPENED",
        "ACKNOWLEDGED",
    ]


def test_the_checklist_says_what_a_step_saves_and_who_did_it(call: Call) -> None:
    status, out, _ = call("incidents", "checklist", "F-1")
    assert status == 0
    assert "[ ] 1. Restart the consumer (" in out
    assert "Saves now: " in out and "; in an hour: " in out
    assert "Needs approval: store manager" in out
    assert "The topology does not say which orders are moved" in out

    assert call("incidents", "start", "F-1", "1", "--by", "ben")[0] == 0
    assert "[-] 1. Restart the consumer" in call("incidents", "checklist", "F-1")[1]
    assert call("incidents", "done", "F-1", "1", "--by", "ana")[0] == 0
    out = call("incidents", "checklist", "F-1")[1]
    assert "[x] 1. Restart the consumer" in out
    assert "\n       Done 2026-03-02 09:34 by ana.\n" in out
    assert call("incidents", "done", "F-1", "7")[2] == (
        "error: There is no step 7 in the checklist of incident:F-1: it has 2.\n"
    )


def test_incidents_are_merged_and_split_by_hand(call: Call, store: Store, clock: Clock) -> None:
    from tests.functional.http.test_incidents import report

    report(store, "F-2", "system:commerce", minutes=200)

    status, out, err = call("incidents", "merge", "F-1", "F-2")
    assert (status, err) == (0, "")
    assert "Failures: F-2, F-1" in out
    assert "Failures: F-1\n" in call("incidents", "split", "F-1", "F-2")[1]
    status, _, err = call("incidents", "split", "F-1", "F-2")
    assert (status, "has no failure or alert 'F-2'; it has F-1." in err) == (2, True)
    assert call("incidents", "close", "F-9")[0] == 2


def test_the_report_of_a_moment_is_the_same_later(call: Call, store: Store, clock: Clock) -> None:
    call("incidents", "acknowledge", "F-1", "--by", "ana")
    at = "2026-03-02T09:32:00Z"
    first = [
        call("incidents", "report", "F-1", "--at", at, "--format", form)[1] for form in ("markdown", "json")
    ]
    clock.now += 60 * MINUTE
    call("incidents", "close", "F-1")
    again = [
        call("incidents", "report", "F-1", "--at", at, "--format", form)[1] for form in ("markdown", "json")
    ]

    assert again == first
    assert first[0].startswith("# incident:F-1\n")
    assert json.loads(first[1])["actions"] == [
        {"at": "2026-03-02T09:31:00.000Z", "by": "ana", "what": "acknowledged it"}
    ]
