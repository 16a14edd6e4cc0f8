"""The clock that every command gets."""

import pytest

from graph_models.time import parse_moment
from impactgraph.bootstrap import FIXED_NOW, system_clock
from impactgraph.errors import BadInputError


def test_tests_fix_the_clock_by_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FIXED_NOW, "2028-02-29T23:55:00Z")

    assert system_clock() == parse_moment("2028-02-29T23:55:00Z")


def test_a_fixed_clock_that_cannot_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FIXED_NOW, "yesterday")

    with pytest.raises(BadInputError, match="IMPACTGRAPH_NOW is 'yesterday'"):
        system_clock()
