"""The rules of propagation as one table: (edge, transport of the integration it leads to, failure class) ->
rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graph_models.enums import Effect, FailureClass, Transport
from impactgraph.propagation import dependants as to
from impactgraph.propagation import integrations as over
from impactgraph.propagation.impairment_state import NOTHING, Edge, ImpairmentState, Policy, RuleOutcome
from impactgraph.propagation.integrations import Apply

Place: TypeAlias = tuple[Edge, Transport | None, FailureClass]


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` is short and stable, `summary` is one line for people."""

    name: str
    summary: str
    apply: Apply


def _rule(name: str, apply: Apply) -> Rule:
    summary = " ".join((apply.__doc__ or "").split())
    return Rule(name, summary, apply)


OWN = _rule("failed", to.fails_itself)
STOPS = _rule("stops", to.goes_on)
SAME = _rule("same", to.same)
CALL_FAILS = _rule("call fails", over.call_fails)
CALL_IS_SLOW = _rule("slow call", over.call_is_slow)
CALL_BY_CHANCE = _rule("attempts used up", over.call_fails_by_chance)
MESSAGE_BY_CHANCE = _rule("message rejected by chance", over.message_fails_by_chance)
RUN_BY_CHANCE = _rule("run fails by chance", over.run_fails_by_chance)
QUEUE_HOLDS = _rule("queue holds", over.queue_holds)
SLOW_QUEUE = _rule("slow queue", over.queue_is_slow)
RUN_MISSED = _rule("run missed", over.waits_for_run)
ONE_RUN_MISSED = _rule("one run missed", over.waits_for_next_run)
NOTHING_SENT = _rule("nothing sent", over.sends_nothing)
LATE = _rule("late", over.passes_late)
REJECTED = _rule("rejected", over.is_rejected)
OLD_CONTENT = _rule("old content", over.carries_old_content)
TWICE = _rule("twice", over.passes_twice)
NO_RUNS = _rule("no runs", over.has_no_runs)
STEP_NEEDS = _rule("step needs", to.step_needs)
STEP_STANDS = _rule("step stands", to.step_stands)
STEP_THERE = _rule("step there", to.step_at_location)
STEP_SHORT_OF_PEOPLE = _rule("too few people", to.step_is_short_of_people)
STEP_DECIDES = _rule("wrong decision", to.step_decides)
STEP_WITHOUT = _rule("optional", to.step_does_without)
SYSTEM_WITHOUT = _rule("optional to a system", to.system_does_without)
DATA_AGES = _rule("stale", to.data_ages)
DATA_NOT_UPDATED = _rule("not updated", to.data_itself_ages)
DATA_WRONG = _rule("counted twice", to.data_is_wrong)
DATA_OLD = _rule("old data", to.data_is_old)

SYNC, QUEUES, RUNS = (Transport.SYNC,), (Transport.QUEUE, Transport.STREAM), (Transport.BATCH, Transport.FILE)
ALL = tuple(FailureClass)
C = FailureClass

_ANY_TRANSPORT: Mapping[FailureClass, Rule] = {
    C.BACKLOG: LATE,
    C.CAPACITY: LATE,
    C.SCHEMA_MISMATCH: REJECTED,
    C.BUSINESS_RULE: REJECTED,
    C.STALE_DATA: OLD_CONTENT,
    C.DUPLICATE: TWICE,
}
_SYNC = {
    **_ANY_TRANSPORT,
    C.OUTAGE: CALL_FAILS,
    C.LATENCY: CALL_IS_SLOW,
    C.TRANSIENT: CALL_BY_CHANCE,
    C.MISSED_RUN: NO_RUNS,
}
_QUEUES = {
    **_ANY_TRANSPORT,
    C.OUTAGE: QUEUE_HOLDS,
    C.LATENCY: SLOW_QUEUE,
    C.BACKLOG: SLOW_QUEUE,
    C.CAPACITY: SLOW_QUEUE,
    C.TRANSIENT: MESSAGE_BY_CHANCE,
    C.MISSED_RUN: NO_RUNS,
}
_RUNS = {
    **_ANY_TRANSPORT,
    C.OUTAGE: RUN_MISSED,
    C.LATENCY: LATE,
    C.TRANSIENT: RUN_BY_CHANCE,
    C.MISSED_RUN: ONE_RUN_MISSED,
}
_FROM_SOURCE = {
    C.OUTAGE: NOTHING_SENT,
    C.LATENCY: LATE,
    C.BACKLOG: LATE,
    C.CAPACITY: LATE,
    C.BUSINESS_RULE: STOPS,
}
"""Differences at the source: it makes no calls to itself, and does not send what it rejects."""
_TO_TARGET = {C.STALE_DATA: STOPS}
"""Old content in the target does not change what was sent to it; only a call gets old content back."""

