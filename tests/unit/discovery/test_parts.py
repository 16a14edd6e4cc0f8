"""Samples, keys, spans of logs, and YAML of drafts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, parse_duration
from impactgraph.discovery.keys import as_key, distinct_keys, is_key
from impactgraph.discovery.location_kinds import location_kind
from impactgraph.discovery.log_span import log_span
from impactgraph.discovery.samples import Sample
from impactgraph.discovery.yaml_text import comment, scalar, span_text
from impactgraph.topology.document import Map, parse_document
from impactgraph.topology.fields import source_text


@given(st.text(min_size=1, max_size=20))
def test_every_text_is_read_back_from_a_scalar(text: str) -> None:
    document = parse_document(f"a: {scalar(text)}{comment(text)}\n", "draft.yaml")

    assert not document.problems
    assert isinstance(document.root, Map) and source_text(document.root["a"]) == text


@given(st.text(min_size=1, max_size=20))
def test_every_text_is_read_back_as_a_key_of_a_map(text: str) -> None:
    document = parse_document(f"{scalar(text)}: 1\n", "draft.yaml")

    assert not document.problems
    assert isinstance(document.root, Map) and list(document.root) == [text]


@given(st.integers(min_value=0, max_value=900 * DAY))
def test_a_duration_is_written_within_one_percent(span: int) -> None:
    assert parse_duration(span_text(span)) == pytest.approx(span, rel=0.01)


@given(st.lists(st.text(max_size=8), unique=True, max_size=8))
def test_names_become_keys_that_differ(names: list[str]) -> None:
    keys = distinct_keys(names)

    assert list(keys) == names and len(set(keys.values())) == len(names)
    assert all(is_key(key) for key in keys.values())
    assert all(keys[name] == name for name in names if is_key(name) and names.index(name) == 0)


def test_a_name_with_spaces_becomes_a_key_of_its_words() -> None:
    assert as_key("Pick goods: A/B") == "pick-goods-a-b"


@given(st.integers(1, 50), st.integers(0, 500))
def test_a_sample_has_as_many_values_as_fit_and_stands_for_all(size: int, count: int) -> None:
    sample = Sample[int](size)
    for value in range(count):
        sample.add(value)

    assert len(sample.values) == min(size, count) == len(set(sample.values))
    assert sample.weight * len(sample.values) == pytest.approx(count)


def test_a_sample_is_drawn_from_the_whole_stream() -> None:
    sample = Sample[int](2_000)
    for value in range(40_000):
        sample.add(value)

    assert sum(sample.values) / 2_000 == pytest.approx(20_000, rel=0.05)


def test_a_log_ends_with_its_events_and_not_with_a_stray_one() -> None:
    hours = {1000 + hour: 100 for hour in range(48)}

    assert log_span(hours) == (1000 * HOUR, 1048 * HOUR, 0)
    assert log_span(hours | {900_000: 2}) == (1000 * HOUR, 1048 * HOUR, 2)
    assert log_span(hours | {3: 1}) == (1000 * HOUR, 1048 * HOUR, 1)
    assert log_span(hours | {1100: 2_000}) == (1000 * HOUR, 1101 * HOUR, 0)
    assert log_span({}) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("store-014", "store"),
        ("DC_North_1", "dc"),
        ("3pl-uk", "3pl"),
        ("dark-store-7", "dark_store"),
        ("Supplier Oakfield", "supplier"),
        ("L-17", None),
    ],
)
def test_the_kind_of_a_location_is_read_from_its_name(name: str, kind: str | None) -> None:
    assert location_kind(name) == kind
