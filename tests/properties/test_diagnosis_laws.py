"""What holds of every diagnosis: it agrees with the blast radius both ways, promises no more than the
forecast, whoever else is asked about.
"""

from dataclasses import replace
from itertools import pairwise
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.diagnosis import Diagnosis, DiagnosisState
from graph_models.enums import Band, OrderStatus
from graph_models.failure import Failure
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.ports.store import Store
from impactgraph.usecases.overdue import OverdueQuestion, overdue
from impactgraph.usecases.why import Case
from tests.asking import cases_of, orders_by_key
from tests.listing import orders_of
from tests.properties.small_worlds import AS_OF, worlds
from tests.worlds import SmallStore, World, ask

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
CALM = (DiagnosisState.ON_TRACK, DiagnosisState.WAITING, DiagnosisState.UNKNOWN)


def examined(world: World, *keys: str) -> dict[str, Case]:
    asked = keys or tuple(dict.fromkeys(j.order for j in world.journeys))
    return cases_of(cast(Store, SmallStore(world)), asked, world.as_of)


def active(world: World) -> tuple[Failure, ...]:
    return tuple(failure for failure in world.failures if failure.active_at(world.as_of))


def hit_by(world: World, *failures: Failure) -> set[str]:
    """Orders in the blast radius of these, with a likelihood that is listed."""
    keys = tuple(failure.key for failure in failures)
    return {row.order for row in orders_of(ask(world, failures=keys, min_likelihood=0.05))} if keys else set()


def blamed(diagnosis: Diagnosis) -> set[str]:
    return {cause.failure for cause in diagnosis.causes if cause.failure is not None}


@SETTINGS
@given(worlds(most_failures=3))
def test_an_order_in_the_blast_radius_of_an_active_failure_has_it_among_its_causes(world: World) -> None:
    """Of several reports of the same failure, the first: how long it still lasts is drawn by its id, so that
    at the least likelihood of a list another one may say the opposite.
    """
    found = examined(world)

    for failure in active(world):
        same = {each.key for each in world.failures if replace(each, key=failure.key) == failure}
        if failure.key != min(same):
            continue
        assert {
            key for key in hit_by(world, failure) if same.isdisjoint(blamed(found[key].diagnosis))
        } == set()


@SETTINGS
@given(worlds(most_failures=3))
def test_an_active_failure_among_the_causes_of_an_order_has_it_in_its_blast_radius(world: World) -> None:
    together = hit_by(world, *active(world))
    alone = {failure.key: hit_by(world, failure) for failure in active(world)}

    for key, case in examined(world).items():
        assert all(
            key in alone[failure] or key in together for failure in blamed(case.diagnosis) if failure in alone
        )


@SETTINGS
@given(worlds(most_failures=3))
def test_no_order_that_an_active_failure_affects_is_called_on_track(world: World) -> None:
    found, hit = (
        examined(world),
        hit_by(world, *active(world)).union(*(hit_by(world, failure) for failure in active(world))),
    )

    assert {
        key
        for key in hit
        if found[key].situation.order.status is OrderStatus.IN_FLIGHT and found[key].diagnosis.state in CALM
    } == set()
    assert {
        key
        for key, case in found.items()
        if case.diagnosis.state in (DiagnosisState.STUCK, DiagnosisState.AT_RISK)
    } <= hit


@SETTINGS
@given(worlds(most_failures=2), st.data())
def test_a_diagnosis_does_not_depend_on_other_orders_in_the_question(
    world: World, data: st.DataObject
) -> None:
    together = examined(world)
    key = data.draw(st.sampled_from(sorted(together)))
    alone = examined(world, key)[key]

    assert without_moments(alone.diagnosis) == without_moments(together[key].diagnosis)


def without_moments(told: Diagnosis) -> tuple[Diagnosis, list[object]]:
    """Apart from its peers, and from when it meets what is to come: among others that is told of all that
    stand where it does, to a few seconds.
    """
    causes = [
        (
            cause.kind,
            cause.failure,
            cause.element,
            cause.likelihood,
            [(hop.source, hop.target, hop.rule, hop.effect) for hop in cause.path.hops],
        )
        if cause.path
        else cause
        for cause in told.causes
    ]
    return replace(told, peers=None, causes=()), [*causes]


@SETTINGS
@given(worlds(most_failures=2), st.sampled_from([None, MINUTE, 20 * MINUTE, 2 * HOUR]))
def test_diagnosis_order_and_list_agree_on_what_is_overdue(world: World, within: Millis | None) -> None:
    """Only what a failure cost it in its step excuses an order further."""
    workflows = {
        key: replace(w, steps=tuple(replace(step, within=within) for step in w.steps))
        for key, w in world.topology.workflows.items()
    }
    world = replace(world, topology=replace(world.topology, workflows=workflows))
    store, found = cast(Store, SmallStore(world)), examined(world)
    told = orders_by_key(store, list(found), world.as_of)
    with overdue(store, OverdueQuestion(), world.as_of) as late:
        listed = {order.key for order in late.orders(first=500, after=None).items}

    assert listed == {key for key, order in told.items() if any(part.overdue for part in order.fulfillments)}
    for key, case in found.items():
        beyond = {part.key for part in told[key].fulfillments if part.overdue}
        excused = {
            part.fulfillment.key
            for part in case.situation.fulfillments
            if any(hit.delay for hit in part.past_impacts_in_step)
        }
        assert {part.fulfillment.key for part in case.situation.overdue} | excused == beyond | excused
        assert (
            case.diagnosis.state not in (DiagnosisState.WAITING, DiagnosisState.ON_TRACK) or beyond <= excused
        )


@SETTINGS
@given(worlds(most_failures=2))
def test_what_is_expected_lies_ahead_and_ends_when_the_forecast_does(world: World) -> None:
    for case in examined(world).values():
        assert case.diagnosis.next_expected is None or case.diagnosis.next_expected >= world.as_of
        for part in case.situation.fulfillments:
            way = case.expected_steps.get(part.fulfillment.key)
            if way is None or way.done_at is None:
                continue
            assert all(stop.begins <= stop.leaves for stop in way.steps)
            assert all(before.leaves == after.begins for before, after in pairwise(way.steps))
            assert (
                case.diagnosis.next_expected is None
                or len(case.situation.fulfillments) > 1
                or case.diagnosis.next_expected == way.steps[0].leaves
            )


@SETTINGS
@given(worlds(most_failures=1))
def test_the_expected_steps_of_a_held_order_end_no_earlier_than_the_forecast(world: World) -> None:
    """Later where it cannot be done so soon: no step is taken to be shorter than its median."""
    for case in examined(world).values():
        for part in case.situation.fulfillments:
            way, held = (
                case.expected_steps.get(part.fulfillment.key),
                [hit for hit in part.impacts if hit.is_probable and hit.band is not Band.RECORDS_ONLY],
            )
            if (
                way is not None
                and len(held) == 1
                and held[0].completion is not None
                and way.done_at is not None
            ):
                assert way.done_at >= held[0].completion - MINUTE


@SETTINGS
@given(worlds(most_failures=2))
def test_failures_that_have_ended_are_blamed_only_for_what_is_still_open(world: World) -> None:
    ended = world.with_failures(
        *(
            replace(f, ended_at=max(f.started_at + 1, AS_OF - HOUR))
            for f in world.failures
            if f.started_at < AS_OF - HOUR
        )
    )

    for case in examined(ended).values():
        open_ = {f.key for _, hit in case.situation.impacts for f in hit.failures}
        assert blamed(case.diagnosis) <= open_