_INTEGRATIONS: tuple[tuple[tuple[Edge, ...], tuple[Transport, ...], Mapping[FailureClass, Rule]], ...] = (
    ((Edge.OWN, Edge.VIA, Edge.TARGET), SYNC, _SYNC),
    ((Edge.OWN, Edge.VIA), QUEUES, _QUEUES),
    ((Edge.OWN, Edge.VIA), RUNS, _RUNS),
    ((Edge.TARGET,), QUEUES, {**_QUEUES, **_TO_TARGET}),
    ((Edge.TARGET,), RUNS, {**_RUNS, **_TO_TARGET}),
    ((Edge.SOURCE,), SYNC, {**_SYNC, **_FROM_SOURCE}),
    ((Edge.SOURCE,), QUEUES, {**_QUEUES, **_FROM_SOURCE}),
    ((Edge.SOURCE,), RUNS, {**_RUNS, **_FROM_SOURCE}),
)

_DEPENDANTS: Mapping[Edge, Mapping[FailureClass, Rule]] = {
    Edge.OWN: dict.fromkeys(ALL, OWN),
    Edge.OWN_DATA: {
        **dict.fromkeys(ALL, OWN),
        C.STALE_DATA: DATA_NOT_UPDATED,
        C.BACKLOG: DATA_NOT_UPDATED,
        C.MISSED_RUN: DATA_NOT_UPDATED,
        C.DUPLICATE: DATA_WRONG,
    },
    Edge.OFFERS: dict.fromkeys(ALL, SAME),
    Edge.SYSTEM_NEEDS: {**dict.fromkeys(ALL, SAME), C.MISSED_RUN: STOPS},
    Edge.SYSTEM_OPTIONAL: {**dict.fromkeys(ALL, SYSTEM_WITHOUT), C.MISSED_RUN: STOPS},
    Edge.STEP_NEEDS: {**dict.fromkeys(ALL, STEP_NEEDS), C.MISSED_RUN: STOPS},
    Edge.STEP_OPTIONAL: {**dict.fromkeys(ALL, STEP_WITHOUT), C.MISSED_RUN: STOPS},
    # A schema concerns what is exchanged, old content what is read, a run what is sent: the work in the
    # system itself goes on.
    Edge.RUNS_ON: {
        **dict.fromkeys(ALL, STEP_STANDS),
        C.SCHEMA_MISMATCH: STOPS,
        C.STALE_DATA: STOPS,
        C.MISSED_RUN: STOPS,
    },
    Edge.AT_LOCATION: {
        **dict.fromkeys(ALL, STEP_THERE),
        C.MISSED_RUN: STOPS,
        C.CAPACITY: STEP_SHORT_OF_PEOPLE,
    },
    Edge.OF_WORKFLOW: {**dict.fromkeys(ALL, STEP_THERE), C.MISSED_RUN: STOPS},
    Edge.FEEDS: {**dict.fromkeys(ALL, DATA_AGES), C.DUPLICATE: DATA_WRONG},
    Edge.HOLDS: {**dict.fromkeys(ALL, STOPS), C.STALE_DATA: DATA_OLD},
    Edge.READS: dict.fromkeys(ALL, STEP_DECIDES),
}


def _table() -> Iterator[tuple[Place, Rule]]:
    for edge, rules in _DEPENDANTS.items():
        yield from (((edge, None, each), rule) for each, rule in rules.items())
    for edges, transports, rules in _INTEGRATIONS:
        yield from (
            ((edge, transport, each), rule)
            for edge in edges
            for transport in transports
            for each, rule in rules.items()
        )


RULES: Mapping[Place, Rule] = dict(_table())


_BESIDE_THE_TABLE: Mapping[str, str] = {
    "choice": "The alternative that is taken works, but is itself impaired.",
    "fallback": (
        "Where an alternative fails, the next one is taken: later by the time lost, and by the wait for a "
        "run where it has runs."
    ),
    "all alternatives": (
        "A choice fails where all its alternatives fail at once, in the overlap of their scopes and windows; "
        "the mildest of them counts."
    ),
    "retry": "Whoever tries again for long enough, or often enough, gets through.",
    "timeout": "An answer that is late within the time-out is waited for.",
    "buffer": "A queue that can hold what arrives until the end loses nothing.",
    "scope": "What is not in the scope of the failure is not touched.",
    "freshness": "Data that may be older than its feed is late stays good.",
    "idempotent": "What happens twice counts once for an idempotent receiver.",
    "unknown": "The topology has no such element, or it is one that does not fail.",
}
RULE_SUMMARIES: Mapping[str, str] = {rule.name: rule.summary for rule in RULES.values()} | _BESIDE_THE_TABLE
"""One line for people by the name of every rule: those of the table, of choices, and of what absorbs a
failure.
"""


def apply_rule(edge: Edge, state: ImpairmentState, policy: Policy) -> tuple[Rule, RuleOutcome]:
    """The rule of an edge for an impairment state, and its outcome at the other end.

    A degraded element works: nothing goes on from it but its missed runs.
    """
    rule = RULES[edge, policy.transport, state.failure_class]
    if state.effect is Effect.DEGRADED and state.failure_class is not FailureClass.MISSED_RUN:
        return rule, NOTHING
    return rule, rule.apply(state, policy)
