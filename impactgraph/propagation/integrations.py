"""Rules for the calls and messages of an integration: (impairment state, policy) -> outcome."""

from collections.abc import Callable
from functools import wraps

from graph_models.enums import Effect, FailureClass, Medium, Transport
from graph_models.impairment import Chance, RepeatedAttempts
from graph_models.percent import percent
from graph_models.scope import Scope
from graph_models.time import HOUR, SECOND, Millis, say_duration
from graph_models.topology import Retry
from impactgraph.propagation.impairment_state import NOTHING, ImpairmentState, Policy, RuleOutcome
from impactgraph.topology.calendar import Calendar

PERSON_WITHIN: Millis = HOUR
"""How long an order waits for a person when a call failed for good by chance."""
NEVER_IN_PRACTICE = 1e-6
NEGLIGIBLE_DELAY: Millis = SECOND

Apply = Callable[[ImpairmentState, Policy], RuleOutcome]


def _message_types(scope: Scope, policy: Policy) -> Scope | None:
    """The part of the scope that the integration carries; None where it carries nothing of it."""
    types_in_scope = scope.values("message_types")
    carried_types = {*policy.carries, *(type_ for type_, _ in policy.emissions)}
    if types_in_scope is None or not carried_types:
        return scope
    affected_types = {name for name in policy.carries if name in types_in_scope} | {
        type_ for type_, kind in policy.emissions if type_ in types_in_scope or kind in types_in_scope
    }
    if not affected_types:
        return None
    everything = (policy.carries and set(policy.carries) <= affected_types) or carried_types <= affected_types
    rest = scope.without("message_types")
    return rest if everything else rest.intersection(Scope.of(message_types=affected_types))


def _within_carried_types(rule: Apply) -> Apply:
    """The rule, applied only to the message types in scope that the integration carries."""

    @wraps(rule)
    def rule_within_carried_types(state: ImpairmentState, policy: Policy) -> RuleOutcome:
        scope = _message_types(state.scope, policy)
        if scope is None:
            types_in_scope = ", ".join(state.scope.values("message_types") or ())
            return RuleOutcome(absorptions=(("scope", f"{{it}} carries nothing of {types_in_scope}"),))
        return rule(state if scope == state.scope else state._replace(scope=scope), policy)

    return rule_within_carried_types


def _single_outcome(
    state: ImpairmentState, detail: str, *, absorptions: tuple[tuple[str, str], ...] = ()
) -> RuleOutcome:
    return RuleOutcome(((state, detail),), absorptions)


def patience_of(retry: Retry) -> Millis:
    """How long a caller goes on trying before it gives up, without the time the calls themselves take."""
    return max(retry.lasting, (retry.attempts - 1) * retry.backoff)


