"""The lists of systems: kept by both stores, in whatever order they came, over restarts and undoing."""

from typing import Any

from graph_models.access import MASK, View
from impactgraph.columns import NO_AMOUNT
from impactgraph.ports.ingest import EventOutcome
from impactgraph.ports.store import Store
from tests.stores.events import at, event, of, placed


def listed(minutes: float, *rows: dict[str, Any] | str, key: str = "a", **more: Any) -> bytes:
    said = [{"id": each} if isinstance(each, str) else each for each in rows]
    return event("list.reported", minutes, **({"system": "erp", "list": key, "rows": said} | more))


def seen(store: Store, as_of: int | None = None) -> dict[str, tuple[Any, ...]]:
    """By id: first and last moment, amount, currency and state."""
    lists = store.system_lists(as_of).get("erp")
    if lists is None:
        return {}
    rows = lists.rows
    return {
        id_: (
            int(rows.first_at[n]),
            int(rows.at[n]),
            None if rows.amount[n] == NO_AMOUNT else int(rows.amount[n]),
            rows.texts[rows.currency[n]],
            rows.texts[rows.state[n]],
        )
        for n, id_ in enumerate(rows.ids)
    }


def test_of_each_id_the_latest_row_counts_in_whatever_order_the_lists_came(store: Store) -> None:
    row = {"id": "O-1", "amount": "5.10", "currency": "EUR", "state": "open"}
    store.ingest([listed(10, row, key="b"), listed(0, "O-1", "O-2"), listed(5, "O-1", key="c")])

    assert seen(store) == {
        "O-1": (at(0), at(10), 5_100_000, "EUR", "open"),
        "O-2": (at(0), at(0), None, "", ""),
    }
    assert [each.key for each in store.system_lists()["erp"].lists] == ["a", "c", "b"]


def test_of_two_lists_of_one_moment_the_greater_key_counts_and_of_a_repeated_id_the_first(
    store: Store,
) -> None:
    one, other, third = ({"id": "O-1", "amount": amount} for amount in ("1", "2", "3"))
    store.ingest([listed(0, one, third, key="b")])
    store.ingest([listed(0, other, key="a")])

    assert seen(store)["O-1"][2] == 1_000_000


def test_lists_of_a_moment_are_those_of_then_and_later_ones_come_in(store: Store) -> None:
    store.ingest([listed(0, "O-1")])
    assert set(seen(store)) == {"O-1"}
    store.ingest([listed(10, "O-2", key="b")])

    assert (set(seen(store, at(5))), set(seen(store)), seen(store, at(-1))) == (
        {"O-1"},
        {"O-1", "O-2"},
        {},
    )


def test_a_list_ahead_of_the_clock_waits(store: Store) -> None:
    store.ingest([listed(601, "O-1"), listed(600, "O-2", key="b")])

    assert set(seen(store)) == {"O-2"}


def test_a_list_is_complete_once_every_part_has_come(store: Store) -> None:
    head: dict[str, Any] = {"complete": True, "parts": 2}
    store.ingest([listed(0, "O-1", part=2, **head)])
    (first,) = store.system_lists()["erp"].lists
    store.ingest([listed(0, "O-2", part=1, **head)])
    (both,) = store.system_lists()["erp"].lists

    assert (first.complete, first.missing_part_count, both.complete) == (False, 1, True)
    assert len(store.list_content("erp", "a", at(0)).lists.rows) == 2


def test_rows_that_could_not_be_read_are_kept_with_their_reason(store: Store) -> None:
    refused = [
        {"place": "line 3", "reason": "no amount", "id": "O-9"},
        {"place": "line 4", "reason": "no id"},
    ]
    store.ingest([listed(0, "O-1", "O-1", refused=refused)])

    content = store.list_content("erp", "a", at(0))
    assert (content.row_count, [each.place for each in content.refused]) == (2, ["line 3", "line 4"])
    assert content.lists.rows.is_refused.tolist() == [False, True]


def test_an_ingest_of_a_list_is_taken_back(store: Store) -> None:
    store.ingest([listed(0, "O-1")])
    number = store.begin_ingest([], at(0))
    store.ingest([listed(5, "O-1", "O-2", key="b")], ingest=number)
    assert set(seen(store)) == {"O-1", "O-2"}
    store.undo_ingest(number, at(10))

    assert seen(store) == {"O-1": (at(0), at(0), None, "", "")}


def test_documents_are_of_the_fulfillments_that_have_them(store: Store) -> None:
    store.ingest(
        [
            placed(parts=2),
            of("posting.recorded", 1, type="invoice", document="D-1"),
            of("posting.recorded", 2, "O-1/2", type="invoice", document="D-1"),
            listed(3, "D-2"),
        ]
    )

    assert store.documents(["D-1", "D-2"]) == {"D-1": frozenset({"O-1/1", "O-1/2"})}


def test_failures_are_not_confused_with_lists(store: Store) -> None:
    store.ingest([listed(0, "O-1")])

    assert store.failures() == ()


def test_what_a_list_may_not_say_is_refused_with_its_place(store: Store) -> None:
    result = store.ingest(
        [
            listed(0, "O-1", system="epr"),
            listed(1, "O-1", part=2),
            listed(2, {"id": "O-1", "amount": "1_0"}),
            listed(3, {"id": "order:"}),
            listed(4, {"id": "O-1", "currency": "euro"}),
        ],
        results=True,
    )

    assert {each.outcome for each in result.results} == {EventOutcome.QUARANTINED}
    assert [each.reason for each in result.results] == [
        "the topology has no system 'epr'. Did you mean 'erp'?",
        "data.part: 2 is more than data.parts, 1",
        "data.rows[0].amount: '1_0' is no amount: write digits and a decimal point, such as 1299.90 "
        "(of a log, say its decimal mark in the mapping: `decimal: ','`)",
        "data.rows[0].id: 'order:' names no order: its key is empty",
        "data.rows[0].currency: 'euro' is no currency: write three capital letters, such as EUR",
    ]


def test_why_events_of_an_order_are_in_quarantine(store: Store) -> None:
    store.ingest([placed("O-1", workflow="none"), placed("O-2")])

    reasons = store.quarantine_reasons(["O-1", "O-2", "O-3"])
    assert list(reasons) == ["O-1"] and "no workflow 'none'" in reasons["O-1"]


def test_a_reason_is_shown_without_values_that_are_masked(store: Store) -> None:
    store.ingest([placed("O-1", workflow="jane@example.com", attributes={"email": "jane@example.com"})])

    reason = store.view(View(masked=("email",))).quarantine_reasons(["O-1"])["O-1"]

    assert "jane" in store.quarantine_reasons(["O-1"])["O-1"]
    assert "jane" not in reason and f"no workflow '{MASK}'" in reason
