"""Moments and spans as they are typed."""

import pytest

from graph_models.time import HOUR, MINUTE
from impactgraph.cli.times import parse_duration_option, parse_moment_option
from impactgraph.errors import BadInputError

NOW = 1_772_442_600_000  # 2026-03-02T09:10:00Z


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-02T09:10:00Z", NOW),
        ("2026-03-02T10:10:00+01:00", NOW),
        ("2026-03-02T09:10:00", NOW),
        ("now", NOW),
        ("-2h", NOW - 2 * HOUR),
        ("-1h30m", NOW - 90 * MINUTE),
        ("+30m", NOW + 30 * MINUTE),
        ("-PT15M", NOW - 15 * MINUTE),
    ],
)
def test_a_moment_is_read(text: str, meant: int):
    assert parse_moment_option("--as-of", text, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "-", "2h", "2026-13-02", "-2 parsecs"])
def test_what_is_no_moment_is_reported_with_its_option(text: str):
    with pytest.raises(BadInputError, match=r"--as-of is .*such as"):
        parse_moment_option("--as-of", text, NOW)


def test_no_moment_is_none():
    assert parse_moment_option("--as-of", None, NOW) is None


def test_a_span_is_read():
    assert parse_duration_option("--horizon", "1h30m") == 90 * MINUTE


@pytest.mark.parametrize("text", ["", "soon", "-2h", "99999999999999999999d"])
def test_what_is_no_span_is_reported_with_its_option(text: str):
    with pytest.raises(BadInputError, match="--horizon is "):
        parse_duration_option("--horizon", text)
