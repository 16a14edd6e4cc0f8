"""Alternatives: which one is taken, what that costs, and when all of them fail at once."""

from dataclasses import replace

import pytest

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, SECOND
from graph_models.topology import Integration, Retry, Schedule, System, Topology
from tests.drawing import EIGHT, LASTS, any_of, batch, call, drawn, effects, failure, hit, only, step

PACK = "step:ship/pack"
LABELS = call("labels", "store", "tms", timeout=20 * SECOND, retry=Retry(attempts=2, backoff=10 * SECOND))
BACKUP = call("backup", "store", "carrier")
COURIER = call("courier", "store", "courier")
HOURLY = batch("backup", "store", "carrier", schedule=Schedule(every=HOUR))


def packing(*links: Integration, switch_after: int | None = None) -> Topology:
    return drawn(
        *links,
        step(
            "pack", "store", any_of(*(f"integration:{each.key}" for each in links), switch_after=switch_after)
        ),
    )


def out(
    system: str, *, since: int = 0, lasts: int = LASTS, where: tuple[str, ...] = (), key: str = ""
) -> Failure:
    scope = Scope.of(locations=where) if where else Scope()
    made = failure(f"system:{system}", key=key or system, scope=scope)
    return replace(made, started_at=EIGHT + since, expected_end=EIGHT + since + lasts)


def test_nothing_happens_to_a_step_whose_second_choice_fails() -> None:
    assert effects(hit(packing(LABELS, BACKUP), out("carrier")), PACK) == []


def test_a_step_goes_on_over_the_fallback_after_the_time_lost_on_its_first_choice() -> None:
    found = only(hit(packing(LABELS, BACKUP), out("tms")), PACK)

    # Two attempts that take their whole time-out, and the backoff between them.
    assert (found.effect, found.delay, found.run) == ("DELAYED", 50 * SECOND, None)


def test_a_first_choice_that_comes_back_while_it_is_tried_is_taken() -> None:
    patient = replace(LABELS, timeout=None, retry=Retry(attempts=3, backoff=10 * MINUTE))

    found = only(hit(packing(patient, BACKUP), out("tms")), PACK)
    # Late by the rest of the outage, at most by the time for which it is tried.
    assert (found.effect, found.delay, found.remaining) == ("DELAYED", 20 * MINUTE, True)


@pytest.mark.parametrize(
    "links",
    [
        pytest.param((LABELS, HOURLY), id="handed to a batch"),
        pytest.param((replace(LABELS, timeout=None, retry=Retry()), BACKUP), id="tried once"),
    ],
)
def test_where_the_first_choice_is_not_tried_on_nobody_waits_for_its_end(
    links: tuple[Integration, Integration],
) -> None:
    assert not only(hit(packing(*links), out("tms")), PACK).remaining


def test_a_step_that_switches_at_a_moment_of_its_own_does_not_wait_for_the_end() -> None:
    found = only(hit(packing(LABELS, BACKUP, switch_after=10 * MINUTE), out("tms")), PACK)

    assert (found.delay, found.remaining) == (10 * MINUTE, False)


def test_a_step_switches_after_the_stated_time() -> None:
    assert only(hit(packing(LABELS, BACKUP, switch_after=10 * MINUTE), out("tms")), PACK).delay == 10 * MINUTE


def test_an_order_that_is_handed_to_a_batch_waits_for_its_run() -> None:
    found = only(hit(packing(LABELS, HOURLY), out("tms")), PACK)

    assert (found.effect, found.run) == ("DELAYED", Schedule(every=HOUR))


def test_a_fallback_that_costs_nothing_leaves_the_step_degraded() -> None:
    free = replace(LABELS, timeout=None, retry=Retry())

    assert effects(hit(packing(free, BACKUP), out("tms")), PACK) == ["DEGRADED"]


def test_a_step_stands_where_all_alternatives_fail_at_once() -> None:
    found = hit(packing(LABELS, BACKUP), out("tms"), out("carrier"))

    stands = only(found, PACK)
    assert (stands.effect, stands.failures) == ("BLOCKED", ("carrier", "tms"))