@_within_carried_types
def call_fails(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A synchronous call fails while the other side is out; one that goes on trying for longer than the
    outage is only late.
    """
    span = state.until - state.since
    if span > patience_of(policy.retry):
        return _single_outcome(state, "{it} calls synchronously: what needs it waits until the end")
    late = state._replace(
        failure_class=FailureClass.LATENCY, effect=Effect.DELAYED, delay=span, remaining=True
    )
    words = (
        f"{{it}} goes on trying for {say_duration(patience_of(policy.retry))}, longer than the "
        f"{say_duration(span)} of the outage"
    )
    return _single_outcome(late, words, absorptions=(("retry", words),))


@_within_carried_types
def call_is_slow(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A slow answer makes the call slow; slower than the time-out, and the call fails."""
    late = say_duration(state.delay)
    if policy.timeout is None:
        return _single_outcome(state, f"{{it}} waits {late} longer for each answer")
    if state.delay <= policy.timeout:
        words = f"an answer that comes {late} later is within the time-out of {say_duration(policy.timeout)}"
        return _single_outcome(
            state, f"{{it}} waits for it: {words}", absorptions=(("timeout", f"{{it}}: {words}"),)
        )
    time_out = state._replace(
        failure_class=FailureClass.OUTAGE,
        effect=Effect.BLOCKED,
        delay=0,
        growing=False,
        repeats=None,
        remaining=False,
    )
    return _single_outcome(
        time_out,
        f"{{it}} times out: an answer takes {late} longer, and it waits {say_duration(policy.timeout)}",
    )


def _tries(state: ImpairmentState, policy: Policy) -> tuple[float, float, Millis]:
    """(likelihood that all attempts fail, that it takes more than one, expected wait where it does)."""
    p, n = state.likelihood, policy.retry.attempts
    for_good = p**n
    later = p - for_good
    if later <= 0:
        return for_good, 0.0, 0
    waits = sum(p**k * (1 - p) * k * policy.retry.backoff for k in range(1, n))
    return for_good, later, round(waits / later)


def _by_chance(state: ImpairmentState, policy: Policy, for_good: ImpairmentState, detail: str) -> RuleOutcome:
    likelihood, later, wait = _tries(state, policy)
    impairments: list[tuple[ImpairmentState, str]] = []
    absorptions: tuple[tuple[str, str], ...] = ()
    attempts = f"{policy.retry.attempts} attempts at an error rate of {percent(state.likelihood)}"
    if likelihood >= NEVER_IN_PRACTICE:
        failure = for_good._replace(
            likelihood=likelihood, chances=(Chance(state.event("{it}"), "fails for good", likelihood),)
        )
        impairments.append((failure, f"{detail} ({attempts}: {percent(likelihood, 2)})"))
    else:
        absorptions = (("retry", f"{{it}} gets through in the end: {attempts}"),)
    if later >= NEVER_IN_PRACTICE and wait >= NEGLIGIBLE_DELAY:
        slow = state._replace(
            failure_class=FailureClass.LATENCY,
            effect=Effect.DELAYED,
            delay=wait,
            hold=0,
            repeats=RepeatedAttempts(state.likelihood, policy.retry.attempts, policy.retry.backoff),
            likelihood=later,
            chances=(Chance(state.event("{it}"), "is tried again", later),),
        )
        impairments.append((slow, f"{{it}} tries again: {say_duration(wait)} later on average"))
    return RuleOutcome(tuple(impairments), absorptions)


@_within_carried_types
def call_fails_by_chance(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A transient error rate p with n attempts: with likelihood p^n the order waits for a person, else it is
    late by the backoff.
    """
    return _by_chance(
        state,
        policy,
        state._replace(hold=PERSON_WITHIN),
        "every attempt of {it} fails and a person has to look at it",
    )


@_within_carried_types
def message_fails_by_chance(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A transient error rate p with n attempts: with likelihood p^n the message is rejected, else it is late
    by the backoff.
    """
    rejection = state._replace(
        failure_class=FailureClass.BUSINESS_RULE, effect=Effect.REJECTED, hold=0, lost=not policy.dead_letter
    )
    return _by_chance(
        state, policy, rejection, f"every attempt of {{it}} fails and the message {_fate(policy)}"
    )


@_within_carried_types
def run_fails_by_chance(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A transient error rate p with n attempts: with likelihood p^n a run fails and its load waits for the
    next one.
    """
    every = round(2 * Calendar(policy.schedule).typical_wait) if policy.schedule else PERSON_WITHIN
    return _by_chance(
        state,
        policy,
        state._replace(hold=every),
        "every attempt of a run of {it} fails and its load waits for the next",
    )


def _fate(policy: Policy) -> str:
    return "goes to the dead-letter queue" if policy.dead_letter else "is lost"


@_within_carried_types
def queue_holds(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What arrives in a queue or stream waits until the end and the drain; what its buffer cannot hold is
    rejected.
    """
    impairments = [(state, _waiting_text(policy))]
    rejection = _rejected_by_queue(state, policy)
    buffer = policy.buffer
    span = state.until - state.since
    limits: list[Millis] = []
    if buffer.capacity is not None and buffer.rate:
        fill = round(buffer.capacity / buffer.rate)
        limits.append(fill)
        if fill < span:
            words = f"{{it}} is full after {say_duration(fill)} and what comes then {_fate(policy)}"
            impairments.append((rejection._replace(since=state.since + fill), words))
    if buffer.retention is not None:
        limits.append(buffer.retention)
        if buffer.retention < span:
            words = f"{_keeping_text(policy, buffer.retention)} one that waits longer {_fate(policy)}"
            impairments.append((rejection._replace(until=state.until - buffer.retention), words))
    is_buffer_sufficient = limits and min(limits) >= span
    return RuleOutcome(
        tuple(impairments),
        (("buffer", f"{{it}} holds {say_duration(min(limits))} of messages, and nothing is lost"),)
        if is_buffer_sufficient
        else (),
    )


@_within_carried_types
def queue_is_slow(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What passes a queue or stream is late by the delay; what it would hold for longer than its retention is
    rejected.
    """
    late = passes_late(state, policy)
    retention = policy.buffer.retention
    if retention is None or state.delay <= retention:
        return late
    since = state.since
    if state.growing:
        since += round((state.until - state.since) * retention / state.delay)
    rejection = _rejected_by_queue(state, policy)._replace(since=since)
    delay = say_duration(state.delay)
    words = f"{_keeping_text(policy, retention)} one that is {delay} late {_fate(policy)}"
    return RuleOutcome((*late.impairments, (rejection, words)), late.absorptions)


def _waiting_text(policy: Policy) -> str:
    if policy.medium is Medium.WEBHOOK:
        return "{it} is a webhook: its sender tries again until the end"
    kind = (policy.medium or policy.transport or Transport.QUEUE).value
    return f"{{it}} is a {kind}: what arrives waits until the end"


def _keeping_text(policy: Policy, retention: Millis) -> str:
    if policy.medium is Medium.WEBHOOK:
        if not retention:
            return "{it} is a webhook that is not tried again:"
        return f"{{it}} is tried again for {say_duration(retention)}:"
    return f"{{it}} keeps messages for {say_duration(retention)}:"


def _rejected_by_queue(state: ImpairmentState, policy: Policy) -> ImpairmentState:
    return state._replace(
        failure_class=FailureClass.BUSINESS_RULE,
        effect=Effect.REJECTED,
        delay=0,
        drain=0,
        growing=False,
        remaining=False,
        lost=not policy.dead_letter,
    )


@_within_carried_types
def waits_for_run(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What misses a run of a batch or file waits for the first run after the end."""
    return _single_outcome(
        state, "{it} leaves on a schedule: what misses a run waits for the first run after the end"
    )


@_within_carried_types
def waits_for_next_run(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A run that did not take place: its load waits for the next one.

    Where no end is reported it is one run, the first at or after the start of the failure.
    """
    outage = state._replace(failure_class=FailureClass.OUTAGE, effect=Effect.BLOCKED)
    if state.fixed_end and policy.schedule:
        outage = outage._replace(until=Calendar(policy.schedule).next_run(state.since) + 1)
    return _single_outcome(outage, "a run of {it} did not take place: its load waits for the next")


@_within_carried_types
def sends_nothing(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """While the system that it comes from is out, nothing is sent."""
    return _single_outcome(state, "{by} is out and sends nothing over {it}")


@_within_carried_types
def passes_late(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Calls and messages take longer by the delay."""
    return _single_outcome(state, f"what passes {{it}} takes {say_duration(state.delay)} longer")


@_within_carried_types
def is_rejected(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Calls and messages in scope are rejected, until somebody acts or replays them; retries do not help."""
    fate = _fate(policy) if policy.queues else "is refused until somebody acts"
    words = f"{{it}} rejects what is in scope, and retries do not help: it {fate}"
    return _single_outcome(state._replace(lost=policy.queues and not policy.dead_letter), words)


@_within_carried_types
def carries_old_content(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What passes is in time, with content that is old."""
    return _single_outcome(state, "what passes {it} has old content")


@_within_carried_types
def passes_twice(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What passes happens twice, unless the receiver is idempotent."""
    if policy.idempotent:
        return RuleOutcome(
            absorptions=(("idempotent", "what {it} delivers twice counts once: its receiver is idempotent"),)
        )
    return _single_outcome(state, "what passes {it} happens twice")


def has_no_runs(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A missed run does not touch what has no runs."""
    return NOTHING
