"""The headline of a what-if."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.time import DAY, HOUR
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.usecases.blast_radius import blast_radius
from tests.functional.http.shop import NOW, fill

OMS = Failure(
    key="supposed-1",
    target="system:oms",
    failure_class=FailureClass.OUTAGE,
    started_at=NOW,
    expected_end=NOW + 2 * HOUR,
    is_supposed=True,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, 9)
    yield store
    store.close()


def headline(store: Store, *failures: Failure, reported: tuple[str, ...] = ()) -> str:
    with blast_radius(store, Question(failures=reported, suppose=failures), NOW) as answer:
        return answer.headline


def test_a_supposed_failure_is_a_condition(store: Store) -> None:
    assert headline(store, OMS).startswith(
        "If Order management fails (outage, 09:30 to 11:30 UTC), it affects "
    )


def test_another_day_has_its_date_and_an_unknown_end_is_named(store: Store) -> None:
    later = replace(OMS, started_at=NOW + DAY, expected_end=None)

    text = "If Order management fails (outage, from 2026-03-03 09:30 UTC, end unknown), it affects "
    assert headline(store, later).startswith(text)


def test_several_are_one_condition(store: Store) -> None:
    wms = replace(OMS, key="supposed-2", target="system:erp", failure_class=FailureClass.LATENCY, delay=HOUR)

    text = (
        "If Order management fails (outage, 09:30 to 11:30 UTC) "
        "and ERP finance fails (latency, 09:30 to 11:30 UTC), they affect "
    )
    assert headline(store, OMS, wms).startswith(text)


def test_beside_a_reported_one_it_is_named_as_supposed(store: Store) -> None:
    text = "F-1 (outage of integration pick-confirm) and a supposed outage of Order management affect "
    assert headline(store, OMS, reported=("F-1",)).startswith(text)


def test_the_assumption_about_its_end_does_not_call_it_reported(store: Store) -> None:
    with blast_radius(store, Question(suppose=(OMS,)), NOW) as answer:
        (about_end,) = [each for each in answer.assumed if "ends around" in each]

    assert about_end.startswith(
        "The supposed outage of Order management ends around 2026-03-02 11:30 UTC, as supposed"
    )


@pytest.mark.parametrize(
    ("target", "failure_class"),
    [
        ("system:oms", FailureClass.OUTAGE),
        ("integration:pick-confirm", FailureClass.SCHEMA_MISMATCH),
        ("integration:pick-confirm", FailureClass.OUTAGE),
    ],
)
def test_a_number_that_is_all_of_another_is_not_said_again(
    store: Store, target: str, failure_class: FailureClass
) -> None:
    text = headline(store, replace(OMS, target=target, failure_class=failure_class))

    effect = "missing" if failure_class is FailureClass.SCHEMA_MISMATCH else "late"
    assert f" {effect} postings (" in text
    assert f" {effect} customer messages (" in text
    assert " EUR: all upcoming; " in text
    assert not re.search(rf"\b([\d,]+) [a-z ]+(\([^)]*\))?: \1 {effect}\b", text)
