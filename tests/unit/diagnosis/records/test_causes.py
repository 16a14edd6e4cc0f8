"""Why a record is missing: a failure over its way, else what the missing have in common."""

from dataclasses import replace

from graph_models.diagnosis import Cause
from graph_models.enums import FailureClass, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Location, Takes, Transition
from impactgraph.diagnosis.records import Causes, find_records
from impactgraph.forecast.durations import Durations
from impactgraph.propagation import FailureGraph, propagate
from tests.drawing import EIGHT, drawn, queue, step
from tests.worlds import Came, Journey, World, columns_of

_INVOICE = Emission(RecordKind.POSTING, "invoice", "integration:book", 10 * MINUTE, ("issue",), 1.0)
_ISSUE = Emission(RecordKind.POSTING, "issue", "integration:stock", 10 * MINUTE, (), 1.0)
_SENT = Emission(RecordKind.NOTIFICATION, "sent", "integration:tell", 10 * MINUTE)
TOPOLOGY = replace(
    drawn(
        queue("book", "oms", "erp"),
        queue("stock", "wms", "erp"),
        queue("tell", "oms", "mailer"),
        step(
            "pack",
            "wms",
            takes=Takes(5 * MINUTE),
            then=(Transition("send"),),
            emits=(_ISSUE, _INVOICE, _SENT),
        ),
        step("send", "oms", takes=Takes(HOUR)),
    ),
    locations={"here": Location("here", "store"), "there": Location("there", "store")},
)
NOON: Millis = EIGHT + 4 * HOUR


def packed(order: int, *came: str, location: str = "here") -> Journey:
    """Packed at half past ten; what came did so a minute later."""
    at = NOON - 90 * MINUTE
    kinds = {"sent": RecordKind.NOTIFICATION}
    records = tuple(
        Came(kinds.get(name, RecordKind.POSTING), name, at + MINUTE, 100_000_000 if name != "sent" else None)
        for name in came
    )
    return Journey(
        f"O-{order:03}", (("pack", at - 5 * MINUTE), ("send", at)), location=location, came=records
    )


def outage(
    target: str, *, since: Millis = NOON - 2 * HOUR, ended: Millis | None = None, scope: Scope = EVERYWHERE
) -> Failure:
    return Failure(
        "F-1", target, FailureClass.OUTAGE, since, expected_end=NOON + HOUR, ended_at=ended, scope=scope
    )


def causes(journeys: list[Journey], *failures: Failure) -> dict[tuple[str, str], Cause | None]:
    """By order and type, of what is missing or out of sequence."""
    world = World(TOPOLOGY, failures, tuple(journeys), NOON)
    found = find_records(TOPOLOGY, columns_of(world), Durations({}), NOON)
    impairments = propagate(FailureGraph.of(TOPOLOGY), failures, recovery=lambda f: f.ended_at or NOON)
    why = Causes(found, impairments, {f.key: f for f in failures}, found.tallies)
    told = found.findings(None, why.of)
    assert {each.effect for each in told} <= {RecordEffect.MISSING, RecordEffect.OUT_OF_SEQUENCE}
    return {(each.order, each.type): each.likely_cause for each in told}


def test_a_failure_over_the_way_of_the_record_is_named_with_its_path() -> None:
    cause = causes([packed(1, "issue", "sent")], outage("integration:book"))["O-001", "invoice"]

    assert cause is not None and (cause.kind, cause.failure, cause.element) == (
        "failure",
        "F-1",
        "integration:book",
    )
    assert cause.path is not None and [hop.target for hop in cause.path.hops] == ["integration:book"]


def test_a_failure_that_had_ended_before_the_step_was_passed_is_not() -> None:
    assert causes([packed(1, "issue", "sent")], outage("integration:book", ended=NOON - 100 * MINUTE)) == {
        ("O-001", "invoice"): None
    }


def test_a_failure_elsewhere_is_not() -> None:
    failure = outage("integration:book", scope=Scope.of(locations=["there"]))

    found = causes([packed(1, "issue", "sent"), packed(2, "issue", "sent", location="there")], failure)

    assert found["O-001", "invoice"] is None and found["O-002", "invoice"] is not None


def test_out_of_sequence_is_blamed_on_the_way_of_the_one_that_had_to_come_first() -> None:
    found = causes([packed(1, "invoice", "sent")], outage("integration:stock"))

    cause = found["O-001", "invoice"]
    assert cause is not None and cause.element == "integration:stock"


def test_without_a_failure_the_integration_that_the_missing_share_is_named_with_its_counts() -> None:
    found = causes(
        [packed(n, "issue", "sent") if n < 8 else packed(n, "issue", "invoice", "sent") for n in range(60)]
    )

    cause = found["O-000", "invoice"]
    assert cause is not None and (cause.kind, cause.element) == ("element", "integration:book")
    assert (
        cause.evidence.startswith(
            "8 of 60 records due over integration book in the last day are missing since "
        )
        and "0 of 120 of the others" in cause.evidence
    )


def test_a_few_that_are_missing_blame_nothing() -> None:
    found = causes(
        [packed(n, "issue", "sent") if n < 3 else packed(n, "issue", "invoice", "sent") for n in range(60)]
    )

    assert set(found.values()) == {None}


def test_what_is_missing_everywhere_blames_no_way() -> None:
    found = causes([packed(n) if n < 8 else packed(n, "issue", "invoice", "sent") for n in range(60)])

    assert {cause.element if cause else None for cause in found.values()} <= {None, "step:ship/pack"}
