"""An OCEL log is read in a stream: events are not in memory, and the texts of a document are not either."""

import errno
import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest import json_parts
from impactgraph.ingest.json_parts import json_members
from impactgraph.ingest.ocel_events import OcelEvent, OcelEvents

_LISTS = {"objects": "[]", "events": "[]"}
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_ITEMS = st.lists(st.fixed_dictionaries({"id": st.sampled_from(("a", '"},{"id":', "é")), "x": _VALUES}))
_DOCUMENTS = st.fixed_dictionaries({"types": _VALUES, "events": _ITEMS}, optional={"objects": _ITEMS})


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parts, "_PART", 7)


def members(content: bytes) -> list[tuple[str, str, str]]:
    texts = json_members(content[:64], io.BytesIO(content), _LISTS)
    return [
        (name, key, text if isinstance(text, str) else bytes(text).decode())
        for name, key, text in texts
        if text
    ]


@given(_DOCUMENTS, st.sampled_from((None, 1)), st.booleans())
def test_the_members_of_a_document_are_those_that_it_has(
    document: dict[str, object], indent: int | None, is_ascii: bool
) -> None:
    content = json.dumps(document, indent=indent, ensure_ascii=is_ascii).encode()
    expected = [
        (name, item)
        for name, value in document.items()
        for item in (value if name in _LISTS and isinstance(value, list) else [value])
    ]

    assert [(name, json.loads(text)) for name, _, text in members(content)] == expected


def test_many_items_are_told_apart_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parts, "_PART", 1000)
    content = json.dumps({"events": [{"id": str(n), "of": [{"id": "x"}]} for n in range(20)]}).encode()

    texts = [text for _, _, text in json_members(content[:64], io.BytesIO(content), _LISTS) if text]

    assert sum(isinstance(text, msgspec.Raw) for text in texts) == 18
    assert [msgspec.json.decode(text)["id"] for text in texts] == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"events": [1 2]}',
        b'{"events": []} 1',
        b'{"a": 1, "a": 2}',
        b'{"events": [{}',
        b"{1: 2}",
        b'{"events": {"a": {}}}',
        b'{"events": null}',
    ],
)
def test_a_text_that_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        members(content)


@given(
    st.lists(
        st.sampled_from(("2026-03-02T09:00:00Z", "2026-03-02T10:00:00+01:00", "2026-03-01T09:00:00Z", "?"))
    )
)
def test_events_come_by_time_and_of_one_moment_as_they_were_added(times: list[str]) -> None:
    events = OcelEvents()
    for number, time in enumerate(times):
        events.add(OcelEvent(str(number), "Pick", time, {"n": number, "big": 10**30}, ("O-1",), {}))

    def by_time(number: int) -> int:
        return {"?": 2, "2026-03-01T09:00:00Z": 0}.get(times[number], 1)

    assert [event.attributes["n"] for event in events] == sorted(range(len(times)), key=by_time)
    assert [event.id for event in events] == [event.id for event in events], "they can be read again"
    assert len(events) == len(times)


@pytest.mark.parametrize("moment", ["the file is made", "an event is added", "the rest is written"])
def test_a_disk_without_room_is_said_to_be_at_fault(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"the file is made": 0, "an event is added": 1_000_000, "the rest is written": 1}

    def full() -> io.BufferedRandom:
        if moment == "the file is made":
            raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")
        return open("/dev/full", "wb")  # type: ignore[return-value] - it is written only

    monkeypatch.setattr("tempfile.TemporaryFile", full)

    with pytest.raises(BadInputError, match=r"temporary file.* TMPDIR"):
        events = OcelEvents()
        events.add(OcelEvent("e1", "Pick", "?", {"note": "x" * sizes[moment]}, (), {}))
        list(events)
