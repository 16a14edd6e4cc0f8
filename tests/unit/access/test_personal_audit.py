"""The audit log has no more of personal attributes than the record."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.access import LOCAL
from impactgraph.audit.entries import event_of
from impactgraph.bootstrap import open_audit
from impactgraph.ingest.personal import PersonalRules
from impactgraph.usecases.access import NoAudit

RULES = PersonalRules.of({"email": "hash", "name": "drop", "tier": "plain"}, b"a secret of the shop")
SCOPES: st.SearchStrategy[Any] = st.recursive(
    st.just({"email": ["jane@example.com"], "name": "jane", "tier": "gold"}),
    lambda inner: (
        st.lists(inner, max_size=2) | st.fixed_dictionaries({"scope": inner, "target": st.just(1.5)})
    ),
    max_leaves=4,
)


@given(SCOPES)
def test_arguments_have_values_as_the_record_keeps_them(scope: Any) -> None:
    arguments = event_of(LOCAL, 0, "reportFailure", {"input": scope}).arguments

    kept = RULES.arguments(arguments)

    assert "jane" not in str(kept)
    assert str(kept).count("gold") == str(arguments).count("gold") == str(kept).count("'hash:")
    assert str(kept).count("1.5") == str(arguments).count("1.5")


@pytest.mark.parametrize("name", ["text", "summary", "evidence", "note"])
@pytest.mark.parametrize("rules", [RULES, PersonalRules.of({"name": "drop"})], ids=["key", "no key"])
def test_free_texts_show_nothing_wherever_they_are(name: str, rules: PersonalRules) -> None:
    arguments = {name: "Jane Doe", "alerts": [{name: "Jane Doe"}], "each": [{name: ["Jane Doe", None]}]}

    kept = rules.arguments(arguments)

    assert "jane" not in str(kept).lower()
    assert str(kept).count("8 characters") == 3


def test_equal_free_texts_can_be_recognised_by_whoever_has_the_key() -> None:
    first, same, other = (RULES.arguments({"text": text}) for text in ("Jane Doe", "jane doe", "John Doe"))

    assert first == same != other
    assert RULES.arguments({"text": "Jane Doe"}) != PersonalRules.of(
        {"email": "hash"}, b"the secret of another shop"
    ).arguments({"text": "Jane Doe"})


def test_the_log_is_written_without_them_and_its_chain_is_whole(tmp_path: Path) -> None:
    log = open_audit(str(tmp_path), personal=RULES)
    scope = {"attributes": {"email": ["jane@example.com"], "name": ["Jane"]}}

    log.append([event_of(LOCAL, 5, "reportFailure", {"input": {"target": "system:oms", "scope": scope}})])

    text = (tmp_path / "audit.jsonl").read_text()
    assert "jane" not in text.lower() and "system:oms" in text
    assert not log.check().problem
    (entry,) = log.entries()
    assert entry.event.arguments["input"]["scope"]["attributes"]["name"] == ["***"]


def test_without_rules_arguments_are_recorded_as_they_are() -> None:
    arguments = {"scope": {"email": ["jane@example.com"]}}

    (entry,) = NoAudit().append([event_of(LOCAL, 0, "x", PersonalRules().arguments(arguments))])

    assert entry.event.arguments == arguments
