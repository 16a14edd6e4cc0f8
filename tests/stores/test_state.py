"""What events make of a fulfillment."""

from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, document_code
from impactgraph.ports.store import Store
from tests.stores.events import at, entered, event, of, placed
from tests.stores.seen import fulfillments, orders, visits


def test_it_is_in_the_step_it_entered_last(store: Store) -> None:
    store.ingest([placed(), entered("pick", 5), entered("promise", 1)])

    assert fulfillments(store)["O-1/1"]["step"] == "pick"


def test_of_two_steps_entered_at_one_moment_the_later_in_the_workflow_counts(store: Store) -> None:
    store.ingest([placed(), entered("pick", 5)])

    store.ingest([entered("promise", 5)])

    assert fulfillments(store)["O-1/1"]["step"] == "pick"


def test_it_is_where_the_latest_event_says(store: Store) -> None:
    store.ingest(
        [
            placed(location="store-1"),
            entered("pick", 5, location="store-2"),
            entered("promise", 1, location="store-1"),
        ]
    )

    assert fulfillments(store)["O-1/1"]["location"] == "store-2"


def test_it_stays_in_its_step_when_the_step_fails(store: Store) -> None:
    store.ingest(
        [
            placed(),
            entered("pick", 5),
            of("fulfillment.failed", 6, step="pick", code="DEAD_LETTERED", element="integration:oms-to-erp"),
        ]
    )

    seen = fulfillments(store)["O-1/1"]
    assert (seen["step"], seen["failed_code"], seen["failed_element"]) == (
        "pick",
        "DEAD_LETTERED",
        "integration:oms-to-erp",
    )


def test_an_error_is_past_when_the_next_step_is_entered(store: Store) -> None:
    store.ingest(
        [
            placed(),
            entered("pick", 5),
            of("fulfillment.failed", 6, step="pick", code="ERROR"),
            entered("hand-over", 7),
        ]
    )

    assert (fulfillments(store)["O-1/1"]["failed_at"], fulfillments(store)["O-1/1"]["failed_code"]) == (0, "")


def test_every_error_is_kept_for_learning(store: Store) -> None:
    store.ingest(
        [
            placed(),
            entered("pick", 5),
            of("fulfillment.failed", 6, step="pick", code="ERROR"),
            entered("hand-over", 7),
        ]
    )

    assert fulfillments(store)["O-1/1"]["errors"] == [(at(6), 1, "ERROR", "")]


def test_it_ends_when_it_is_completed(store: Store) -> None:
    store.ingest([placed(), entered("pick", 5), of("fulfillment.completed", 9)])

    assert (fulfillments(store)["O-1/1"]["status"], fulfillments(store)["O-1/1"]["ended_at"]) == (
        COMPLETED,
        at(9),
    )


def test_a_step_entered_after_the_end_opens_it_again(store: Store) -> None:
    store.ingest([placed(), entered("pick", 5), of("fulfillment.completed", 9), entered("hand-over", 10)])

    assert (fulfillments(store)["O-1/1"]["status"], fulfillments(store)["O-1/1"]["ended_at"]) == (
        IN_FLIGHT,
        0,
    )


def test_a_step_entered_before_the_end_but_recorded_later_does_not_open_it(store: Store) -> None:
    store.ingest([placed(), entered("pick", 5), of("fulfillment.completed", 9)])

    store.ingest([entered("hand-over", 8)])

    assert (fulfillments(store)["O-1/1"]["status"], fulfillments(store)["O-1/1"]["step"]) == (
        COMPLETED,
        "hand-over",
    )


def test_cancelling_an_order_cancels_all_of_it(store: Store) -> None:
    store.ingest([placed(parts=2), event("order.cancelled", 3, order="O-1")])

    assert {seen["status"] for seen in fulfillments(store).values()} == {CANCELLED}


def test_cancelling_an_order_cancels_what_is_recorded_of_it_later(store: Store) -> None:
    store.ingest([event("order.cancelled", 3, order="O-1")])

    store.ingest([placed()])

    assert fulfillments(store)["O-1/1"]["status"] == CANCELLED


def test_a_reroute_enters_the_step_of_the_other_workflow(store: Store) -> None:
    store.ingest(
        [
            placed(),
            entered("pick", 5),
            of("fulfillment.rerouted", 6, workflow="ship", step="promise", location="store-2"),
        ]
    )

    seen = fulfillments(store)["O-1/1"]
    assert (seen["workflow"], seen["step"], seen["location"], seen["entered"], seen["rerouted_at"]) == (
        "ship",
        "promise",
        "store-2",
        {"promise": at(6)},
        at(6),
    )


def test_records_that_came_are_marked(store: Store) -> None:
    store.ingest(
        [
            placed(),
            of("posting.recorded", 7, type="invoice", amount="60.00", currency="EUR"),
            of("task.closed", 4, type="pick"),
        ]
    )

    assert fulfillments(store)["O-1/1"]["records"] == [("task", "pick"), ("posting", "invoice")]


