"""What holds of propagation over every topology: it is what naive sweeps find, and milder failures never
do more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Any, NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.enums import Effect, FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairment, Impairments
from graph_models.needs import Choice
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Step, System, Topology
from impactgraph.propagation import RULE_SUMMARIES
from impactgraph.propagation.impairment_state import ImpairmentState
from impactgraph.propagation.rules import apply_rule
from tests.drawing import EIGHT, hit
from tests.properties.naive_propagation import NaiveEdge, all_edges, naive, named, worst_of
from tests.properties.small_topologies import failures, several_failures, topologies

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
MOMENTS = tuple(EIGHT + n * 10 * MINUTE + 7 for n in range(-1, 55))


class Order(NamedTuple):
    """A kind of order, as scopes tell them apart."""

    location: str
    channel: str
    workflow: str
    message_type: str


NARROW = (Scope.of(locations=["here"]), Scope.of(channels=["web"]), Scope.of(workflows=["w"]))
ORDERS = tuple(
    Order(*each) for each in product(("here", "there"), ("web", "shop"), ("w", "v"), ("release", "invoice"))
)


def covers(scope: Scope, order: Order) -> bool:
    values = {
        "locations": order.location,
        "channels": order.channel,
        "workflows": order.workflow,
        "message_types": order.message_type,
    }
    return all(values[name] in allowed for name, allowed in scope.limits)


def value_of(found: Impairment | ImpairmentState) -> tuple[Any, ...]:
    """All that counts, without the place, the class and the story."""
    names = [name for name in ImpairmentState._fields if name != "failure_class"]
    return tuple(getattr(found, name) for name in names)


def values_of(found: Impairments) -> dict[str, set[tuple[Any, ...]]]:
    return {element: {value_of(each) for each in several} for element, several in found.by_element.items()}


def met_at(several: Iterable[Impairment], order: Order, at: Millis) -> Iterator[Impairment]:
    return (each for each in several if each.since <= at < each.until and covers(each.scope, order))


def points(found: Impairments) -> set[tuple[str, Order, Millis]]:
    """(element, kind of order, moment) that is impaired.

    On steps and data the type of a message does not count.
    """
    return {
        (element, order, at)
        for element, several in found.by_element.items()
        for each in several
        for order in ORDERS
        if covers(each.scope, order)
        for at in MOMENTS
        if each.since <= at < each.until
    }


@SETTINGS
@given(topologies(), several_failures())
def test_propagation_agrees_with_a_naive_implementation(topology: Topology, reported: list[Failure]) -> None:
    swept = naive(topology, reported)

    assert values_of(hit(topology, *reported)) == {
        element: {value_of(each) for each in worst_of(troubles)} for element, troubles in swept.items()
    }


@SETTINGS
@given(
    topologies(step_choices=True, system_choices=True), several_failures(), st.randoms(use_true_random=False)
)
def test_the_order_of_failures_does_not_matter(
    topology: Topology, reported: list[Failure], dice: Any
) -> None:
    shuffled = list(reported)
    dice.shuffle(shuffled)

    assert hit(topology, *reported) == hit(topology, *shuffled)


@SETTINGS
@given(topologies(step_choices=True, system_choices=True), several_failures())
def test_nothing_outside_the_scope_or_before_the_onset_is_impaired(
    topology: Topology, reported: list[Failure]
) -> None:
    by_key = {each.key: each for each in reported}

    for several in hit(topology, *reported).by_element.values():
        for impairment in several:
            causes = [by_key[key] for key in impairment.failures]
            assert all(impairment.since >= cause.started_at for cause in causes)
            assert all(
                impairment.scope.without("message_types").is_within(
                    cause.scope.without("message_types", "workflows")
                )
                for cause in causes
            )


@SETTINGS
@given(topologies(step_choices=True), several_failures(2), st.sampled_from(NARROW))
def test_a_narrower_scope_never_adds_anything(
    topology: Topology, reported: list[Failure], narrow: Scope
) -> None:
    narrower = [replace(reported[0], scope=reported[0].scope.intersection(narrow)), *reported[1:]]

    assert points(hit(topology, *narrower)) <= points(hit(topology, *reported))


@SETTINGS
@given(topologies(step_choices=True), several_failures(2), st.sampled_from([10 * MINUTE, HOUR]))
def test_an_earlier_end_never_adds_anything(
    topology: Topology, reported: list[Failure], earlier: Millis
) -> None:
    first = reported[0]
    assert first.expected_end is not None
    shorter = [
        replace(first, expected_end=max(first.started_at, first.expected_end - earlier)),
        *reported[1:],
    ]

    assert points(hit(topology, *shorter)) <= points(hit(topology, *reported))


@SETTINGS
@given(
    topologies(),
    failures(),
    st.sampled_from([FailureClass.LATENCY, FailureClass.TRANSIENT, FailureClass.STALE_DATA]),
)
def test_a_milder_failure_of_the_same_class_never_adds_anything(
    topology: Topology, reported: Failure, what: FailureClass
) -> None:
    worse = replace(reported, failure_class=what)
    assert worse.delay is not None
    assert worse.error_rate is not None
    milder = replace(worse, delay=worse.delay // 3, error_rate=worse.error_rate / 3, drain=None)

    assert points(hit(topology, milder)) <= points(hit(topology, worse))


@SETTINGS
@given(topologies(step_choices=True), several_failures())
def test_one_failure_less_never_adds_anything(topology: Topology, reported: list[Failure]) -> None:
    assert points(hit(topology, *reported[1:])) <= points(hit(topology, *reported))


@SETTINGS
@given(topologies(step_choices=True, system_choices=True), several_failures())
def test_every_path_begins_at_a_failure_and_each_hop_lies_within_the_previous_one(
    topology: Topology, reported: list[Failure]
) -> None:
    targets = {each.key: each.target for each in reported}

    for several in hit(topology, *reported).by_element.values():
        for impairment in several:
            hops = impairment.hops
            assert hops[0].element in {targets[key] for key in impairment.failures}
            assert all(set(before.failures) <= set(after.failures) for before, after in pairwise(hops))
            assert all(before.since <= after.since for before, after in pairwise(hops))


def follows(edges: Iterable[NaiveEdge], before: Impairment, after: Impairment) -> bool:
    """Whether the rule that `after` names makes it of `before` over an edge between the two."""
    for source, target, edge, policy in edges:
        if (source, target) == (before.element, after.element):
            for each in FailureClass:
                rule, outcome = apply_rule(edge, ImpairmentState(each, *value_of(before)), policy)
                if rule.name == after.rule and value_of(after) in [
                    value_of(named(found, target, source)) for found, _ in outcome.impairments
                ]:
                    return True
    return False


@SETTINGS
@given(topologies(), several_failures(2))
def test_every_path_can_be_derived_again_from_the_rules(topology: Topology, reported: list[Failure]) -> None:
    edges = list(all_edges(topology))

    for several in hit(topology, *reported).by_element.values():
        for impairment in several:
            assert all(follows(edges, before, after) for before, after in pairwise(impairment.hops))


@SETTINGS
@given(topologies(step_choices=True, system_choices=True), several_failures())
def test_every_rule_that_is_named_says_what_it_does(topology: Topology, reported: list[Failure]) -> None:
    found = hit(topology, *reported)

    assert {each.rule for each in found.absorbed} | {
        each.rule for several in found.by_element.values() for each in several
    } <= set(RULE_SUMMARIES)


@SETTINGS
@given(topologies(step_choices=True, system_choices=True), several_failures(2), st.integers(0, 6))
def test_a_limited_answer_is_part_of_the_whole_and_says_so(
    topology: Topology, reported: list[Failure], limit: int
) -> None:
    whole, part = hit(topology, *reported), hit(topology, *reported, limit=limit)

    assert set(part.by_element) <= set(whole.by_element)
    assert part.complete == (set(part.by_element) == set(whole.by_element))


def choices_of(owner: System | Step) -> list[Choice]:
    return [need for need in owner.needs.required if isinstance(need, Choice)]


def fails(
    found: Impairments, members: Sequence[str], order: Order, at: Millis, switch_after: Millis | None
) -> bool:
    """Whether an alternative is left, for this order at this moment: one of its members surely fails, or
    is too slow to wait for.
    """
    met = [
        each
        for member in members
        for each in met_at(found.by_element.get(member, ()), order, at)
        if each.likelihood == 1
    ]
    slow = [
        each.delay > switch_after
        for each in met
        if each.effect is Effect.DELAYED and switch_after is not None
    ]
    return any(slow) or any(each.effect in (Effect.BLOCKED, Effect.REJECTED) for each in met)


def step_choices(topology: Topology) -> Iterator[tuple[Step, Choice]]:
    return (
        (step, choice)
        for workflow in topology.workflows.values()
        for step in workflow.steps
        for choice in choices_of(step)
    )


@SETTINGS
@given(topologies(step_choices=True), several_failures())
def test_a_choice_fails_exactly_where_all_its_alternatives_do(
    topology: Topology, reported: list[Failure]
) -> None:
    reported = [
        replace(each, scope=each.scope.without("message_types"), failure_class=without_chance(each))
        for each in reported
    ]
    found = hit(topology, *reported)
    chosen = list(step_choices(topology))
    assume(chosen)

    for step, choice in chosen:
        mine = [each for each in found.by_element.get(step.id, ()) if each.rule == "all alternatives"]
        for order, at in product(
            [each for each in ORDERS if each.workflow == step.workflow and each.message_type == "release"],
            MOMENTS[::2],
        ):
            none_left = all(
                fails(found, members, order, at, choice.switch_after) for members in choice.alternatives
            )
            if none_left:
                assert any(met_at(found.by_element.get(step.id, ()), order, at))
            elif len(choices_of(step)) == 1:
                assert not any(met_at(mine, order, at))


def without_chance(failure: Failure) -> FailureClass:
    return FailureClass.OUTAGE if failure.failure_class is FailureClass.TRANSIENT else failure.failure_class
