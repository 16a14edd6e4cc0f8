"""Masks of personal values: nothing of a value is left, and different values stay different."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from graph_models.access import MASK
from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.journal import Change, ChangeKind, Journal
from graph_models.masking import Masks
from graph_models.scope import Scope
from impactgraph.ports.ingest import QuarantinedEvent
from impactgraph.stores.local.masked_texts import masked_entry

VALUES = st.lists(
    st.text(min_size=4, max_size=12).filter(lambda text: "•" not in text), min_size=1, max_size=4
)


def reported(number: int, value: str, text: str = "") -> Failure:
    scope = Scope.from_mapping({"attributes.email": [value], "regions": ["emea"]})
    return Failure(f"F-{number}", "system:oms", FailureClass.OUTAGE, number, scope=scope, summary=text)


@given(VALUES, st.lists(st.sampled_from(["upper", "lower", "title", "strip"]), min_size=4, max_size=4))
def test_no_text_has_a_value_however_it_is_written(values: list[str], forms: list[str]) -> None:
    written = [getattr(value, form)() for value, form in zip(values, forms, strict=False)]
    addresses = [f"https://x/?q={quote(value, safe='')}" for value in values]
    text = " and ".join([*values, *written, *addresses])
    failures = [reported(number, value, text) for number, value in enumerate(values)]
    journal = Journal(changes=(Change("C", ChangeKind.OTHER, 0, scope=failures[0].scope, summary=text),))
    masks = Masks.of(["email"], failures, journal)

    shown = [masks.failure(failure) for failure in failures]
    (change,) = masks.journal(journal).changes

    for value in values:
        assert all(value not in each.summary for each in shown)
        assert all(value not in str(each.scope.values("attributes.email")) for each in shown)
        assert all(quote(value, safe="") not in each.summary for each in shown)
        assert value not in change.summary and value not in str(change.scope.values("attributes.email"))
    assert len({each.scope for each in shown}) == len(set(values))
    assert change.scope == shown[0].scope
    assert all(each.scope.values("regions") == ("emea",) for each in shown)


@given(VALUES)
def test_a_later_report_changes_no_mask(values: list[str]) -> None:
    failures = [reported(number, value) for number, value in enumerate(values)]

    earlier, later = (Masks.of(["email"], failures[:end], Journal()) for end in (1, len(failures)))

    assert earlier.failure(failures[0]).scope == later.failure(failures[0]).scope


def test_other_attributes_are_shown() -> None:
    failure = reported(1, "jane@example.com", "jane@example.com")

    assert Masks.of(["phone"], [failure], Journal()).failure(failure) == failure


PLACES: st.SearchStrategy[Mapping[str, Any]] = st.recursive(
    st.just({"email": "VALUE"}),
    lambda inner: st.fixed_dictionaries({"a": st.lists(inner, max_size=3), "b": inner}) | inner,
    max_leaves=6,
)


@given(st.text(min_size=4, max_size=12).filter(lambda text: "•" not in text), PLACES)
def test_a_refused_event_is_shown_without_a_value_wherever_it_has_it(
    value: str, place: Mapping[str, Any]
) -> None:
    data = json.loads(json.dumps(place).replace('"VALUE"', json.dumps(value)))
    event = {"id": json.dumps(data), "type": "order.placed", "email": [value, {"of": value}], "data": data}
    entry = QuarantinedEvent(1, f"data.step: {value!r} is no step of {value}", json.dumps(event))

    shown = masked_entry(entry, ["email"])

    assert value not in shown.reason
    texts = list(_texts(json.loads(shown.text)))
    assert MASK in texts and all(value not in text or value in "email order.placed" for text in texts)


def _texts(node: Any) -> Any:
    if isinstance(node, str):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _texts(each)


def test_a_deeply_nested_event_is_masked() -> None:
    text = '{"data": {"a": ' + "[" * 900 + '{"email": "jane@example.com"}' + "]" * 900 + "}}"

    assert "jane" not in masked_entry(QuarantinedEvent(1, "it is nested too deeply", text), ["email"]).text
