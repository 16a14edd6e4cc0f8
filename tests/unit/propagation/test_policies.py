"""What the policy of an integration, of data or of a step makes of a failure: windows, delays,
likelihoods.
"""

import pytest

from graph_models.enums import FailureClass, RecordKind, Transport
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, SECOND
from graph_models.topology import Buffer, Data, Emission, Location, Retry, Schedule, Step, System
from impactgraph.propagation import FailureGraph, propagate
from tests.drawing import EIGHT, LASTS, batch, call, drawn, effects, failure, hit, only, queue, step

LINK = "integration:link"


def test_an_outage_blocks_until_its_nominal_end_which_moves_with_it() -> None:
    found = only(hit(drawn(call("link", "oms", "erp")), failure("system:erp")), LINK)

    assert (found.since, found.until, found.fixed_end) == (EIGHT, EIGHT + LASTS, False)


def test_a_caller_that_outlasts_an_outage_is_late_by_what_is_left_of_it() -> None:
    topology = drawn(call("link", "oms", "erp", retry=Retry(lasting=10 * MINUTE)))

    found = only(hit(topology, failure("system:erp", lasts=8 * MINUTE)), LINK)

    assert (found.effect, found.delay, found.remaining) == ("DELAYED", 8 * MINUTE, True)


def test_attempts_with_a_backoff_outlast_an_outage_too() -> None:
    topology = drawn(call("link", "oms", "erp", retry=Retry(attempts=5, backoff=MINUTE)))

    assert effects(hit(topology, failure("system:erp", lasts=4 * MINUTE)), LINK) == ["DELAYED"]
    assert effects(hit(topology, failure("system:erp", lasts=5 * MINUTE)), LINK) == ["BLOCKED"]


def test_a_latency_of_exactly_the_time_out_is_still_waited_for() -> None:
    topology = drawn(call("link", "oms", "erp", timeout=2 * SECOND))

    assert effects(hit(topology, failure("system:erp", FailureClass.LATENCY, delay="2s")), LINK) == [
        "DELAYED"
    ]
    assert effects(hit(topology, failure("system:erp", FailureClass.LATENCY, delay="2001ms")), LINK) == [
        "BLOCKED"
    ]


def test_a_call_that_times_out_looks_like_an_outage_to_the_next_system() -> None:
    inner = call("inner", "oms", "erp", timeout=SECOND)
    topology = drawn(
        inner,
        System("oms", "oms", needs=step("x", "oms", LINK.replace("link", "inner")).needs),
        queue("link", "shop", "oms"),
    )

    found = only(hit(topology, failure("system:erp", FailureClass.LATENCY, delay="5s")), LINK)

    assert (found.effect, [each.element for each in found.hops]) == (
        "BLOCKED",
        ["system:erp", "integration:inner", "system:oms", LINK],
    )


def test_transient_errors_fail_for_good_with_the_power_of_the_attempts() -> None:
    topology = drawn(call("link", "oms", "erp", retry=Retry(attempts=3)))

    found = only(hit(topology, failure("system:erp", FailureClass.TRANSIENT, error_rate=0.5)), LINK)

    assert (found.likelihood, found.hold) == (pytest.approx(0.125), HOUR)


def test_transient_errors_cost_the_expected_backoff() -> None:
    topology = drawn(call("link", "oms", "erp", retry=Retry(attempts=3, backoff=10 * SECOND)))

    late = next(
        each
        for each in hit(topology, failure("system:erp", FailureClass.TRANSIENT, error_rate=0.5)).by_element[
            LINK
        ]
        if each.effect == "DELAYED"
    )

    # One retry (0.25 of the calls) waits 10 s, two retries (0.125) wait 20 s.
    assert late.likelihood == pytest.approx(0.375)
    assert late.delay == pytest.approx((0.25 * 10 + 0.125 * 20) / 0.375 * SECOND, abs=1)


def test_transient_errors_compound_over_two_calls_that_are_tried_again() -> None:
    needs = step("x", "oms", "integration:inner").needs
    topology = drawn(
        call("inner", "oms", "erp", retry=Retry(attempts=2)),
        System("oms", "oms", needs=needs),
        call("link", "shop", "oms", retry=Retry(attempts=2)),
    )

    found = only(hit(topology, failure("system:erp", FailureClass.TRANSIENT, error_rate=0.5)), LINK)

    assert found.likelihood == pytest.approx(0.5**4)


