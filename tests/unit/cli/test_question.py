"""From options to a question."""

import pytest

from graph_models.enums import Dimension, FailureClass
from graph_models.impact import Question
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.cli.question import (
    OptionReader,
    QuestionOptions,
    parse_dimensions,
    parse_question,
    parse_scope,
)
from impactgraph.cli.question_options import ForecastOptions, WhatIfOptions
from impactgraph.cli.row_count import parse_row_count
from impactgraph.errors import BadInputError

NOW = 1_772_442_600_000


def question(
    *failures: str,
    what_if: WhatIfOptions | None = None,
    forecast: ForecastOptions | None = None,
    as_of: str | None = None,
) -> Question:
    options = QuestionOptions(
        failures=failures,
        as_of=as_of,
        what_if=what_if or WhatIfOptions(),
        forecast=forecast or ForecastOptions(),
    )
    return parse_question(options, NOW, OptionReader())


def test_nothing_asked_is_the_question_of_all_active_failures():
    assert question() == Question()


def test_failures_are_taken_by_full_id_and_bare_key_each_once():
    assert question("failure:F-1", "F-2", "F-1").failures == ("F-1", "F-2")


def test_spans_of_the_forecast_are_read():
    parsed = question(
        forecast=ForecastOptions(horizon="1d", assume_recovery="90m", tolerance="0s", min_likelihood=0.5)
    )

    assert (parsed.horizon, parsed.assume_recovery, parsed.tolerance, parsed.min_likelihood) == (
        DAY,
        90 * MINUTE,
        0,
        0.5,
    )


def test_a_what_if_is_a_failure_that_begins_when_it_is_asked_for():
    parsed = question(
        what_if=WhatIfOptions(target="system:oms", failure_class="outage", until="+2h"), as_of="-1h"
    )

    supposed = parsed.suppose[0]
    assert (supposed.target, supposed.failure_class, supposed.is_supposed) == (
        "system:oms",
        FailureClass.OUTAGE,
        True,
    )
    assert (supposed.started_at, supposed.expected_end) == (NOW - HOUR, NOW + HOUR)


def test_figures_of_a_what_if_are_read():
    options = WhatIfOptions(
        target="system:oms",
        failure_class="stale-data",
        since="-30m",
        delay="40m",
        error_rate=0.2,
        drain="1h",
        scope=("regions=uk",),
    )

    supposed = question(what_if=options).suppose[0]

    assert supposed.failure_class is FailureClass.STALE_DATA
    assert (supposed.started_at, supposed.delay, supposed.error_rate, supposed.drain) == (
        NOW - 30 * MINUTE,
        40 * MINUTE,
        0.2,
        HOUR,
    )
    assert supposed.scope == Scope.of(regions=["uk"])


def test_a_what_if_without_a_target_is_reported():
    with pytest.raises(BadInputError, match="needs --target"):
        question(what_if=WhatIfOptions(failure_class="outage"))


def test_a_what_if_without_a_class_is_reported():
    with pytest.raises(BadInputError, match=r"needs --class.*missed_run"):
        question(what_if=WhatIfOptions(target="system:oms"))


def test_everything_that_is_wrong_is_reported_at_once():
    with pytest.raises(BadInputError) as told:
        question(
            what_if=WhatIfOptions(target="system:oms", failure_class="x", until="y", scope=("z",)),
            forecast=ForecastOptions(horizon="w"),
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
    assert parse_scope(("locations=location:store-014,store-015", "regions=uk", "regions=dach")) == Scope.of(
        locations=["store-014", "store-015"], regions=["uk", "dach"]
    )


def test_attributes_keep_their_case():
    assert parse_scope(("attributes.Brand=Acme",)) == Scope.from_mapping({"attributes.Brand": ["Acme"]})


@pytest.mark.parametrize("text", ["store-014", "locations=", "places=store-014", "=x", "attributes.=x"])
def test_what_is_no_scope_is_reported(text: str):
    with pytest.raises(BadInputError, match="--scope is "):
        parse_scope((text,))


def test_dimensions_come_in_their_order_each_once():
    assert parse_dimensions("step, channel,STEP") == (Dimension.STEP, Dimension.CHANNEL)


@pytest.mark.parametrize("text", ["", ",", "colour"])
def test_what_is_no_dimension_is_reported_with_those_there_are(text: str):
    with pytest.raises(BadInputError, match="channel, mode, region"):
        parse_dimensions(text)


@pytest.mark.parametrize("count", [-1, 0, 501])
def test_a_number_of_rows_that_no_answer_has_is_refused_by_its_option(count: int) -> None:
    with pytest.raises(BadInputError, match=f"--first is {count}; give a number from 1 to 500"):
        parse_row_count(count)