def test_a_step_stands_only_in_the_overlap_of_the_windows() -> None:
    found = hit(
        packing(LABELS, BACKUP), out("tms", lasts=2 * HOUR), out("carrier", since=HOUR, lasts=2 * HOUR)
    ).by_element[PACK]

    windows = {each.rule: (each.since, each.until) for each in found}
    assert windows == {
        "all alternatives": (EIGHT + HOUR, EIGHT + 2 * HOUR),
        "fallback": (EIGHT, EIGHT + HOUR),
    }


def test_a_fallback_that_fails_later_ends_at_that_known_moment() -> None:
    found = hit(
        packing(LABELS, BACKUP), out("tms", lasts=2 * HOUR), out("carrier", since=HOUR, lasts=2 * HOUR)
    ).by_element[PACK]

    # The start of a failure is known; the end of one is an estimate.
    assert {each.rule: each.fixed_end for each in found} == {"fallback": True, "all alternatives": False}


def test_a_fallback_that_never_fails_ends_when_the_first_choice_is_back() -> None:
    assert not only(hit(packing(LABELS, BACKUP), out("tms")), PACK).fixed_end


def test_a_fallback_works_until_the_next_of_several_failures_begins() -> None:
    found = hit(
        packing(LABELS, BACKUP, COURIER),
        out("tms", lasts=4 * HOUR),
        out("carrier", since=HOUR, lasts=HOUR),
        out("carrier", since=3 * HOUR, lasts=HOUR, key="again"),
    ).by_element[PACK]

    ends = {each.since: (each.until, each.fixed_end) for each in found if "backup instead" in each.detail}
    assert ends == {
        EIGHT: (EIGHT + HOUR, True),
        EIGHT + 2 * HOUR: (EIGHT + 3 * HOUR, True),
    }


def test_a_step_stands_only_in_the_overlap_of_the_scopes() -> None:
    found = hit(
        packing(LABELS, BACKUP), out("tms", where=("a", "b")), out("carrier", where=("b", "c"))
    ).by_element[PACK]

    scopes = {each.rule: each.scope for each in found}
    assert scopes == {
        "all alternatives": Scope.of(locations=["b"]),
        "fallback": Scope.of(locations=["a", "b"]),
    }


def test_alternatives_that_fail_in_different_places_never_fail_together() -> None:
    found = hit(packing(LABELS, BACKUP), out("tms", where=("a",)), out("carrier", where=("b",)))

    assert only(found, PACK).rule == "fallback"


def test_alternatives_that_fail_one_after_the_other_never_fail_together() -> None:
    found = hit(packing(LABELS, BACKUP), out("tms", lasts=HOUR), out("carrier", since=HOUR, lasts=HOUR))

    assert only(found, PACK).rule == "fallback"


def test_the_third_alternative_is_taken_where_the_first_two_fail() -> None:
    found = hit(packing(LABELS, HOURLY, COURIER), out("tms"), out("carrier"))

    assert only(found, PACK).run is None
    assert [each.detail for each in found.absorbed if each.rule == "fallback"] == [
        "step pack of ship goes on over integration courier instead of integration labels"
    ]


def test_an_alternative_of_two_members_fails_with_either() -> None:
    links = LABELS, BACKUP, COURIER
    topology = drawn(
        *links, step("pack", "store", any_of("integration:labels integration:backup", "integration:courier"))
    )

    assert only(hit(topology, out("carrier")), PACK).rule == "fallback"


def test_a_choice_takes_the_mildest_effect_where_one_alternative_is_only_slow() -> None:
    slow = failure("system:carrier", FailureClass.LATENCY, key="slow", delay="30s")

    found = only(hit(packing(LABELS, BACKUP), out("tms"), slow), PACK)

    assert (found.effect, found.delay) == ("DELAYED", 80 * SECOND)


def test_a_slow_first_choice_is_waited_for() -> None:
    slow = failure("system:tms", FailureClass.LATENCY, key="slow", delay="15s")

    found = only(hit(packing(LABELS, BACKUP), slow), PACK)

    assert (found.effect, found.delay, found.rule) == ("DELAYED", 15 * SECOND, "choice")