def test_a_record_that_the_workflow_does_not_expect_is_taken(store: Store) -> None:
    intake = store.ingest([placed(), of("posting.recorded", 7, type="refund")])

    assert (intake.accepted_count, fulfillments(store)["O-1/1"]["records"]) == (2, [])


def test_records_count_for_the_workflow_that_it_was_rerouted_to(store: Store) -> None:
    store.ingest([placed(), of("posting.recorded", 7, type="invoice")])

    store.ingest([of("fulfillment.rerouted", 6, workflow="ship", step="promise")])

    assert fulfillments(store)["O-1/1"]["records"] == [("posting", "invoice")]


def test_attributes_are_read_by_name(store: Store) -> None:
    store.ingest([placed(attributes={"carrier": "northpost", "gift": True, "boxes": 2})])

    assert orders(store)["O-1"]["attributes"] == {"carrier": "northpost", "gift": "true", "boxes": "2"}


def test_a_stay_lasts_until_the_next_step(store: Store) -> None:
    store.ingest([placed(), entered("promise", 1), entered("pick", 5), of("fulfillment.completed", 9)])

    assert visits(store) == [
        ("collect", "pick", "store-1", at(5), at(9)),
        ("collect", "promise", "store-1", at(1), at(5)),
    ]


def test_a_stay_that_still_lasts_has_no_end(store: Store) -> None:
    store.ingest([placed(), entered("promise", 1)])

    assert visits(store) == [("collect", "promise", "store-1", at(1), 0)]


def test_a_stay_that_was_cancelled_is_none(store: Store) -> None:
    store.ingest([placed(), entered("promise", 1), entered("pick", 5), of("fulfillment.cancelled", 9)])

    assert visits(store) == [("collect", "promise", "store-1", at(1), at(5))]


def test_both_stays_in_a_step_that_was_entered_twice_count(store: Store) -> None:
    store.ingest([placed(), entered("pick", 1), entered("promise", 3), entered("pick", 5)])

    assert [stay[3:] for stay in visits(store) if stay[1] == "pick"] == [(at(1), at(3)), (at(5), 0)]


def test_stays_before_a_reroute_count_for_the_workflow_they_were_in(store: Store) -> None:
    store.ingest(
        [
            placed(),
            entered("pick", 1),
            of("fulfillment.rerouted", 3, workflow="ship", step="pack", location="store-2"),
        ]
    )

    assert visits(store) == [
        ("collect", "pick", "store-1", at(1), at(3)),
        ("ship", "pack", "store-2", at(3), 0),
    ]


def test_a_stay_is_where_the_fulfillment_was_then(store: Store) -> None:
    store.ingest(
        [
            placed(location="store-1"),
            entered("promise", 1),
            entered("pick", 3, location="store-2"),
            entered("hand-over", 5),
        ]
    )

    assert [stay[2] for stay in sorted(visits(store), key=lambda stay: stay[3])] == [
        "store-1",
        "store-2",
        "store-2",
    ]


def test_only_the_latest_stays_of_a_step_are_given_when_fewer_are_asked_for(store: Store) -> None:
    for number in range(9):
        store.ingest([placed(f"O-{number}"), entered("pick", number % 4, f"O-{number}/1")])

    assert [stay[3] for stay in visits(store, per_step=3)] == [at(2), at(3), at(3)]


def test_every_record_is_kept_with_its_amount_and_document(store: Store) -> None:
    posting = {"type": "invoice", "amount": "60.00", "currency": "EUR"}
    store.ingest(
        [
            placed(),
            of("posting.recorded", 7, **posting, document="INV-1"),
            of("posting.recorded", 9, **posting, document="INV-2"),
            of("task.closed", 4, type="pick"),
        ]
    )

    assert fulfillments(store)["O-1/1"]["came"] == [
        (at(4), "task", "pick", "None", "", 0),
        (at(7), "posting", "invoice", "60000000", "EUR", document_code("INV-1")),
        (at(9), "posting", "invoice", "60000000", "EUR", document_code("INV-2")),
    ]


def test_amounts_are_kept_to_the_millionth_however_they_are_written(store: Store) -> None:
    amounts = ["12.5", "-3", "1E+2", "0.0000015", "1234567890123.5", "0.12345649"]
    store.ingest(
        [
            placed(),
            *(
                of("posting.recorded", minute, type="invoice", amount=amount)
                for minute, amount in enumerate(amounts)
            ),
        ]
    )

    store.ingest(
        [placed("O-1", 0, id="again"), of("fulfillment.rerouted", 9, workflow="ship", step="promise")]
    )

    assert [int(came[3]) for came in fulfillments(store)["O-1/1"]["came"]] == [
        12_500_000,
        -3_000_000,
        100_000_000,
        2,
        1234567890123500000,
        123456,
    ]
