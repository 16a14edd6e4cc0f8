"""Orders and values of attributes are forgotten, and orders are removed by their age: for good."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from impactgraph.errors import RemovedError
from impactgraph.ingest.personal import PersonalRules
from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.removal import ForgetRequest, RetentionRule
from impactgraph.ports.sources import RefusedDocument, SourceBatch
from impactgraph.ports.store import Store
from impactgraph.stores.local.store import LocalStore
from tests.stores.events import at, entered, event, of, placed
from tests.stores.seen import everything

EMAIL = "jane.doe@example.com"


def fill(store: Store) -> None:
    """An order of Jane that ended, another one of her that did not, and one of somebody else."""
    number = store.begin_ingest([], at(-5))
    jane: dict[str, Any] = {
        "attributes": {"customer-email": EMAIL, "customer-name": "Jane Doe", "tier": "gold"}
    }
    store.ingest(
        [
            placed("O-77", 0, **jane),
            entered("promise", 1, "O-77/1"),
            entered("pick", 2, "O-77/1"),
            of("fulfillment.failed", 3, "O-77/1", step="pick", message=f"no answer from {EMAIL}"),
            entered("hand-over", 4, "O-77/1"),
            of(
                "posting.recorded",
                5,
                "O-77/1",
                type="invoice",
                document="INV-77",
                amount="60.00",
                currency="EUR",
            ),
            of("fulfillment.completed", 6, "O-77/1"),
            placed("O-771", 7, **jane),
            entered("promise", 8, "O-771/1"),
            placed("O-8", 9),
            entered("promise", 10, "O-8/1"),
            entered("unknown-step", 11, "O-77/1"),
            event("failure.reported", 12, failure="F-1", target="system:oms", **{"class": "outage"}),
            b'{"not": "an event", "about": "O-77"}',
            f"mail to {EMAIL}".encode(),
        ],
        ingest=number,
    )
    store.end_ingest(number, {"places": [f"line 4: {EMAIL}", "O-77 is odd"]}, at(13))


def forget(store: Store, *orders: str, **attributes: str) -> Any:
    values = [(name.replace("_", "-"), [value]) for name, value in attributes.items()]
    return store.forget(ForgetRequest(orders, values), at(20))


def test_nothing_of_a_forgotten_order_is_left(store: Store) -> None:
    fill(store)
    result = forget(store, "O-77")

    assert result.search.places == ()
    assert (result.orders, result.events, result.entries) == (1, 7, 2)
    assert store.orders(["O-77", "O-771"]).keys() == {"O-771"}
    assert store.forgotten_at("O-77") == at(20)
    assert store.forgotten_at("O-771") is None


def test_a_store_without_the_order_shows_the_same_as_one_that_never_had_it(
    store: Store, other: Callable[[], Store]
) -> None:
    fill(store)
    forget(store, "O-77")
    expected = other()
    expected.ingest(
        [
            placed(
                "O-771", 7, attributes={"customer-email": EMAIL, "customer-name": "Jane Doe", "tier": "gold"}
            ),
            entered("promise", 8, "O-771/1"),
            placed("O-8", 9),
            entered("promise", 10, "O-8/1"),
            event("failure.reported", 12, failure="F-1", target="system:oms", **{"class": "outage"}),
        ]
    )
    assert everything(store) == everything(expected)


def test_events_of_a_forgotten_order_that_come_again_are_not_taken(store: Store) -> None:
    fill(store)
    forget(store, "O-77")
    result = store.ingest(
        [placed("O-77", 0), entered("no-such-step", 30, "O-77/1"), b"broken O-77", placed("O-9", 31)]
    )

    assert (result.accepted_count, result.duplicate_count, len(result.quarantined)) == (1, 3, 0)
    assert store.orders(["O-77"]) == {}
    assert forget(store, "O-77").search.places == ()


def test_a_value_of_an_attribute_is_forgotten_and_its_orders_stay(store: Store) -> None:
    fill(store)
    result = forget(store, customer_email=EMAIL.upper())

    assert result.search.places == ()
    assert result.edited_orders == 2
    assert store.orders(["O-77"])["O-77"].attributes == {"customer-name": "Jane Doe", "tier": "gold"}
    assert store.timeline("O-77") is not None
    assert [entry.text for entry in store.quarantined()][:1] != [f"mail to {EMAIL}"]


def test_other_personal_attributes_of_the_orders_go_with_the_value(store: Store) -> None:
    fill(store)
    store.forget(ForgetRequest((), [("customer-email", [EMAIL])], ["customer-name"]), at(20))

    assert store.orders(["O-771"])["O-771"].attributes == {"tier": "gold"}


def test_what_was_taken_back_before_is_gone_from_the_log_too(store: Store) -> None:
    fill(store)
    store.undo_ingest(1, at(15))

    assert forget(store, "O-77", customer_email=EMAIL).search.places == ()


def test_a_restart_changes_nothing(store: LocalStore) -> None:
    fill(store)
    forget(store, "O-77")
    before = everything(store)
    store.reload()

    assert everything(store) == before
    assert store.forgotten_at("O-77") == at(20)


RULE = RetentionRule("old", at(100))


def test_retention_removes_orders_that_ended_before_and_keeps_the_others(store: Store) -> None:
    fill(store)
    planned = store.retain(RULE, at(200), dry_run=True)
    assert store.orders(["O-77"])
    result = store.retain(RULE, at(200))

    assert result == planned
    assert (result.orders, result.events) == (1, 7)
    assert store.orders(["O-77", "O-771", "O-8"]).keys() == {"O-771", "O-8"}


def test_the_state_of_a_moment_before_retention_is_refused_in_words(store: Store) -> None:
    fill(store)
    store.retain(RULE, at(200))

    with pytest.raises(RemovedError, match="no longer known"), store.columns(at(50)):
        pass
    with store.columns(at(100)) as columns:
        assert len(columns.orders) == 2
    since = store.retained_from()
    assert since is not None
    assert since.answers == at(100)


def test_old_events_of_removed_orders_are_not_taken_again(store: Store) -> None:
    fill(store)
    store.retain(RULE, at(200))
    result = store.ingest([placed("O-77", 0), of("fulfillment.completed", 6, "O-77/1"), placed("O-10", 150)])

    assert (result.accepted_count, result.duplicate_count) == (1, 2)
    assert store.orders(["O-77"]) == {}


def test_an_order_of_which_something_came_later_stays(store: Store) -> None:
    fill(store)
    store.ingest([of("notification.sent", 150, "O-77/1", type="thanks")])

    assert store.retain(RULE, at(200)).orders == 0
    assert store.retained_from() is None


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (RetentionRule("r", at(100), workflows=frozenset({"ship"})), 0),
        (RetentionRule("r", at(100), workflows=frozenset({"collect"})), 1),
        (RetentionRule("r", at(100), statuses=frozenset({"cancelled"})), 0),
        (RetentionRule("r", at(100), statuses=frozenset({"completed"})), 1),
        (RetentionRule("r", at(100), regions=frozenset({"emea"})), 0),
        (RetentionRule("r", at(6)), 0),
    ],
)
def test_a_rule_names_the_orders(store: Store, rule: RetentionRule, count: int) -> None:
    fill(store)
    assert store.retain(rule, at(200), dry_run=True).orders == count


def test_retention_of_the_quarantine(store: Store) -> None:
    fill(store)
    rule = RetentionRule("rejections", at(601), quarantine=True)
    assert store.retain(rule, at(200)).entries == 3
    assert store.quarantined() == []
    assert store.retained_from() is None


def test_the_files_of_the_store_have_nothing_of_a_forgotten_order(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the search that the store makes itself: the bytes of its folder, with long ids."""
    order = "ORDER-WITH-A-LONG-ID-4711"
    store.ingest([placed(order, 0), entered("promise", 1, f"{order}/1"), f"odd {order}".encode()])
    result = forget(store, order)

    folder = store._replica.record.folder  # pyright: ignore[reportPrivateUsage]
    assert folder is not None
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert result.search.files >= len(files)
    assert [path for path in files if order.encode() in path.read_bytes()] == []


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes an embedded store with the topology."""
    from impactgraph.stores.embedded import EmbeddedStore
    from tests.stores.events import DOCUMENTS, topology

    stores: list[Store] = []

    def make() -> Store:
        made = EmbeddedStore.open(tmp_path / "other", now=lambda: at(600))
        made.apply_topology(topology(), DOCUMENTS, at(-60))
        stores.append(made)
        return made

    yield make
    for made in stores:
        made.close()


def test_the_reports_of_ingests_stay_without_it(store: Store) -> None:
    fill(store)
    forget(store, "O-77", customer_email=EMAIL)

    (ingest,) = store.ingests(10)
    assert json.loads(json.dumps(ingest.report)) == {"places": ["line 4: [forgotten]", "[forgotten] is odd"]}


def test_an_event_whose_id_had_a_forgotten_value_is_known_when_it_comes_again(store: Store) -> None:
    line = placed("O-5", 0, id=f"order of {EMAIL}")
    store.ingest([line])
    assert forget(store, customer_email=EMAIL).search.places == ()

    assert store.ingest([line]).duplicate_count == 1


PERSONAL = PersonalRules.of({"customer-email": "hash", "customer-name": "drop"}, b"a secret of the shop")


def test_personal_attributes_are_kept_as_the_rules_say_and_found_by_their_value(store: LocalStore) -> None:
    store.keep_personal(PERSONAL)
    fill(store)
    store.reload()

    attributes = store.orders(["O-77"])["O-77"].attributes
    assert attributes == {"tier": "gold", "customer-email": PERSONAL.value("customer-email", EMAIL)}
    with store.columns() as columns:
        emails = columns.dictionaries.attributes["customer-email"]
        assert emails.find(EMAIL) == emails.find(attributes["customer-email"]) is not None
        assert emails.mask_of([EMAIL]).sum() == 1
    texts = [entry.text for entry in store.quarantined()]
    assert len([text for text in texts if text.startswith("(not kept")]) == 1


def test_a_hashed_value_is_forgotten_by_the_value(store: LocalStore) -> None:
    store.keep_personal(PERSONAL)
    fill(store)
    result = forget(store, customer_email=EMAIL)

    assert result.edited_orders == 2
    assert result.search.places == ()
    assert store.orders(["O-77"])["O-77"].attributes == {"tier": "gold"}


def test_a_refused_document_of_a_source_is_not_kept(store: LocalStore) -> None:
    store.keep_personal(PERSONAL)
    refused = RefusedDocument(json.dumps({"mail": EMAIL}).encode(), "no order", "topic 1")
    store.ingest_source(SourceBatch("orders", refused=[refused]), [])

    (entry,) = store.quarantined()
    assert entry.text.startswith("(not kept")
    assert forget(store, customer_email=EMAIL).search.places == ()


@pytest.mark.parametrize("order", ["15", "n1", "true", "null", ":", 'a"b', "ü\\u"])
def test_texts_in_json_stay_json_whatever_is_forgotten(store: LocalStore, order: str) -> None:
    """Such as a report with as many events as the order's number."""
    number = store.begin_ingest([IngestedFile(f"of {order}.csv", 15)], at(0))
    texts = {"note": f"\n1 of {order}: \\n1", order: "x", "number": "15"}
    store.ingest([placed(order, 0), placed("O-8", 1, attributes=texts, extra=[15, texts])], ingest=number)
    store.end_ingest(number, {"events": 15, "notes": [f"{order} is odd"]}, at(2))

    forget(store, order)
    store.reload()

    (ingest,) = store.ingests(9)
    assert ingest.report["events"] == 15 and ingest.files[0].file != f"of {order}.csv"
    assert order not in store.orders(["O-8"])["O-8"].attributes
    assert store.timeline("O-8") is not None


@pytest.mark.parametrize("name", ['a"b', "a/b", "a~1b", "", "$.x", "a.b"])
def test_a_value_is_forgotten_whatever_the_name_of_its_attribute_is(store: Store, name: str) -> None:
    store.ingest([placed("O-8", 1, attributes={name: EMAIL, "tier": "gold"})])

    result = store.forget(ForgetRequest((), [(name, [EMAIL])]), at(20))

    assert result.search.places == ()
    assert store.orders(["O-8"])["O-8"].attributes == {"tier": "gold"}