def test_a_first_choice_slower_than_the_switch_is_left() -> None:
    slow = failure("integration:labels", FailureClass.BACKLOG, key="slow", delay="30m")

    assert only(hit(packing(LABELS, BACKUP, switch_after=10 * MINUTE), slow), PACK).rule == "fallback"


def test_a_chance_to_fail_is_a_chance_to_fall_back() -> None:
    transient = failure("system:tms", FailureClass.TRANSIENT, key="t", error_rate=0.5)
    found = hit(packing(replace(LABELS, retry=Retry()), BACKUP), transient)

    assert only(found, PACK).likelihood == pytest.approx(0.5)


def test_a_fallback_happens_by_the_chance_of_the_call_that_fails() -> None:
    """Not by one of its own: an order for which the call fails falls back, and no other."""
    transient = failure("system:tms", FailureClass.TRANSIENT, key="t", error_rate=0.5)
    found = hit(packing(replace(LABELS, retry=Retry()), BACKUP), transient)

    of_the_call = only(found, "integration:labels")
    assert only(found, PACK).chances == of_the_call.chances
    assert len(of_the_call.chances) == 1


def test_nobody_waits_for_the_end_of_a_first_choice_that_rejects() -> None:
    """What was rejected is not tried on: the time lost is lost, whenever the failure ends."""
    patient = replace(LABELS, timeout=None, retry=Retry(attempts=3, backoff=10 * MINUTE))
    rejects = failure("integration:labels", FailureClass.SCHEMA_MISMATCH, key="schema")

    fallbacks = [
        each for each in hit(packing(patient, BACKUP), rejects).by_element[PACK] if each.rule == "fallback"
    ]
    assert [(each.effect, each.remaining) for each in fallbacks] == [("DELAYED", False)]


def test_nobody_waits_for_the_end_of_the_second_of_two_choices_that_fail() -> None:
    """The first has been left by then: its end is not the end of the second."""
    patient = Retry(attempts=3, backoff=10 * MINUTE)
    links = (
        replace(LABELS, timeout=None, retry=patient),
        replace(BACKUP, timeout=None, retry=patient),
        COURIER,
    )

    found = hit(packing(*links), out("tms"), out("carrier")).by_element[PACK]

    assert [(each.delay, each.remaining) for each in found if "courier instead" in each.detail] == [
        (40 * MINUTE, False)
    ]


def test_chances_to_fail_together_multiply() -> None:
    links = replace(LABELS, retry=Retry()), BACKUP
    found = hit(
        packing(*links),
        failure("system:tms", FailureClass.TRANSIENT, key="t", error_rate=0.5),
        failure("system:carrier", FailureClass.TRANSIENT, key="c", error_rate=0.2),
    )

    stands = next(each for each in found.by_element[PACK] if each.rule == "all alternatives")
    assert stands.likelihood == pytest.approx(0.1)


def test_a_system_with_alternatives_passes_on_that_all_of_them_fail() -> None:
    needs = step("x", "wms", any_of("system:a", "system:b")).needs
    topology = drawn(
        System("a", "a"), System("b", "b"), System("wms", "wms", needs=needs), step("pack", "wms")
    )

    assert effects(hit(topology, out("a"), out("b")), PACK) == ["BLOCKED"]
    assert effects(hit(topology, out("a")), PACK) == []


def test_systems_whose_choices_stand_on_each_other_in_a_circle_come_to_an_end() -> None:
    a = System("a", "a", needs=step("x", "a", any_of("integration:to-x", "integration:to-b")).needs)
    b = System("b", "b", needs=step("x", "b", any_of("integration:to-x", "integration:to-a")).needs)
    links = (call("to-x", "a", "x", timeout=5 * SECOND), call("to-b", "a", "b"), call("to-a", "b", "a"))

    found = hit(drawn(a, b, *links), out("x"))

    assert effects(found, "system:a")
    assert effects(found, "system:b")


def test_the_story_of_a_fallback_leads_to_the_failure() -> None:
    found = only(hit(packing(LABELS, BACKUP), out("tms")), PACK)

    assert [each.element for each in found.hops] == ["system:tms", "integration:labels", PACK]
