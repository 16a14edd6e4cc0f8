"""A key that one object of a JSON text has twice is found, and nothing else is taken for one."""

import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from impactgraph.ingest import json_text
from impactgraph.ingest.json_text import refuse_repeated_key, repeated_key
from impactgraph.ingest.read import RefusedEventError, read_event
from tests.stores.events import entered, event, placed

_EVENTS = [
    json.dumps({**json.loads(text), "id": "e1"}).encode()
    for text in (placed("O-1"), entered("promise", 1, "O-1/1"), event("failure.resolved", 2, failure="F"))
]
_NAMES = st.sampled_from(("a", "b", "c", ":", '"', "ü", "\\", " "))
_SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from((":", '":', '{"a":1}', "\u0022:"))
_DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(st.tuples(_NAMES, inner), min_size=1, max_size=4).map(lambda pairs: ("object", pairs))
    ),
    max_leaves=8,
)


def text_of(node: Any, space: str, ascii_only: bool) -> str:
    """JSON, in which objects have their pairs as they are; in ASCII colons of names are escaped, too."""
    if isinstance(node, tuple):
        pairs = (
            f"{_name_text(name, ascii_only)}{space}:{space}{text_of(each, space, ascii_only)}"
            for name, each in node[1]
        )
        return f"{{{','.join(pairs)}}}"
    if isinstance(node, list):
        return f"[{','.join(text_of(each, space, ascii_only) for each in node)}]"
    return json.dumps(node, ensure_ascii=ascii_only)


def _name_text(name: str, ascii_only: bool) -> str:
    return json.dumps(name).replace(":", "\\u003a") if ascii_only else json.dumps(name, ensure_ascii=False)


def has_repeated(node: Any) -> bool:
    if isinstance(node, tuple):
        names = [name for name, _ in node[1]]
        return len({*names}) < len(names) or any(has_repeated(each) for _, each in node[1])
    return isinstance(node, list) and any(map(has_repeated, node))


@given(_DOCUMENTS, st.sampled_from(("", " ", "\n\t ")), st.booleans())
def test_a_repeated_key_is_found_at_any_depth_and_only_that(node: Any, space: str, ascii_only: bool) -> None:
    text = text_of(node, space, ascii_only)

    assert (repeated_key(text.encode()) is not None) == has_repeated(node)
    assert repeated_key(text) == repeated_key(text.encode())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"amount": 1, "amount": 2}', "amount"),
        ('{"data": {"parts": [{"x": 1}, {"x": 1, "y": 0, "x": 1}]}}', "data.parts[1].x"),
        ('[[{"x": 1, "x": 1}]]', "[0][0].x"),
        ('{"\\u0061": 1, "a": 2}', "a"),
        ('{"a": 1e400, "a": 2}', "a"),
    ],
)
def test_the_reason_names_the_place(text: str, place: str) -> None:
    with pytest.raises(ValueError, match="is there twice") as refused:
        refuse_repeated_key(text)
    assert f"`{place}`" in str(refused.value)


@example(("object", [(":", 1), ("b", 1), ("b", 2)]), "", True)
@given(_DOCUMENTS, st.sampled_from(("", " ")), st.booleans())
def test_a_large_text_is_looked_at_in_parts(node: Any, space: str, ascii_only: bool) -> None:
    text = text_of(node, space, ascii_only).encode()
    with mock.patch.object(json_text, "_LARGE", 8):
        assert (repeated_key(text) is not None) == has_repeated(node)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_what_is_no_json_is_left_to_its_parser(text: bytes) -> None:
    assert repeated_key(text) is None


@settings(max_examples=60)
@given(st.data())
def test_no_event_with_a_key_twice_is_taken_and_every_other_is(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(_EVENTS)).decode()
    ends = [at for at in range(len(text)) if text.startswith('":', at)]
    end = data.draw(st.sampled_from(ends)) + 1
    key = text[text.rindex('"', 0, end - 1) : end]
    space = data.draw(st.sampled_from(("", " ", "\t ")))
    begin = text.rindex(key, 0, end)
    spaced = f"{text[:end]}{space}{text[end:]}"
    read_event(spaced.encode())

    again = key if data.draw(st.booleans()) else f'"\\u{ord(key[1]):04x}{key[2:]}'
    value = data.draw(st.sampled_from(("null", "1", '""')))
    twice = f"{text[:begin]}{again}{space}:{value},{spaced[begin:]}"
    with pytest.raises(RefusedEventError):
        read_event(twice.encode())
