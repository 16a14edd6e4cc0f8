"""A value that exists nowhere: an error in a question, a remark where a failure was reported with it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.orders import OrderFilter
from graph_models.scope import DIMENSIONS, Scope
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.errors import NotFoundError
from impactgraph.impact.known_values import KnownValues
from impactgraph.ports.store import Store
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.orders import OrderQuery, list_orders
from impactgraph.usecases.overdue import OverdueQuestion, overdue
from impactgraph.usecases.payloads import PayloadsQuestion, find_payload_findings
from impactgraph.usecases.records import RecordsQuestion, watch_records
from impactgraph.usecases.report_failure import report_failure
from impactgraph.usecases.update_failure import FailureChange, update_failure
from impactgraph.usecases.why import why
from tests.functional.http.shop import NOW, event, fill

LABELS = Failure(
    key="F-2",
    target="integration:labels",
    failure_class=FailureClass.OUTAGE,
    started_at=NOW - 10 * MINUTE,
    expected_end=NOW + 4 * HOUR,
)
OMS = replace(LABELS, key="F-3", target="system:oms")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, 9)
    yield store
    store.close()


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "own"), now=lambda: NOW)
    fill(store, 9)
    yield store
    store.close()


def ask_blast_radius(store: Store, where: OrderFilter) -> None:
    with blast_radius(store, Question(where=where), NOW):
        pass


def ask_records(store: Store, where: OrderFilter) -> None:
    with watch_records(store, RecordsQuestion(where), NOW):
        pass


def ask_overdue(store: Store, where: OrderFilter) -> None:
    with overdue(store, OverdueQuestion(where), NOW):
        pass


def ask_payloads(store: Store, where: OrderFilter) -> None:
    find_payload_findings(store, PayloadsQuestion(where), NOW)


def ask_orders(store: Store, where: OrderFilter) -> None:
    list_orders(store, NOW, OrderQuery(where=where))


def filter_on(field: str, value: str) -> OrderFilter:
    limits: dict[str, Any] = {field: (value,)}
    return OrderFilter(**limits)


QUESTIONS = (ask_blast_radius, ask_records, ask_overdue, ask_payloads, ask_orders)
EXISTING = {
    "channels": "web",
    "modes": "ship_from_store",
    "regions": "emea",
    "locations": "store-001",
    "workflows": "ship-from-store",
    "steps": "ship-from-store/pick",
    "tiers": "gold",
    "currencies": "EUR",
}


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize(("field", "value"), EXISTING.items())
def test_a_value_in_another_spelling_is_an_error_with_the_right_one(
    store: Store, ask: Callable[[Store, OrderFilter], None], field: str, value: str
) -> None:
    with pytest.raises(NotFoundError) as error:
        ask(store, filter_on(field, value.swapcase()))

    assert error.value.near[0].endswith(value)
    assert value in str(error.value)


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize(("field", "value"), EXISTING.items())
def test_a_value_that_exists_is_no_error(
    store: Store, ask: Callable[[Store, OrderFilter], None], field: str, value: str
) -> None:
    ask(store, filter_on(field, value))


def test_all_unknown_values_are_named_at_once(store: Store) -> None:
    where = OrderFilter(ids=("O-9999",), channels=("web", "Web"), tiers=("silver",), carriers=("swift",))

    with pytest.raises(NotFoundError) as error:
        ask_orders(store, where)

    assert str(error.value).splitlines() == [
        "There is no 'order:O-9999'.",
        "There is no channel 'Web'. Did you mean web?",
        "There is no customer tier 'silver'. There is gold.",
        "There is no carrier 'swift'. No order has a carrier.",
    ]


def test_a_record_type_that_does_not_exist_is_an_error(store: Store) -> None:
    with (
        pytest.raises(NotFoundError, match=r"no record type 'Invoice'\. Did you mean invoice"),
        watch_records(store, RecordsQuestion(types=("Invoice",)), NOW),
    ):
        pass


LIMITS = {
    **{name: EXISTING[name] for name in EXISTING.keys() & {*DIMENSIONS}},
    "attributes.payload_version": "7",
    "versions": "7",
    "message_types": "invoice",
}


@pytest.mark.parametrize(("name", "value"), LIMITS.items())
def test_a_supposed_failure_names_values_that_exist(store: Store, name: str, value: str) -> None:
    supposed = replace(OMS, is_supposed=True, scope=Scope.from_mapping({name: [value]}))

    with blast_radius(store, Question(suppose=(supposed,)), NOW) as answer:
        assert answer.complete
    with (
        pytest.raises(NotFoundError, match="no "),
        blast_radius(
            store,
            Question(suppose=(replace(supposed, scope=Scope.from_mapping({name: [value + "x"]})),)),
            NOW,
        ),
    ):
        pass


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"regions": ["EMEA"]}, "regions=EMEA; did you mean emea?"),
        ({"channels": ["Web", "App"]}, "channels=App,Web; did you mean app or web?"),
        ({"attributes.payload_versio": ["7"]}, "did you mean attributes.payload_version?"),
        ({"currencies": ["JPY"]}, "currencies=JPY; there is EUR"),
        ({"carriers": ["swift"]}, "carriers=swift; no order has a carrier"),
        ({"locations": ["store-01"], "regions": ["emea"]}, "locations=store-01; did you mean store-"),
    ],
)
def test_a_reported_failure_keeps_them_and_the_headline_says_so(
    own_store: Store, limits: dict[str, list[str]], words: str
) -> None:
    outcome = report_failure(own_store, replace(LABELS, scope=Scope.from_mapping(limits)), NOW)

    assert outcome.problems == ()
    with blast_radius(own_store, Question(failures=("F-2",)), NOW) as answer:
        assert "affects no order: no order is in this scope (" in answer.headline
        assert words in answer.headline
        assert not answer.complete
    assert words in " ".join(why(own_store, "O-0000", NOW).diagnosis.left_out)


def test_some_unknown_values_are_named_beside_what_the_others_affect(own_store: Store) -> None:
    scope = Scope.of(regions=["emea", "Amer"])
    report_failure(own_store, replace(OMS, scope=scope), NOW)

    with blast_radius(own_store, Question(failures=("F-3",)), NOW) as answer:
        assert answer.totals.orders
        assert "F-3 names regions=Amer, which no order and no element has (did you mean amer?)" in (
            answer.headline
        )


def test_an_update_keeps_them_too(own_store: Store) -> None:
    change = FailureChange(scope=Scope.of(regions=["EMEA"]))

    outcome = update_failure(own_store, "F-1", change, NOW)

    assert outcome.failure is not None
    assert outcome.failure.scope == change.scope


def test_a_failure_counts_from_the_first_order_that_has_the_value(own_store: Store) -> None:
    report_failure(own_store, replace(OMS, scope=Scope.of(channels=["marketplace"])), NOW)
    placed = {
        "order": "M-1",
        "channel": "marketplace",
        "mode": "ship_from_store",
        "currency": "EUR",
        "value": "10.00",
        "fulfillments": [{"fulfillment": "M-1/1", "workflow": "ship-from-store", "location": "store-001"}],
    }
    own_store.ingest([event("order.placed", NOW - MINUTE, placed, "m1")])

    with blast_radius(own_store, Question(failures=("F-3",)), NOW) as answer:
        assert answer.totals.orders == 1
        assert answer.complete


def test_a_scope_that_exists_and_has_no_order_is_the_reason(own_store: Store) -> None:
    report_failure(own_store, replace(LABELS, scope=Scope.of(locations=["dc-north"], regions=["amer"])), NOW)

    with blast_radius(own_store, Question(failures=("F-2",)), NOW) as answer:
        assert "no order" in answer.headline
        assert "labels-backup" not in answer.headline


def test_an_empty_answer_says_that_it_speaks_of_the_filter_only(store: Store) -> None:
    amer = OrderFilter(regions=("amer",))
    with blast_radius(store, Question(failures=("F-1",), where=amer), NOW) as answer:
        assert "affects no order of those asked for (regions=amer)" in answer.headline
    bopis = OrderFilter(modes=("bopis",))
    with blast_radius(store, Question(failures=("F-1",), where=bopis), NOW) as answer:
        assert "no order in flight matches the filter" in answer.headline


@given(st.sampled_from([*EXISTING, "carriers", "suppliers"]), st.text(min_size=1, max_size=8))
def test_any_text_is_a_known_value_or_an_error_that_names_it(store: Store, field: str, text: str) -> None:
    with store.columns() as columns:
        unknown = KnownValues(columns, store.topology()).unknown(field, [text])

    if not unknown:
        ask_orders(store, filter_on(field, text))
    else:
        with pytest.raises(NotFoundError) as error:
            ask_orders(store, filter_on(field, text))
        assert repr(text)[1:-1] in str(error.value)