def test_a_run_that_fails_by_chance_waits_for_the_next_run() -> None:
    found = only(
        hit(
            drawn(batch("link", "oms", "erp")), failure("system:erp", FailureClass.TRANSIENT, error_rate=0.5)
        ),
        LINK,
    )

    assert (found.effect, found.hold) == ("BLOCKED", 15 * MINUTE)


@pytest.mark.parametrize(("dead_letter", "lost"), [("link.dlq", False), (None, True)])
def test_a_rejected_message_is_lost_without_a_dead_letter_queue(dead_letter: str | None, lost: bool) -> None:
    topology = drawn(queue("link", "oms", "erp", dead_letter=dead_letter))

    assert only(hit(topology, failure("system:erp", FailureClass.SCHEMA_MISMATCH)), LINK).lost is lost


def test_a_queue_rejects_from_the_moment_it_is_full() -> None:
    topology = drawn(queue("link", "oms", "erp", buffer=Buffer(600, 600 / HOUR)))

    rejected = next(
        each for each in hit(topology, failure("system:erp")).by_element[LINK] if each.effect == "REJECTED"
    )

    assert (rejected.since, rejected.until) == (EIGHT + HOUR, EIGHT + LASTS)


def test_a_queue_drops_what_would_wait_longer_than_its_retention() -> None:
    topology = drawn(queue("link", "oms", "erp", buffer=Buffer(retention=HOUR)))

    rejected = next(
        each for each in hit(topology, failure("system:erp")).by_element[LINK] if each.effect == "REJECTED"
    )

    assert (rejected.since, rejected.until) == (EIGHT, EIGHT + LASTS - HOUR)


def test_a_queue_keeps_the_drain_that_was_reported() -> None:
    found = only(hit(drawn(queue("link", "oms", "erp")), failure("system:erp", drain=40 * MINUTE)), LINK)

    assert found.drain == 40 * MINUTE


def test_a_backlog_has_its_delay_from_the_start() -> None:
    found = only(
        hit(drawn(queue("link", "oms", "erp")), failure(LINK, FailureClass.BACKLOG, delay="50m")), LINK
    )

    assert (found.delay, found.growing) == (50 * MINUTE, False)


def test_one_missed_run_without_an_end_blocks_just_that_run() -> None:
    missed = Failure("F", LINK, FailureClass.MISSED_RUN, EIGHT + 10 * MINUTE)
    graph = FailureGraph.of(drawn(batch("link", "oms", "erp")))

    found = only(propagate(graph, [missed], recovery=lambda each: each.started_at + 2 * HOUR), LINK)

    assert (found.until, found.fixed_end) == (EIGHT + 15 * MINUTE + 1, True)


def test_data_is_stale_from_its_freshness_until_the_drain_is_over() -> None:
    topology = drawn(queue("feed", "pos", "oms"), Data("stock", "oms", ("integration:feed",), 10 * MINUTE))

    found = only(hit(topology, failure("integration:feed", drain=HOUR)), "data:stock")

    assert (found.since, found.until) == (EIGHT + 10 * MINUTE, EIGHT + LASTS + HOUR)


def test_data_that_is_fed_by_a_batch_is_stale_until_the_first_run_after_the_end() -> None:
    topology = drawn(batch("feed", "pos", "oms"), Data("stock", "oms", ("integration:feed",), 10 * MINUTE))

    found = only(hit(topology, failure("integration:feed", lasts=2 * HOUR + MINUTE)), "data:stock")

    assert found.until == EIGHT + 2 * HOUR + 15 * MINUTE


def test_a_step_that_reads_stale_data_decides_wrongly_with_the_risk_of_the_data() -> None:
    stock = Data("stock", "oms", ("integration:feed",), 10 * MINUTE, 0.08)
    topology = drawn(queue("feed", "pos", "oms"), stock, step("promise", "wms", reads=("data:stock",)))

    assert only(hit(topology, failure("integration:feed")), "step:ship/promise").likelihood == pytest.approx(
        0.08
    )


