"""What is kept of personal attributes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.personal import PersonalRules

KEY = b"a secret of the shop\n"
RULES = PersonalRules.of({"email": "hash", "phone": "mask", "name": "drop", "tier": "plain"}, KEY)
NAMES = st.sampled_from(["email", "phone", "name"])
VALUES = st.text(min_size=4, alphabet='äbcdefgh0123456789@.-"\\\u2028')
TREES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(NAMES, VALUES, TREES, st.booleans())
def test_a_value_is_nowhere_in_what_is_kept(name: str, value: str, tree: Any, ascii_only: bool) -> None:
    document = {"data": {"order": "O-1", "attributes": {name: value}}, "rest": [tree, {name: value}]}
    kept = RULES.text(json.dumps(document, ensure_ascii=ascii_only).encode())

    content = json.loads(kept)
    assert (
        content["data"]["attributes"] == {}
        if name == "name"
        else content["data"]["attributes"][name] != value
    )
    assert content["rest"][1] == content["data"]["attributes"]
    assert content["rest"][0] == json.loads(json.dumps(tree)) or "email" in str(tree)


@given(VALUES)
def test_equal_values_have_equal_hashes_and_a_hash_stays(value: str) -> None:
    kept = RULES.value("email", value)
    assert (
        kept == RULES.value("email", f" {value.upper().lower()} ") or value.lower() != value.upper().lower()
    )
    assert kept is not None
    assert RULES.value("email", kept) == kept
    assert kept != PersonalRules.of({"email": "hash"}, b"another secret of it").value("email", value)


def test_documents_without_the_names_stay_as_they_are_and_numbers_as_they_were_written() -> None:
    line = b'{"data": {"value": 60.00, "attributes": {"tier": "gold"}}}'
    assert RULES.text(line) is line
    assert RULES.text(b'{"value": 60.00, "phone": "0123"}') == b'{"value":60.00,"phone":"0***"}'


@pytest.mark.parametrize(
    "text", [b"mail from jane@example.com", b'{"name": "Jane', b"\xff\xfename", b"[" * 5000]
)
def test_what_is_no_json_is_not_kept(text: bytes) -> None:
    assert RULES.text(text).startswith(b"(not kept")


@pytest.mark.parametrize("depth", [100, 700, 980, 5_000])
@pytest.mark.parametrize("around", ["[{}]", '{{"a":{}}}'])
def test_a_value_is_found_however_deeply_it_is_nested(depth: int, around: str) -> None:
    start, end = around.format(" ").split(" ")
    text = (start * depth + '{"email": "jane@example.com"}' + end * depth).encode()

    kept = RULES.text(text)

    assert b"jane" not in kept and (b"hash:" in kept or kept.startswith(b"(not kept"))


def test_without_rules_everything_is_kept() -> None:
    line = b"mail from jane@example.com"
    assert PersonalRules().text(line) is line
    assert PersonalRules().document(line) is line


def test_hashes_need_a_secret() -> None:
    with pytest.raises(BadInputError, match="email: to keep hashes, IMPACTGRAPH_PERSONAL_KEY_FILE"):
        PersonalRules.of({"email": "hash"}, b"short")
