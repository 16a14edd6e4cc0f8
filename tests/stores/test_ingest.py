import json

from impactgraph.ports.ingest import EventOutcome
from impactgraph.ports.store import Store
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology
from tests.stores.seen import everything, fulfillments, orders


def test_events_are_counted_as_taken(store: Store) -> None:
    intake = store.ingest([placed(), entered("pick", 3)])

    assert (intake.accepted_count, intake.duplicate_count, intake.quarantined) == (2, 0, [])


def test_a_second_delivery_changes_nothing(store: Store) -> None:
    store.ingest([placed(), entered("pick", 3)])
    before = everything(store)

    intake = store.ingest([entered("pick", 3), placed()])

    assert (intake.accepted_count, intake.duplicate_count, everything(store)) == (0, 2, before)


def test_a_repeat_within_a_batch_is_taken_once(store: Store) -> None:
    intake = store.ingest([placed(), placed()])

    assert (intake.accepted_count, intake.duplicate_count) == (1, 1)


def test_the_same_id_of_another_source_is_another_event(store: Store) -> None:
    intake = store.ingest(
        [
            event("order.cancelled", 1, id="1", source="/a", order="O-1"),
            event("order.cancelled", 1, id="1", source="/b", order="O-1"),
        ]
    )

    assert intake.accepted_count == 2


def test_one_bad_line_does_not_stop_the_others(store: Store) -> None:
    intake = store.ingest([placed(), b"{", entered("pick", 3)], places=["a:1", "a:2", "a:3"])

    assert (intake.accepted_count, [(refused.place, refused.text) for refused in intake.quarantined]) == (
        2,
        [("a:2", "{")],
    )


def test_the_outcome_of_each_event_is_reported_in_order(store: Store) -> None:
    intake = store.ingest([placed(), b"{", placed()], results=True)

    assert [(result.outcome, result.reason.partition(":")[0]) for result in intake.results] == [
        (EventOutcome.ACCEPTED, ""),
        (EventOutcome.QUARANTINED, "not JSON"),
        (EventOutcome.DUPLICATE, ""),
    ]


def test_a_step_that_no_workflow_has_is_quarantined_with_the_nearest_name(store: Store) -> None:
    store.ingest([placed(), entered("pik", 3)])

    assert [refused.reason for refused in store.quarantined()] == [
        "step 'pik' is not one of any workflow of the topology. Did you mean 'pick'?"
    ]


def test_a_step_of_another_workflow_is_quarantined(store: Store) -> None:
    store.ingest([placed(workflow="collect"), entered("pack", 3)])

    assert [refused.reason for refused in store.quarantined()] == [
        "step 'pack' is not one of workflow 'collect'. Did you mean 'pick'?"
    ]


def test_what_is_quarantined_leaves_no_trace_in_the_state(store: Store) -> None:
    store.ingest([placed()])
    before = everything(store)

    store.ingest([entered("pack", 3)])

    assert everything(store) == before


def test_a_workflow_that_the_topology_lacks_is_quarantined(store: Store) -> None:
    store.ingest([placed(workflow="colect")])

    assert [refused.reason for refused in store.quarantined()] == [
        "the topology has no workflow 'colect'. Did you mean 'collect'?"
    ]


def test_a_failure_of_what_the_topology_lacks_is_quarantined(store: Store) -> None:
    store.ingest([reported(target="system:omss")])

    assert [refused.reason for refused in store.quarantined()] == [
        "the topology has no element 'system:omss'. Did you mean 'system:oms'?"
    ]


def test_without_a_topology_every_order_event_is_quarantined(bare: Store) -> None:
    intake = bare.ingest([placed(), entered("pick", 3)])

    assert len(intake.quarantined) == len(bare.quarantined()) == 2


def test_what_is_quarantined_is_accepted_when_a_topology_makes_it_fit(bare: Store) -> None:
    bare.ingest([entered("pick", 3), placed()])

    bare.apply_topology(topology(), DOCUMENTS, at(5))

    assert (bare.quarantined(), fulfillments(bare)["O-1/1"]["step"]) == ([], "pick")


def test_a_step_that_a_new_topology_brings_is_taken(store: Store) -> None:
    store.ingest([placed(workflow="ship"), entered("wrap", 3)])

    store.apply_topology(topology(MORE), MORE, at(5))

    assert (store.quarantined(), fulfillments(store)["O-1/1"]["step"]) == ([], "wrap")


