"""The same events in any order, in any batches, however often: the same state."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impactgraph.stores.embedded import EmbeddedStore
from tests.properties.plain_fold import plainly
from tests.stores.events import DOCUMENTS, NOON, at, entered, event, of, placed, reported, topology
from tests.stores.seen import everything, fulfillments

_TOPOLOGY = topology()
_MINUTES = st.integers(0, 6)
_WHO = st.sampled_from(["O-1/1", "O-1/2", "O-2/1"])
_STEP = st.sampled_from(["promise", "pick", "hand-over", "pack", "deliver"])
_WORKFLOW = st.sampled_from(["collect", "ship"])
_PLACE = st.sampled_from([{}, {"location": "store-1"}, {"location": "store-2"}])


def _placed(
    order: str,
    minutes: int,
    workflow: str,
    place: dict[str, str],
    parts: int,
    attributes: dict[str, str],
    tier: str | None,
    adds: bool,
) -> bytes:
    more: dict[str, Any] = {"customer_tier": tier} if tier else {}
    more |= {"adds": True} if adds else {}
    return placed(
        order,
        minutes,
        workflow=workflow,
        location=place.get("location"),
        parts=parts,
        attributes=attributes,
        **more,
    )


EVENTS = st.one_of(
    st.builds(
        _placed,
        st.sampled_from(["O-1", "O-2"]),
        _MINUTES,
        _WORKFLOW,
        _PLACE,
        st.integers(1, 2),
        st.dictionaries(st.sampled_from(["carrier", "brand"]), st.sampled_from(["a", "b"])),
        st.sampled_from([None, "gold", "basic"]),
        st.booleans(),
    ),
    st.builds(
        lambda step, minutes, who, place: entered(step, minutes, who, **place), _STEP, _MINUTES, _WHO, _PLACE
    ),
    st.builds(
        lambda step, minutes, who, place: entered(step, minutes, who, **place), _STEP, _MINUTES, _WHO, _PLACE
    ),
    st.builds(
        lambda minutes, who, place, target: of(
            "fulfillment.rerouted", minutes, who, workflow=target[0], step=target[1], **place
        ),
        _MINUTES,
        _WHO,
        _PLACE,
        st.sampled_from([("ship", "promise"), ("ship", "pack"), ("collect", "pick")]),
    ),
    st.builds(
        lambda minutes, who, step, code: of("fulfillment.failed", minutes, who, step=step, code=code),
        _MINUTES,
        _WHO,
        _STEP,
        st.sampled_from("AB"),
    ),
    st.builds(lambda minutes, who: of("fulfillment.completed", minutes, who), _MINUTES, _WHO),
    st.builds(lambda minutes, who: of("fulfillment.cancelled", minutes, who), _MINUTES, _WHO),
    st.builds(
        lambda minutes, order: event("order.cancelled", minutes, order=order),
        _MINUTES,
        st.sampled_from(["O-1", "O-2"]),
    ),
    st.builds(
        lambda minutes, who, type_, said: of("posting.recorded", minutes, who, type=type_, **said),
        _MINUTES,
        _WHO,
        st.sampled_from(["invoice", "refund"]),
        st.sampled_from(
            [
                {},
                {"amount": "12.50", "currency": "EUR"},
                {"amount": 1e3, "currency": "JPY", "document": "D-1"},
                {"amount": "-0.1234565", "currency": "EUR", "document": "D-2"},
                {"amount": "1E+2", "document": ""},
            ]
        ),
    ),
    st.builds(
        lambda minutes, who, type_: of("notification.sent", minutes, who, type=type_),
        _MINUTES,
        _WHO,
        st.sampled_from(["shipped", "thanks"]),
    ),
    st.builds(
        lambda minutes, severity: reported("F-1", minutes, severity=severity),
        _MINUTES,
        st.sampled_from(["info", "error"]),
    ),
    st.builds(
        lambda minutes, name: event("failure.updated", minutes, failure=name, delay="5m"),
        _MINUTES,
        st.sampled_from(["F-1", "F-2"]),
    ),
    st.builds(lambda minutes: event("failure.resolved", minutes, failure="F-1"), _MINUTES),
    st.builds(
        lambda minutes, system, key, part, rows: event(
            "list.reported", minutes, system=system, list=key, part=part, parts=2, complete=True, rows=rows
        ),
        _MINUTES,
        st.sampled_from(["oms", "erp"]),
        st.sampled_from("ab"),
        st.integers(1, 2),
        st.lists(
            st.fixed_dictionaries(
                {"id": st.sampled_from(["O-1", "O-2/1", "X"])},
                optional={
                    "amount": st.sampled_from(["1", "2.50"]),
                    "currency": st.sampled_from(["EUR", "JPY"]),
                    "state": st.sampled_from(["open", "closed"]),
                },
            ),
            max_size=3,
        ),
    ),
)


@contextmanager
def store_with(batches: Sequence[Sequence[bytes]]) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(_TOPOLOGY, DOCUMENTS, at(-60))
    for batch in batches:
        store.ingest(batch)
    yield store
    store.close()


def _seen(store: EmbeddedStore) -> dict[str, Any]:
    return everything(store) | {
        "aside": sorted(json.loads(refused.text)["id"] for refused in store.quarantined())
    }


def _split(events: Sequence[bytes], chance: random.Random) -> list[list[bytes]]:
    shuffled = [*events, *chance.sample(events, len(events) // 3)]
    chance.shuffle(shuffled)
    batches: list[list[bytes]] = [[]]
    for line in shuffled:
        batches[-1].append(line)
        if chance.random() < 0.3:
            batches.append([])
    return batches


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=24), st.randoms(use_true_random=False))
def test_the_same_events_give_the_same_state_in_any_order_and_any_batches(
    events: list[bytes], chance: random.Random
) -> None:
    with store_with([events]) as together, store_with(_split(events, chance)) as apart:
        assert _seen(apart) == _seen(together)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=20), _MINUTES)
def test_the_state_as_of_a_moment_is_that_of_the_events_up_to_it(events: list[bytes], minutes: int) -> None:
    until = [
        line for line in events if json.loads(line)["time"] <= (NOON + timedelta(minutes=minutes)).isoformat()
    ]

    with store_with([events]) as all_of_it, store_with([until]) as that_part:
        assert _placed_ones(everything(all_of_it, at(minutes))) == _placed_ones(everything(that_part))


def _placed_ones(seen: dict[str, Any]) -> dict[str, Any]:
    """Without orders and fulfillments of which nothing says yet what they are: an event of theirs may be
    aside in one store, since it did not fit later.
    """
    orders = {key: order for key, order in seen["orders"].items() if order["placed_at"]}
    return seen | {
        "orders": orders,
        "fulfillments": {key: f for key, f in seen["fulfillments"].items() if f["workflow"]},
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_state_rebuilt_from_the_record_is_the_state_kept_up_to_date(
    events: list[bytes], chance: random.Random
) -> None:
    with store_with(_split(events, chance)) as store:
        kept = everything(store)
        store.reload()

        assert everything(store) == kept


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=24), st.randoms(use_true_random=False))
def test_the_state_agrees_with_a_plain_fold_of_each_event(events: list[bytes], chance: random.Random) -> None:
    plain = plainly(events, _TOPOLOGY)

    with store_with(_split(events, chance)) as store:
        kept = fulfillments(store)
    assert {name: {field: kept[name][field] for field in state} for name, state in plain.items()} == plain
