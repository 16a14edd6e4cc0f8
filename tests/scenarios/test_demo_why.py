"""The demo's two stories as the service desk hears them; and once more with nobody having reported a
failure.
"""

from collections.abc import Iterator

import pytest

from graph_models.diagnosis import DiagnosisState
from graph_models.enums import Band
from graph_models.impact import Question
from graph_models.orders import TimelineEntry
from graph_models.time import DAY, HOUR, parse_moment
from impactgraph.demo.failures import failure_lines, live_failures, past_failures
from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.why import Case
from tests.asking import cases_of, timelines_of
from tests.listing import orders_of

NOW = parse_moment("2026-03-03T14:00:00Z")
ORDERS, SEED = 1_500, 7


@pytest.fixture(scope="module", params=[True, False], ids=["reported", "unreported"])
def store(request: pytest.FixtureRequest) -> Iterator[EmbeddedStore]:
    found = EmbeddedStore.in_memory(now=lambda: NOW)
    made = generate(ORDERS, NOW, SEED)
    found.apply_topology(parse_topology(made.documents), made.documents, NOW - 10 * DAY)
    for block in made.events:
        found.ingest(block.splitlines())
    found.ingest(failure_lines([*live_failures(NOW), *past_failures(NOW)]) if request.param else [])
    yield found
    found.close()


@pytest.fixture(scope="module")
def told(store: EmbeddedStore) -> dict[str, Case]:
    with store.columns() as columns:
        keys = [str(key) for key in columns.orders.ids]
    return {
        key: case
        for start in range(0, len(keys), 500)
        for key, case in cases_of(store, keys[start : start + 500], NOW).items()
    }


def blamed(case: Case) -> set[str]:
    return {cause.failure for cause in case.diagnosis.causes if cause.failure}


@pytest.mark.parametrize("store", [True], indirect=True, ids=["reported"])
def test_what_each_failure_affects_is_blamed_on_it_and_nothing_else_is(
    store: EmbeddedStore, told: dict[str, Case]
) -> None:
    for key in ("F-stock", "F-queues"):
        with blast_radius(store, Question(failures=(key,)), NOW) as answer:
            assert {order for order, case in told.items() if key in blamed(case)} == {
                row.order for row in orders_of(answer)
            }


@pytest.mark.parametrize("store", [True], indirect=True, ids=["reported"])
def test_what_waits_in_full_queues_is_stuck_with_the_words_of_the_playbook(
    store: EmbeddedStore, told: dict[str, Case]
) -> None:
    with blast_radius(store, Question(failures=("F-queues",)), NOW) as answer:
        held = [row.order for row in orders_of(answer) if row.band is Band.STUCK and row.likelihood > 0.9]

    assert held
    for diagnosis in (told[key].diagnosis for key in held):
        assert (diagnosis.state, diagnosis.owner, diagnosis.causes[0].failure) == (
            DiagnosisState.STUCK,
            "integration",
            "F-queues",
        )
    for key, case in ((key, told[key]) for key in held):
        words = case.messages.write(language="en").text
        assert words.startswith(f"Your order {key} is being prepared in a store.")
        assert diagnosis.next_expected is not None and NOW <= diagnosis.next_expected <= NOW + 6 * HOUR


@pytest.mark.parametrize("store", [True], indirect=True, ids=["reported"])
def test_a_promise_on_old_stock_may_go_wrong_and_surely_did_where_the_order_was_sent_elsewhere(
    store: EmbeddedStore, told: dict[str, Case]
) -> None:
    risky = {
        key: case
        for key, case in told.items()
        if blamed(case) == {"F-stock"} and case.diagnosis.state is DiagnosisState.AT_RISK
    }
    stories = timelines_of(store, risky)
    sent_elsewhere = {
        key for key, story in stories.items() if any(entry.kind == "fulfillment.rerouted" for entry in story)
    }

    assert (
        {key for key, case in risky.items() if case.diagnosis.causes[0].likelihood >= 0.5}
        == sent_elsewhere
        != set()
    )
    assert all("may" in case.diagnosis.headline for key, case in risky.items() if key not in sent_elsewhere)
    assert len(risky) > len(sent_elsewhere)


@pytest.mark.parametrize("store", [False], indirect=True, ids=["unreported"])
def test_the_same_orders_are_stuck_with_others_and_the_queues_are_suspected(told: dict[str, Case]) -> None:
    states = [case.diagnosis.state for case in told.values()]
    stuck = [
        case.diagnosis for case in told.values() if case.diagnosis.state is DiagnosisState.STUCK_WITH_OTHERS
    ]

    assert not {DiagnosisState.STUCK, DiagnosisState.AT_RISK} & set(states)
    assert len(stuck) > 5 * states.count(DiagnosisState.STUCK_ALONE)
    assert {diagnosis.causes[0].element for diagnosis in stuck} == {"system:store-queues"}
    assert all(
        "no known failure holds it" in diagnosis.headline and diagnosis.next_expected is None
        for diagnosis in stuck
    )


def test_a_story_is_one_line_of_time_for_split_orders_too(
    store: EmbeddedStore, told: dict[str, Case]
) -> None:
    split = {key: case for key, case in told.items() if len(case.situation.fulfillments) > 1}
    stories = timelines_of(store, split)

    assert split.keys() == stories.keys() and len(split) > 10
    for key, story in stories.items():
        assert [entry.at for entry in story] == sorted(entry.at for entry in story)
        assert all(entry.at <= NOW for entry in story if happened(entry))
        assert {entry.fulfillment for entry in story if entry.kind == "expected"} == {
            p.fulfillment.key for p in split[key].situation.in_flight if p.fulfillment.step
        }


def happened(entry: TimelineEntry) -> bool:
    return not entry.expected