def test_an_event_that_is_refused_twice_is_kept_once(store: Store) -> None:
    store.ingest([b"{", b"{"])

    again = store.ingest([b"{"])

    assert ([refused.number for refused in again.quarantined], len(store.quarantined())) == ([0], 1)


def test_a_corrected_event_of_the_same_id_replaces_the_quarantined_one(store: Store) -> None:
    store.ingest(
        [placed(), event("fulfillment.entered", 3, id="7", order="O-1", fulfillment="O-1/1", step="pik")]
    )

    intake = store.ingest(
        [event("fulfillment.entered", 3, id="7", order="O-1", fulfillment="O-1/1", step="pick")]
    )

    assert (intake.accepted_count, store.quarantined()) == (1, [])


def test_a_step_is_taken_when_a_reroute_makes_it_fit(store: Store) -> None:
    store.ingest([placed(workflow="collect"), entered("pack", 5)])

    store.ingest([of("fulfillment.rerouted", 4, workflow="ship", step="promise")])

    assert (store.quarantined(), fulfillments(store)["O-1/1"]["step"]) == ([], "pack")


def test_a_step_goes_aside_when_its_order_turns_out_to_be_of_another_workflow(store: Store) -> None:
    store.ingest([entered("pack", 5)])

    store.ingest([placed(workflow="collect")])

    assert [json.loads(refused.text)["data"]["step"] for refused in store.quarantined()] == ["pack"]


def test_replay_reports_how_many_are_accepted_now_and_how_many_are_not(store: Store) -> None:
    store.ingest([b"{", entered("pik", 3)])

    intake = store.replay_quarantined()

    assert (intake.accepted_count, len(intake.quarantined), len(store.quarantined())) == (0, 2, 2)


def test_only_the_numbers_asked_for_are_replayed(store: Store) -> None:
    store.ingest([b"{", b"["])

    assert len(store.replay_quarantined([store.quarantined()[0].number]).quarantined) == 1


def test_a_fulfillment_of_another_order_is_quarantined(store: Store) -> None:
    store.ingest([placed("O-1")])

    store.ingest([event("fulfillment.entered", 3, order="O-2", fulfillment="O-1/1", step="pick")])

    (refused,) = store.quarantined()
    assert refused.reason.startswith("fulfillment 'O-1/1' belongs to order 'O-1', not to 'O-2'")


def test_an_event_may_come_before_its_order(store: Store) -> None:
    store.ingest([entered("pick", 3)])

    store.ingest([placed()])

    assert fulfillments(store)["O-1/1"] | {"errors": []} == fulfillments(store)["O-1/1"]
    assert fulfillments(store)["O-1/1"]["step"] == "pick"


def test_a_location_that_the_topology_lacks_is_taken(store: Store) -> None:
    store.ingest([placed(location="store-77")])

    assert fulfillments(store)["O-1/1"]["location"] == "store-77"


def test_ids_may_name_their_kind(store: Store) -> None:
    line = event(
        "fulfillment.entered",
        3,
        order="order:O-1",
        fulfillment="fulfillment:O-1/1",
        step="pick",
        location="location:store-2",
    )

    store.ingest([placed(), line])

    assert (fulfillments(store)["O-1/1"]["step"], fulfillments(store)["O-1/1"]["location"]) == (
        "pick",
        "store-2",
    )


def test_fields_beyond_the_format_are_taken(store: Store) -> None:
    line = json.loads(placed()) | {"traceparent": "00-1"}
    line["data"]["colour"] = "green"

    assert store.ingest([json.dumps(line).encode()]).accepted_count == 1


def test_a_fulfillment_without_a_value_takes_its_share_of_the_orders(store: Store) -> None:
    store.ingest([placed(parts=2)])

    assert [fulfillments(store)[key]["value"] for key in ("O-1/1", "O-1/2")] == [30_000_000, 30_000_000]


def test_of_an_order_placed_twice_the_later_says_what_it_says(store: Store) -> None:
    store.ingest([placed(minutes=5, value="70.00", customer_tier="gold")])

    store.ingest([placed(minutes=2, value="50.00", region="emea")])

    order = orders(store)["O-1"]
    assert (order["value"], order["tier"], order["region"]) == (70_000_000, "gold", "emea")


def test_more_digits_than_the_currency_has_are_kept(store: Store) -> None:
    store.ingest([placed(value="1757.125", currency="JPY")])

    assert orders(store)["O-1"]["value"] == 1_757_125_000


def test_a_number_of_the_value_is_read_exactly(store: Store) -> None:
    store.ingest([placed().replace(b'"60.00"', b"0.1")])

    assert orders(store)["O-1"]["value"] == 100_000
