"""Scopes that name personal values: no surface shows the value to a role that may not see it."""

import json
from collections.abc import Iterator
from contextlib import closing
from random import Random
from typing import Any

import pytest

from graph_models.access import LOCAL, MASK, Principal, Role, View
from graph_models.impact import Question
from graph_models.time import MINUTE
from impactgraph.ingest.personal import PersonalRules
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.snapshot import snapshot
from tests.row_filter.small_shop import (
    DOCUMENTS,
    NOW,
    PERSONAL,
    TOPOLOGY_OF_SHOP,
    lines_of,
    random_shop,
)
from tests.row_filter.surfaces import SURFACES, Asked, Clock, Window
from tests.stores.events import at, entered, event, placed

VALUES = ("Jane.Doe+1@example.com", "jürgen (home)@example.com", "o-0@example.com")


def _reports(value: str, number: int) -> Iterator[bytes]:
    """A failure, a change, maintenance and what people and the server wrote, each with the value."""
    scope, name = {"attributes": {"email": [value]}}, f"F-{number}"
    text = f"{value.upper()} called: “{value}”."
    began = {"target": "system:wms", "class": "outage"}
    yield event("failure.reported", 20 + number, failure=name, scope=scope, summary=text, **began)
    yield event("failure.updated", 21 + number, failure=name, scope=scope, evidence=f"https://x/?q={value}")
    yield event("incident.noted", 25, incident=name, note=text, by="ops")
    yield event(
        "change.started", 15, change=f"C-{number}", elements=["system:wms"], scope=scope, summary=text
    )
    yield event(
        "maintenance.planned",
        16,
        maintenance=f"M-{number}",
        scope=scope,
        note=text,
        starts_at="2026-03-02T12:30:00Z",
        ends_at="2026-03-03T12:30:00Z",
    )
    notice = {"notice": f"N-{number}", "incident": name, "rule": "r", "channel": "c", "state": "failed"}
    yield event("notice.changed", 30, **notice, text=text, reason=text)


@pytest.fixture(scope="module")
def store() -> Iterator[EmbeddedStore]:
    shop = random_shop(7)
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(TOPOLOGY_OF_SHOP, DOCUMENTS, NOW - 10_000 * MINUTE)
        store.ingest(lines_of([line for _, line in shop.events]))
        lines = [line for number, value in enumerate(VALUES) for line in _reports(value, number)]
        result = store.ingest(lines)
        assert not result.quarantined, result.quarantined[0].reason
        yield store


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    window = Window(Clock(NOW))
    yield window
    window.close()


def _shown(window: Window, store: EmbeddedStore, role: Role, name: str) -> str:
    principal = LOCAL if role is Role.ADMIN else Principal("key:1", "somebody", frozenset({role}))
    window.use(store, principal)
    asked = Asked(Random(3), random_shop(7).orders, NOW)
    return json.dumps(SURFACES[name](asked)(window), ensure_ascii=False).casefold()


ECHOES = {"search", "what if", "a report, tried"}
"""Surfaces that repeat what was asked: they ask for such values themselves."""


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
def test_no_surface_shows_a_value_to_a_masked_role(window: Window, store: EmbeddedStore, role: Role) -> None:
    shown = {name: _shown(window, store, role, name) for name in sorted(SURFACES.keys() - ECHOES)}

    assert [
        (name, value) for name, text in shown.items() for value in VALUES if value.casefold() in text
    ] == []
    assert MASK in shown["failures"] and MASK in shown["notices"]


def test_whoever_may_see_it_sees_the_value(window: Window, store: EmbeddedStore) -> None:
    for name in ("failures", "notices"):
        assert VALUES[0].casefold() in _shown(window, store, Role.ADMIN, name)


def test_different_values_stay_different_at_every_moment(store: EmbeddedStore) -> None:
    view = store.view(View(masked=PERSONAL))
    scopes = {
        failure.key: failure.scope for failure in view.failures() if failure.key in ("F-0", "F-1", "F-2")
    }

    assert len(set(scopes.values())) == len(VALUES)
    earlier = {failure.key: failure.scope for failure in view.failures(NOW - MINUTE)}
    assert {key: earlier[key] for key in scopes} == scopes
    assert {change.key: change.scope for change in view.journal().changes}["C-1"] == scopes["F-1"]


def test_a_mask_is_not_recorded_as_a_value(window: Window, store: EmbeddedStore) -> None:
    window.use(store, Principal("key:1", "somebody", frozenset({Role.RESPONDER})))
    scope = {"attributes": {"email": [f"{MASK}1"]}}
    query = 'mutation($to:FailureUpdate!){updateFailure(id:"F-0",input:$to){problems{message}}}'
    answer: Any = window.ask(query, to={"scope": scope})

    assert "stands for a value that you may not see" in json.dumps(answer, ensure_ascii=False)


def test_a_refused_report_is_masked_in_the_quarantine() -> None:
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(TOPOLOGY_OF_SHOP, DOCUMENTS, NOW - 10_000 * MINUTE)
        scope = {"attributes": {"email": [VALUES[0]], "tier": ["gold"]}}
        wrong = {"failure": "F-9", "target": "system:nowhere", "class": "outage"}
        store.ingest([event("failure.reported", 1, scope=scope, summary=VALUES[0], **wrong)])
        (entry,) = store.view(View(masked=PERSONAL)).quarantined()

    assert VALUES[0] not in entry.text + entry.reason
    assert MASK in entry.text and "gold" in entry.text


@pytest.mark.parametrize(("keep", "affected"), [("plain", 1), ("hash", 1), ("mask", 1), ("drop", 0)])
def test_a_scope_that_names_a_value_is_that_of_the_orders_that_have_it_however_it_is_kept(
    keep: str, affected: int
) -> None:
    """Where nothing is kept of the values, no order is known to have it: never all of them."""
    scope = {"attributes": {"email": ["jane@example.com", "ann@example.com"]}}
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(TOPOLOGY_OF_SHOP, DOCUMENTS, NOW - 10_000 * MINUTE)
        store.keep_personal(PersonalRules.of({"email": keep}, b"a secret of the shop"))
        for order, email in (("O-1", "jane@example.com"), ("O-2", "bob@example.com")):
            store.ingest([placed(order, attributes={"email": email}), entered("promise", 1, f"{order}/1")])
        result = store.ingest(
            [
                event(
                    "failure.reported",
                    2,
                    failure="F-1",
                    target="system:oms",
                    scope=scope,
                    **{"class": "outage"},
                )
            ]
        )
        with snapshot(store, None, at(30)) as s:
            orders = answer_question(s, Question()).estimates.orders.possible
        kept = str([failure.scope for failure in store.failures()])

    assert (result.quarantined, orders) == ([], affected)
    assert keep == "plain" or "jane" not in kept
