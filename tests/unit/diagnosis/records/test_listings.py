"""What a system lacks by its list, or has otherwise, a rule at a time."""

from collections.abc import Mapping

import pytest

from graph_models.diagnosis import Listing, ListingKind, RecordFinding
from graph_models.enums import RecordKind
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Takes, Topology, Transition
from impactgraph.columns.system_lists import SystemLists
from impactgraph.diagnosis.records import RecordSearch, find_records
from impactgraph.forecast.durations import Durations
from tests.drawing import EIGHT, drawn, queue, step
from tests.listed import lists, part, row
from tests.worlds import Came, Journey, World, columns_of

NOON: Millis = EIGHT + 4 * HOUR
"""20:00 UTC."""
THEN: Millis = NOON - HOUR
INVOICE = Emission(RecordKind.POSTING, "invoice", "integration:book", 20 * MINUTE, (), 1.0)


def shop() -> Topology:
    """`send` runs in the transport system and is reached over a queue; `pack` posts an invoice to the ERP."""
    pack = step(
        "pack",
        "wms",
        takes=Takes(5 * MINUTE),
        then=(Transition("send", "integration:ship"),),
        emits=(INVOICE,),
    )
    return drawn(
        queue("book", "oms", "erp"),
        queue("ship", "wms", "tms"),
        pack,
        step("send", "tms", takes=Takes(HOUR), then=(Transition("done"),)),
        step("done", "oms"),
    )


def order(key: str = "O-1", *came: Came, packed: Millis = NOON - 3 * HOUR, **more: object) -> Journey:
    """Packed at nine, sent five minutes later."""
    return Journey(key, (("pack", packed), ("send", packed + 5 * MINUTE)), came=came, **more)  # type: ignore[arg-type]


def invoiced(at: Millis, euros: int = 100, document: str = "") -> Came:
    return Came(RecordKind.POSTING, "invoice", at, euros * 1_000_000, "EUR", document)


def found(
    listed: Mapping[str, SystemLists],
    *journeys: Journey,
    at: Millis = NOON,
    documents: Mapping[str, str] | None = None,
) -> list[RecordFinding]:
    """The findings on lists; `documents`: fulfillment by number."""
    known = documents or {}

    def lookup(numbers: object) -> dict[str, frozenset[str]]:
        return {each: frozenset({known[each]}) for each in numbers if each in known}  # type: ignore[attr-defined]

    columns = columns_of(World(shop(), (), journeys, at))
    search = RecordSearch(lists=listed, documents=lookup)
    findings = find_records(shop(), columns, Durations({}), at, search).findings()
    return [each for each in findings if each.listing is not None]


def kinds(findings: list[RecordFinding]) -> list[tuple[str, str]]:
    return [(each.order, each.listing.kind.value) for each in findings if each.listing is not None]


def listing(finding: RecordFinding) -> Listing:
    assert finding.listing is not None
    return finding.listing


def test_what_a_complete_list_lacks_is_missing_there_with_the_record_that_brings_it() -> None:
    (finding,) = found(lists(part("erp", THEN, "O-2")), order("O-1"), order("O-2"))

    assert (finding.order, listing(finding).kind, finding.amount and finding.amount.amount) == (
        "O-1",
        ListingKind.MISSING,
        100,
    )
    assert listing(finding).record == "invoice" and listing(finding).step == "step:ship/pack"
    assert finding.due == NOON - 3 * HOUR + 25 * MINUTE
    assert listing(finding).sentence == "not in erp as of 19:00 UTC"


def test_nothing_is_missing_by_a_partial_list_or_while_a_part_of_it_has_not_come() -> None:
    assert found(lists(part("erp", THEN, "O-2", complete=False)), order()) == []
    assert found(lists(part("erp", THEN, "O-2", parts=2)), order()) == []

    both = lists(part("erp", THEN, "O-2", parts=2), part("erp", THEN, "O-3", parts=2, part=2))
    assert kinds(found(both, order())) == [("O-1", "MISSING")]


def test_orders_that_were_placed_before_the_list_begins_are_not_missing() -> None:
    listed = lists(part("erp", THEN, placed_from=NOON - 2 * HOUR))

    assert found(listed, order()) == []
    assert kinds(found(listed, order("O-2", packed=NOON - 2 * HOUR))) == [("O-2", "MISSING")]


def test_what_was_not_due_by_then_is_not_missing() -> None:
    assert found(lists(part("erp", NOON - 2 * HOUR - 40 * MINUTE)), order()) == []
    assert kinds(found(lists(part("erp", NOON - 2 * HOUR - 30 * MINUTE)), order())) == [("O-1", "MISSING")]