def test_the_system_that_a_step_runs_on_is_needed_at_its_start_and_its_completion() -> None:
    found = only(hit(drawn(step("pick", "wms")), failure("system:wms")), "step:ship/pick")

    assert (found.at_start, found.at_completion) == (True, True)


def test_a_call_that_a_step_makes_is_needed_at_its_start_only() -> None:
    topology = drawn(call("link", "oms", "erp"), step("pick", "wms", LINK))

    found = only(hit(topology, failure(LINK)), "step:ship/pick")

    assert (found.at_start, found.at_completion) == (True, False)


def test_an_optional_call_costs_its_time_out() -> None:
    topology = drawn(call("link", "oms", "erp", timeout=3 * SECOND), step("pick", "wms", optional=[LINK]))

    assert only(hit(topology, failure("system:erp")), "step:ship/pick").delay == 3 * SECOND


def test_a_degraded_system_passes_nothing_on() -> None:
    needs = step("x", "wms", optional=["system:erp"]).needs
    topology = drawn(System("erp", "erp"), System("wms", "wms", needs=needs), step("pick", "wms"))

    found = hit(topology, failure("system:erp"))

    assert (effects(found, "system:wms"), effects(found, "step:ship/pick")) == (["DEGRADED"], [])


def test_a_location_affects_only_what_is_done_on_site_and_only_there() -> None:
    topology = drawn(
        Location("store-1", "store"),
        System("store", "store", per_location=True),
        step("pick", "store"),
        step("pay", "oms"),
    )

    found = hit(topology, failure("location:store-1"))

    assert only(found, "step:ship/pick").scope == Scope.of(locations=["store-1"])
    assert effects(found, "step:ship/pay") == []


def test_a_workflow_affects_its_own_steps_only() -> None:
    other = Step("pay", "collect", "system:oms")
    topology = drawn(step("pick", "oms"), other)

    found = hit(topology, failure("workflow:ship"))

    assert only(found, "step:ship/pick").scope == Scope.of(workflows=["ship"])
    assert effects(found, "step:collect/pay") == []


def test_an_integration_keeps_the_message_types_in_scope_and_a_step_that_needs_it_drops_them() -> None:
    topology = drawn(queue("link", "oms", "erp", carries=("invoice", "refund")), step("pick", "wms", LINK))

    found = hit(topology, failure("system:erp", scope=Scope.of(message_types=["invoice"])))

    assert only(found, LINK).scope == Scope.of(message_types=["invoice"])
    assert only(found, "step:ship/pick").scope == Scope()


def test_message_types_that_are_all_an_integration_carries_restrict_nothing() -> None:
    topology = drawn(queue("link", "oms", "erp", carries=("invoice",)))

    assert (
        only(
            hit(topology, failure("system:erp", scope=Scope.of(message_types=["invoice", "order"]))), LINK
        ).scope
        == Scope()
    )


def test_the_records_that_steps_send_count_among_what_an_integration_carries() -> None:
    sends = (
        Emission(RecordKind.NOTIFICATION, "shipped", LINK),
        Emission(RecordKind.NOTIFICATION, "delivered", LINK),
    )
    topology = drawn(
        queue("link", "oms", "mailer", carries=("notification",)), step("pick", "wms", emits=sends)
    )

    found = hit(topology, failure(LINK, scope=Scope.of(message_types=["shipped"])))

    assert only(found, LINK).scope == Scope.of(message_types=["shipped"])


def test_work_in_a_system_goes_on_where_only_messages_are_in_scope() -> None:
    found = hit(drawn(step("pick", "wms")), failure("system:wms", scope=Scope.of(message_types=["invoice"])))

    assert effects(found, "step:ship/pick") == []
    assert [each.rule for each in found.absorbed] == ["scope"]


def test_a_cron_schedule_is_left_to_the_forecast() -> None:
    topology = drawn(call("link", "oms", "erp", Transport.BATCH, schedule=Schedule(cron="0 6 * * *")))

    found = only(hit(topology, failure("system:erp")), LINK)

    assert (found.effect, found.until) == ("BLOCKED", EIGHT + LASTS)
