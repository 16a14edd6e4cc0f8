"""Laws of the comparison of a system's list: every row is accounted for, sums add up, the order of lists and
events does not matter, a list made from the truth gives no finding, and an order alone has the findings that
it has among others.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.diagnosis import ListingKind
from graph_models.money import total
from graph_models.time import MINUTE
from impactgraph.cli.encode import Encoder
from impactgraph.ports.store import Store
from impactgraph.usecases.reconcile import ReconcileQuestion, reconcile
from impactgraph.usecases.records import RecordsQuestion, watch_records
from impactgraph.usecases.report_list import SystemListing, list_lines
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.why import cases
from tests.properties.test_events_commute import store_with
from tests.stores.events import at, entered, of, placed

NOW = at(600)
_ORDERS = ("O-1", "O-2", "O-3", "O-4")
_SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def shops(draw: Callable[..., Any]) -> list[bytes]:
    """Events of some orders: placed in the first hour, in some steps, some with postings and an end."""
    lines: list[bytes] = []
    for order in _ORDERS[: draw(st.integers(1, 4))]:
        begin = draw(st.integers(0, 60))
        workflow = draw(st.sampled_from(["collect", "ship"]))
        parts = draw(st.integers(1, 2))
        lines.append(placed(order, begin, workflow=workflow, parts=parts))
        if draw(st.booleans()):
            value = draw(st.sampled_from([None, "70.00"]))
            edited_at = begin + draw(st.sampled_from([5, 300]))
            edit = placed(order, edited_at, workflow=workflow)
            lines.append(edit if value is None else placed(order, edited_at, workflow=workflow, value=value))
        steps = {"collect": ["promise", "pick", "hand-over"], "ship": ["promise", "pack", "deliver"]}[
            workflow
        ]
        for part in range(1, parts + 1):
            key = f"{order}/{part}"
            moment = begin
            for step in steps[: draw(st.integers(0, 3))]:
                moment += draw(st.integers(0, 90))
                lines.append(entered(step, moment, key))
            if draw(st.booleans()):
                document = {"document": f"D-{key}"} if draw(st.booleans()) else {}
                later = moment + draw(st.integers(0, 200))
                posted = {"amount": "60.00", "currency": "EUR"} | document
                lines.append(of("posting.recorded", later, key, type="invoice", **posted))
            if draw(st.booleans()):
                end = draw(st.sampled_from(["fulfillment.completed", "fulfillment.cancelled"]))
                lines.append(of(end, moment + draw(st.integers(0, 200)), key))
    return lines


_IDS = st.sampled_from(
    [*_ORDERS, "O-1/1", "O-2/2", "D-O-1/1", "D-O-2/1", "o-1", "X-1", "order:O-2", "fulfillment:O-3/1"]
)


@st.composite
def listings(draw: Callable[..., Any]) -> SystemListing:
    rows = [
        {"id": id_}
        | ({"amount": amount} if amount else {})
        | ({"currency": currency} if currency else {})
        | ({"state": state} if state else {})
        for id_, amount, currency, state in draw(
            st.lists(
                st.tuples(
                    _IDS,
                    st.sampled_from(["", "60", "60.00", "1.5"]),
                    st.sampled_from(["", "EUR", "USD"]),
                    st.sampled_from(["", "open", "closed", "pick", "??"]),
                ),
                max_size=8,
            )
        )
    ]
    refused = draw(
        st.lists(
            st.sampled_from(
                [{"place": "line 9", "reason": "no id"}, {"place": "line 8", "reason": "x", "id": "O-4"}]
            ),
            max_size=2,
        )
    )
    moment = at(draw(st.sampled_from([30, 120, 240, 599])))
    placed_from = draw(st.sampled_from([None, at(20)]))
    return SystemListing(
        draw(st.sampled_from(["erp", "oms"])),
        moment,
        rows,
        refused,
        complete=draw(st.booleans()),
        placed_from=placed_from,
    )


def answers(store: Store) -> dict[str, Any]:
    """The comparison of the latest list of each system, with all findings."""
    seen: dict[str, Any] = {}
    for system in store.system_lists():
        with reconcile(store, ReconcileQuestion(system), NOW) as answer:
            seen[system] = (Encoder().encode(answer.result), Encoder().encode(answer.findings()))
    return seen


def watched(store: Store) -> list[Any]:
    """Findings of the watch on lists."""
    with watch_records(store, RecordsQuestion(), NOW) as answer:
        return sorted(
            json.dumps(Encoder().encode(each), default=str)
            for each in answer.all()
            if each.listing is not None
        )


@_SLOW
@given(shops(), listings())
def test_every_row_is_accounted_for_and_sums_add_up_by_currency(
    events: list[bytes], listing: SystemListing
) -> None:
    with (
        store_with([[*events, *list_lines(listing)]]) as store,
        reconcile(store, ReconcileQuestion(listing.system), NOW) as answer,
    ):
        result, findings = answer.result, answer.findings()

    rows = result.rows
    assert (
        rows.total
        == len(listing.rows) + len(listing.refused)
        == (rows.matched + rows.differing + rows.unknown + rows.repeated + rows.refused)
    )
    assert min(rows.matched, rows.differing, rows.unknown, rows.repeated) >= 0
    assert {each.kind: each.count for each in result.totals} == Counter(
        each.listing.kind for each in findings
    )
    for each in result.totals:
        own = [finding for finding in findings if finding.listing.kind is each.kind]
        listed = total(f.listing.amount for f in own if f.listing.amount is not None)
        assert each.listed_amount == listed
        if each.kind is not ListingKind.UNKNOWN:
            assert each.amount == total(f.amount for f in own if f.amount is not None)
    if not listing.complete:
        assert ListingKind.MISSING not in {each.kind for each in result.totals} and not result.not_due


@_SLOW
@given(shops(), st.lists(listings(), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_lists_and_events_does_not_matter(
    events: list[bytes], lists: list[SystemListing], chance: random.Random
) -> None:
    lines = [*events, *(line for each in lists for line in list_lines(each))]
    shuffled = [*lines, *lines[:2]]
    chance.shuffle(shuffled)

    with store_with([lines]) as together, store_with([[line] for line in shuffled]) as apart:
        assert answers(apart) == answers(together)
        assert watched(apart) == watched(together)


@_SLOW
@given(shops(), st.sampled_from(["erp", "oms"]), st.sampled_from([30, 120, 599]))
def test_a_list_made_from_the_truth_gives_no_finding(events: list[bytes], system: str, minutes: int) -> None:
    with store_with([events]) as store:
        orders = store.orders(_ORDERS, at(minutes))
        rows = [
            {
                "id": order.key,
                "amount": f"{order.value.amount:f}",
                "currency": order.value.currency,
                "state": order.status.value,
            }
            for order in orders.values()
        ]
        store.ingest(list_lines(SystemListing(system, at(minutes), rows)))
        with reconcile(store, ReconcileQuestion(system, at(minutes)), NOW) as answer:
            then = answer.result

        assert (then.totals, then.not_due, then.rows.matched) == ((), 0, len(rows))
        assert watched(store) == [
            each for each in watched(store) if json.loads(each)["order"]["id"][6:] not in orders
        ]


@_SLOW
@given(shops(), st.lists(listings(), min_size=1, max_size=2))
def test_an_order_alone_has_the_findings_that_it_has_among_others(
    events: list[bytes], lists: list[SystemListing]
) -> None:
    with store_with([[*events, *(line for each in lists for line in list_lines(each))]]) as store:
        with snapshot(store, None, NOW) as s:
            alone = sorted(
                json.dumps(Encoder().encode(each), default=str)
                for key in _ORDERS
                for case in cases(s, [key]).values()
                for each in case.situation.findings
                if each.listing is not None
            )
        assert alone == watched(store)


@_SLOW
@given(shops(), listings())
def test_a_later_list_that_has_everything_heals_what_is_missing(
    events: list[bytes], listing: SystemListing
) -> None:
    later = SystemListing(
        listing.system, listing.at + MINUTE, [{"id": order} for order in _ORDERS], complete=False
    )
    with store_with([[*events, *list_lines(listing), *list_lines(later)]]) as store:
        assert not [each for each in watched(store) if json.loads(each)["listing"]["kind"] == "MISSING"]