@pytest.mark.parametrize(
    ("later", "is_missing"),
    [
        (part("erp", THEN + MINUTE, "O-1", key="b", complete=False), False),
        (part("erp", THEN - MINUTE, "O-1", key="b", complete=False), True),
        (part("erp", THEN + MINUTE, "O-2", key="b", complete=False), True),
    ],
    ids=["a later list has it", "only an earlier one has", "a later one does not say"],
)
def test_a_later_list_that_has_it_heals(later: object, is_missing: bool) -> None:
    listed = lists(part("erp", THEN, "O-2"), later)  # type: ignore[arg-type]

    assert kinds(found(listed, order())) == ([("O-1", "MISSING")] if is_missing else [])


def test_a_record_that_comes_after_the_list_heals_and_one_before_it_is_named() -> None:
    listed = lists(part("erp", THEN, "O-2"))

    assert found(listed, order("O-1", invoiced(THEN + MINUTE))) == []
    (finding,) = found(listed, order("O-1", invoiced(THEN - HOUR)))
    assert listing(finding).recorded_at == THEN - HOUR
    assert listing(finding).sentence == (
        "not in erp as of 19:00 UTC, though its invoice was recorded at 18:00 UTC"
    )


def test_an_order_in_a_step_of_the_system_should_be_there_and_one_handed_to_it_too() -> None:
    at_step = found(lists(part("tms", THEN)), order())
    packed_only = Journey("O-1", (("pack", NOON - 3 * HOUR),), came=(invoiced(NOON - 3 * HOUR + 5 * MINUTE),))
    handed = found(lists(part("tms", THEN)), packed_only)

    assert [(listing(each).step, listing(each).record) for each in (*at_step, *handed)] == [
        ("step:ship/send", None),
        ("step:ship/pack", None),
    ]


def test_a_system_that_orders_never_come_to_lacks_nothing() -> None:
    assert found(lists(part("oms", THEN)), order()) == []


def test_of_an_order_in_parts_what_is_not_listed_is_missing_and_none_of_it_is_one_finding() -> None:
    parts = order(), Journey("O-1", (("pack", NOON - 3 * HOUR), ("send", NOON - 2 * HOUR)), part=2, value=40)

    assert [
        (each.fulfillment, each.amount and int(each.amount.amount))
        for each in found(lists(part("erp", THEN, "O-1/1")), *parts)
    ] == [("O-1/2", 40)]
    assert [
        (each.fulfillment, each.amount and int(each.amount.amount))
        for each in found(lists(part("erp", THEN)), *parts)
    ] == [("O-1/1", 140)]


def test_another_amount_and_another_currency_are_two_kinds_of_findings() -> None:
    listed = lists(
        part("erp", THEN, row("O-1", "99.99"), row("O-2", "100", "USD"), row("O-3", "100.00", "EUR"))
    )
    amount, currency = sorted(found(listed, *map(order, ("O-1", "O-2", "O-3"))), key=lambda each: each.order)

    assert kinds([amount, currency]) == [("O-1", "AMOUNT"), ("O-2", "CURRENCY")]
    assert listing(amount).sentence == "99.99 EUR in erp, 100.00 EUR here, as of 19:00 UTC"
    assert listing(currency).sentence == "100.00 USD in erp, 100.00 EUR here, as of 19:00 UTC"


@pytest.mark.parametrize(
    ("word", "journey", "differs"),
    [
        ("open", order(), False),
        ("Closed", order(), True),
        ("closed", order(ended=NOON - 2 * HOUR), False),
        ("open", order(ended=NOON - 2 * HOUR), True),
        ("closed", order(ended=THEN + MINUTE), False),
        ("canceled", order(), True),
        ("send", order(), False),
        ("pack", order(), True),
        ("ship/send", order(), False),
        ("whatever", order(), False),
    ],
)
def test_a_state_differs_where_it_is_neither_that_of_the_list_nor_the_present_one(
    word: str, journey: Journey, differs: bool
) -> None:
    findings = found(lists(part("erp", THEN, row("O-1", state=word))), journey)

    assert kinds(findings) == ([("O-1", "STATE")] if differs else [])


def test_a_list_says_what_its_words_mean() -> None:
    listed = lists(part("erp", THEN, row("O-1", state="C"), states={"c": "completed"}))

    (finding,) = found(listed, order())
    assert listing(finding).sentence == "C in erp, in flight (send) here, as of 19:00 UTC"


def test_a_document_stands_for_its_fulfillment_and_is_compared_with_what_it_posts() -> None:
    journeys = order("O-1", invoiced(THEN - HOUR, document="D-1"))
    documents = {"D-1": "O-1/1"}

    assert found(lists(part("erp", THEN, row("D-1", "100"))), journeys, documents=documents) == []
    (finding,) = found(lists(part("erp", THEN, row("D-1", "90"))), journeys, documents=documents)
    assert (finding.order, listing(finding).kind) == ("O-1", ListingKind.AMOUNT)
    assert kinds(found(lists(part("erp", THEN, row("D-1", "100"))), journeys)) == [("O-1", "MISSING")]
