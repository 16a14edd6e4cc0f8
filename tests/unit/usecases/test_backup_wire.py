"""A backup as a stream: what is sent arrives, and a stream that is cut off anywhere is noticed."""

from contextlib import suppress
from io import BytesIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.backup import BackupHead, Part, PartKey, Totals
from impactgraph.usecases.backup_wire import KnownParts, decode, encode, encode_known

HEAD = BackupHead("abc", 1_000, Totals(7, {"events": 7}))
KEYS = st.builds(PartKey, st.sampled_from(["events", "orders"]), st.integers(0, 9), st.integers(0, 9))
PARTS = st.lists(
    st.builds(Part, KEYS, st.text(max_size=9), st.integers(0, 99), st.none() | st.binary(max_size=20))
)


@given(PARTS)
def test_what_is_sent_arrives(parts: list[Part]) -> None:
    head, received = decode(BytesIO(b"".join(encode(HEAD, parts))))

    assert head == HEAD
    assert list(received) == parts


@given(PARTS, st.data())
def test_a_stream_that_is_cut_off_is_noticed(parts: list[Part], data: st.DataObject) -> None:
    stream = b"".join(encode(HEAD, parts))
    size = data.draw(st.integers(0, len(stream) - 2))  # without the last line break all is there

    with pytest.raises(StoreUnavailableError):
        list(decode(BytesIO(stream[:size]))[1])


@given(PARTS, st.data())
def test_a_stream_of_which_a_byte_is_other_is_read_or_refused(parts: list[Part], data: st.DataObject) -> None:
    stream = bytearray(b"".join(encode(HEAD, parts)))
    stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))

    with suppress(StoreUnavailableError):
        list(decode(BytesIO(bytes(stream)))[1])


@given(st.dictionaries(KEYS, st.text(max_size=9)))
def test_what_is_known_is_said(known: dict[PartKey, str]) -> None:
    assert dict(msgspec.json.decode(encode_known(known), type=KnownParts)) == known
