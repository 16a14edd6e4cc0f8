"""What was learned is kept for the questions of a quarter of an hour; a failure that is reported meanwhile
makes nobody wait for the history again.
"""

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.columns import Visits
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.learn_ahead import learn, learning_ahead
from impactgraph.usecases.report_failure import report_failure
from impactgraph.usecases.snapshot import snapshot
from tests.demo_store import NOW, demo_store


@pytest.fixture
def store() -> EmbeddedStore:
    return demo_store(1_000)


def test_the_history_is_read_once_in_a_quarter_of_an_hour(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Millis | None] = []
    read = store.visits

    def counted(as_of: Millis | None = None) -> Visits:
        reads.append(as_of)
        return read(as_of)

    monkeypatch.setattr(store, "visits", counted)
    first = ask(store, NOW)
    report_failure(
        store, Failure("F-pay", "system:payments", FailureClass.OUTAGE, NOW - 10 * MINUTE, NOW + HOUR), NOW
    )
    with_another = ask(store, NOW)

    assert reads == [NOW]
    assert with_another > first
    ask(store, NOW + 15 * MINUTE)
    assert reads == [NOW, NOW + 15 * MINUTE]


def test_what_a_server_learned_at_its_start_is_ready_for_the_first_question(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with learning_ahead(store, lambda: NOW):
        pass
    for name in ("learn_forecast_baseline", "learn_diagnosis_baseline"):
        monkeypatch.delattr(f"impactgraph.usecases.snapshot.{name}")

    with snapshot(store, None, NOW) as s:
        assert s.forecast_baseline.durations.visits
        assert s.diagnosis_baseline
    assert ask(store, NOW)


def test_a_server_without_a_topology_learns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("impactgraph.usecases.snapshot.learn_forecast_baseline")

    learn(EmbeddedStore.in_memory(now=lambda: NOW), NOW)


def ask(store: EmbeddedStore, now: Millis) -> int:
    """How many orders the active failures hit."""
    with blast_radius(store, Question(), now) as answer:
        return answer.order_totals.orders
