"""What a person reports becomes an event that says all of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import MINUTE
from impactgraph.ingest.read import read_event
from impactgraph.usecases.failure_events import content_id, failure_data, next_id, problems_in, scope_data

WORD = st.text("abcdef-", min_size=1, max_size=5)
FAILURES = st.builds(
    Failure,
    key=WORD,
    target=WORD.map("system:".__add__),
    failure_class=st.sampled_from(FailureClass),
    started_at=st.integers(0, 2_000_000_000_000),
    expected_end=st.none() | st.integers(2_000_000_000_000, 2_100_000_000_000),
    delay=st.none() | st.integers(0, 10_000_000),
    error_rate=st.none() | st.floats(0, 1),
    severity=st.sampled_from(Severity),
    summary=st.text(max_size=10),
    scope=st.dictionaries(
        st.sampled_from(["locations", "regions", "attributes.colour"]), st.lists(WORD, min_size=1), max_size=3
    ).map(Scope.from_mapping),
)


@given(FAILURES)
def test_the_event_of_any_report_is_one_that_is_taken(failure: Failure) -> None:
    data = failure_data(failure)

    event, extra = read_event(
        json.dumps(
            {
                "specversion": "1.0",
                "id": "1",
                "source": "/t",
                "type": "failure.reported",
                "time": "2026-03-02T09:00:00Z",
                "data": data,
            }
        ).encode()
    )

    assert (event.type, extra) == ("failure.reported", None)


@given(FAILURES, FAILURES)
def test_two_reports_have_one_id_only_where_they_say_the_same(one: Failure, other: Failure) -> None:
    same = failure_data(one) == failure_data(other)

    assert (
        content_id("failure.reported", failure_data(one))
        == content_id("failure.reported", failure_data(other))
    ) == same


def test_attributes_of_a_scope_stand_under_one_name() -> None:
    scope = Scope.of(**{"attributes.colour": ["red"], "regions": ["emea"]})

    assert scope_data(scope) == {"regions": ["emea"], "attributes": {"colour": ["red"]}}


def test_ids_of_changes_sort_in_the_order_they_were_given_behind_those_of_reports() -> None:
    ids = [content_id("failure.reported", {}), *(next_id(1_772_443_800_000) for _ in range(20))]

    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"error_rate": 1.5}, "errorRate"),
        ({"delay": -1}, "delay"),
        ({"drain": -1}, "drain"),
        ({"ended_at": -MINUTE}, "endedAt"),
        ({"expected_end": -MINUTE}, "expectedEnd"),
    ],
)
def test_a_figure_that_cannot_be_is_named(wrong: dict[str, float], said: str) -> None:
    failure = Failure("F-1", "system:oms", FailureClass.OUTAGE, 0, **wrong)  # pyright: ignore[reportArgumentType] - figures by name

    assert [problem.message.split()[0] for problem in problems_in(failure)] == [said]
