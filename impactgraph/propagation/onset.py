"""Impairment of the failed element itself, from its failure."""

from graph_models.enums import Effect, ElementKind, FailureClass
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import MINUTE, SECOND, Millis
from impactgraph.propagation.impairment_state import ImpairmentState
from impactgraph.propagation.integrations import PERSON_WITHIN

ASSUMED_ERROR_RATE = 0.5
ASSUMED_LATENCY: Millis = 30 * SECOND
ASSUMED_BACKLOG: Millis = 30 * MINUTE

_WHERE_WORK_IS_DONE = (ElementKind.STEP, ElementKind.WORKFLOW, ElementKind.LOCATION)
_STEP_CLASSES = {FailureClass.MISSED_RUN: FailureClass.OUTAGE}
"""A run of a step (a wave, a pick-up) that did not take place blocks it."""


def onset(failure: Failure, kind: ElementKind, key: str, until: Millis) -> ImpairmentState:
    """Impairment state of the failed element in [started_at, until); figures that are not reported are
    assumed.
    """
    state = ImpairmentState(
        failure_class=_class_of(failure, kind),
        effect=Effect.BLOCKED,
        since=failure.started_at,
        until=until,
        drain=failure.drain or 0,
        scope=_scope_of(failure.scope, kind, key),
        failures=(failure.key,),
    )
    return _with_reported_figures(state, failure, kind)


def _class_of(failure: Failure, kind: ElementKind) -> FailureClass:
    if failure.failure_class is FailureClass.CAPACITY and not failure.delay:
        return FailureClass.OUTAGE
    return (
        _STEP_CLASSES.get(failure.failure_class, failure.failure_class)
        if kind in _WHERE_WORK_IS_DONE
        else failure.failure_class
    )


def _scope_of(scope: Scope, kind: ElementKind, key: str) -> Scope:
    if kind is ElementKind.LOCATION:
        return scope.intersection(Scope.of(locations=[key]))
    if kind is ElementKind.WORKFLOW:
        return scope.intersection(Scope.of(workflows=[key]))
    return scope


def _with_reported_figures(state: ImpairmentState, failure: Failure, kind: ElementKind) -> ImpairmentState:
    match state.failure_class:
        case FailureClass.OUTAGE:
            return state._replace(at_completion=kind is ElementKind.STEP)
        case FailureClass.TRANSIENT:
            rate = ASSUMED_ERROR_RATE if failure.error_rate is None else failure.error_rate
            return state._replace(likelihood=rate, hold=PERSON_WITHIN)
        case FailureClass.LATENCY:
            return state._replace(
                effect=Effect.DELAYED, delay=ASSUMED_LATENCY if failure.delay is None else failure.delay
            )
        case FailureClass.BACKLOG:
            return state._replace(
                effect=Effect.DELAYED,
                growing=failure.delay is None,
                delay=failure.delay or failure.drain or ASSUMED_BACKLOG,
            )
        case FailureClass.CAPACITY:
            return state._replace(effect=Effect.DELAYED, delay=failure.delay or 0)
        case FailureClass.SCHEMA_MISMATCH | FailureClass.BUSINESS_RULE:
            return state._replace(effect=Effect.REJECTED, drain=0)
        case FailureClass.STALE_DATA:
            return state._replace(effect=Effect.STALE, delay=failure.delay or 0)
        case FailureClass.DUPLICATE:
            return state._replace(effect=Effect.DUPLICATED)
        case FailureClass.MISSED_RUN:
            ends = failure.ended_at is not None or failure.expected_end is not None
            return state._replace(effect=Effect.DEGRADED, fixed_end=not ends)
