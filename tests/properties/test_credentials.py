"""Laws of API keys and of the chain of the audit log."""

import json
from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from graph_models.access import Principal, Role
from impactgraph.audit.chain import Head, check_chain, entry_after, head_of, line_of
from impactgraph.audit.entries import AuditEvent, event_of
from impactgraph.credentials.keys import NewKey, issue
from impactgraph.credentials.tokens import read_token

NOW = 1_772_442_600_000
KEY = issue({}, NewKey("desk", Role.VIEWER), NOW)

texts = st.text(max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def events(draw: st.DrawFn) -> AuditEvent:
    who = Principal(draw(texts), draw(texts), frozenset())
    arguments = draw(st.dictionaries(texts, values, max_size=3))
    return event_of(who, draw(st.integers(0, 32_000_000_000_000)), draw(texts), arguments, draw(texts))


def lines_of(recorded: Sequence[AuditEvent]) -> tuple[list[bytes], Head]:
    lines, head = list[bytes](), Head()
    for event in recorded:
        entry = entry_after(event, head)
        head = head_of(entry)
        lines.append(line_of(entry).encode())
    return lines, head


def opens(text: str) -> bool:
    token = read_token(text)
    return token is not None and token.id == KEY.key.id and KEY.key.opens(token.digest, NOW)


@given(st.integers(0, len(KEY.token.text) - 1), st.characters())
def test_a_key_with_another_character_is_refused(at: int, character: str) -> None:
    text = KEY.token.text
    assume(character != text[at])

    assert not opens(text[:at] + character + text[at + 1 :])


@given(st.integers(0, len(KEY.token.text)), texts.filter(bool))
def test_a_key_with_more_or_fewer_characters_is_refused(at: int, more: str) -> None:
    text = KEY.token.text

    assert not opens(text[:at] + more + text[at:])
    assert not opens(text[:at]) or at == len(text)


@given(st.lists(events(), max_size=6))
def test_a_chain_of_any_events_is_whole(recorded: list[AuditEvent]) -> None:
    lines, head = lines_of(recorded)

    found = check_chain(lines, head)

    assert (found.entries, found.head, found.problem) == (len(lines), head, "")


@given(st.lists(events(), min_size=1, max_size=6), st.data())
def test_a_chain_with_an_edit_is_broken(recorded: list[AuditEvent], data: st.DataObject) -> None:
    lines, head = lines_of(recorded)
    at = data.draw(st.integers(0, len(lines) - 1))
    position = data.draw(st.integers(0, len(lines[at]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != lines[at][position]))
    lines[at] = lines[at][:position] + bytes([byte]) + lines[at][position + 1 :]

    found = check_chain(lines, head)

    assert found.problem
    assert found.entries == at


@given(st.lists(events(), min_size=1, max_size=6), st.data())
def test_a_chain_without_one_of_its_entries_is_broken(
    recorded: list[AuditEvent], data: st.DataObject
) -> None:
    lines, head = lines_of(recorded)
    del lines[data.draw(st.integers(0, len(lines) - 1))]

    assert check_chain(lines, head).problem


@given(st.lists(events(), min_size=2, max_size=6), st.data())
def test_a_chain_in_another_order_is_broken(recorded: list[AuditEvent], data: st.DataObject) -> None:
    lines, head = lines_of(recorded)
    moved = data.draw(st.permutations(lines))
    assume(moved != lines)

    assert check_chain(moved, head).problem


@given(st.lists(events(), min_size=1, max_size=4), st.data())
def test_an_entry_that_is_made_anew_breaks_the_chain_behind_it(
    recorded: list[AuditEvent], data: st.DataObject
) -> None:
    """Also where its own hash is right: that of the end is another."""
    lines, head = lines_of(recorded)
    at = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(events())
    assume(other != recorded[at])
    before = head_of_line(lines[at - 1]) if at else Head()
    lines[at] = line_of(entry_after(other, before)).encode()

    assert check_chain(lines, head).problem


def head_of_line(line: bytes) -> Head:
    values = json.loads(line)
    return Head(values["n"], values["hash"])
