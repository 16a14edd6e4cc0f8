"""From options to a question."""

import pytest

from graph_models.enums import Dimension, FailureClass
from graph_models.impact import Question
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.cli.asking import Forecasting, Supposing
from impactgraph.cli.question import Reading, dimensions_of, question_of, scope_of
from impactgraph.errors import BadInputError

NOW = 1_772_442_600_000


def asked(
    *failures: str,
    supposing: Supposing | None = None,
    forecasting: Forecasting | None = None,
    as_of: str | None = None,
) -> Question:
    supposing, forecasting = supposing or Supposing(), forecasting or Forecasting()
    return question_of(failures, supposing, forecasting, as_of, NOW, Reading())


def test_nothing_asked_is_the_question_of_all_active_failures():
    assert asked() == Question()


def test_failures_are_taken_by_full_id_and_bare_key_each_once():
    assert asked("failure:F-1", "F-2", "F-1").failures == ("F-1", "F-2")


def test_spans_of_the_forecast_are_read():
    question = asked(
        forecasting=Forecasting(horizon="1d", assume_recovery="90m", tolerance="0s", min_likelihood=0.5)
    )

    assert (question.horizon, question.assume_recovery, question.tolerance, question.min_likelihood) == (
        DAY,
        90 * MINUTE,
        0,
        0.5,
    )


def test_a_what_if_is_a_failure_that_begins_when_it_is_asked_for():
    question = asked(
        supposing=Supposing(target="system:oms", failure_class="outage", until="+2h"), as_of="-1h"
    )

    supposed = question.suppose[0]
    assert (supposed.target, supposed.failure_class, supposed.is_supposed) == (
        "system:oms",
        FailureClass.OUTAGE,
        True,
    )
    assert (supposed.started_at, supposed.expected_end) == (NOW - HOUR, NOW + HOUR)


def test_figures_of_a_what_if_are_read():
    given = Supposing(
        target="system:oms",
        failure_class="stale-data",
        since="-30m",
        delay="40m",
        error_rate=0.2,
        drain="1h",
        scope=("regions=uk",),
    )

    supposed = asked(supposing=given).suppose[0]

    assert supposed.failure_class is FailureClass.STALE_DATA
    assert (supposed.started_at, supposed.delay, supposed.error_rate, supposed.drain) == (
        NOW - 30 * MINUTE,
        40 * MINUTE,
        0.2,
        HOUR,
    )
    assert supposed.scope == Scope.of(regions=["uk"])


def test_a_what_if_without_a_target_is_told():
    with pytest.raises(BadInputError, match="needs --target"):
        asked(supposing=Supposing(failure_class="outage"))


def test_a_what_if_without_a_class_is_told():
    with pytest.raises(BadInputError, match=r"needs --class.*missed_run"):
        asked(supposing=Supposing(target="system:oms"))


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(BadInputError) as told:
        asked(
            supposing=Supposing(target="system:oms", failure_class="x", until="y", scope=("z",)),
            forecasting=Forecasting(horizon="w"),
            as_of="v",
        )

    assert [problem.message.split()[0] for problem in told.value.problems] == [
        "--as-of",
        "--horizon",
        "--class",
        "--until",
        "--scope",
    ]


def test_a_scope_has_a_dimension_each_time():
    assert scope_of(("locations=location:store-014,store-015", "regions=uk", "regions=dach")) == Scope.of(
        locations=["store-014", "store-015"], regions=["uk", "dach"]
    )


def test_attributes_keep_their_case():
    assert scope_of(("attributes.Brand=Acme",)) == Scope.from_mapping({"attributes.Brand": ["Acme"]})


@pytest.mark.parametrize("text", ["store-014", "locations=", "places=store-014", "=x", "attributes.=x"])
def test_what_is_no_scope_is_told(text: str):
    with pytest.raises(BadInputError, match="--scope is "):
        scope_of((text,))


def test_dimensions_come_in_their_order_each_once():
    assert dimensions_of("step, channel,STEP") == (Dimension.STEP, Dimension.CHANNEL)


@pytest.mark.parametrize("text", ["", ",", "colour"])
def test_what_is_no_dimension_is_told_with_those_there_are(text: str):
    with pytest.raises(BadInputError, match="channel, mode, region"):
        dimensions_of(text)
