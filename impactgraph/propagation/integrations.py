"""Rules for the calls and messages of an integration: (impairment state, policy) -> outcome."""

from collections.abc import Callable
from functools import wraps

from graph_models.enums import Effect, FailureClass
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, SECOND, Millis, say_duration
from graph_models.topology import Retry
from impactgraph.propagation.impairment_state import NOTHING, ImpairmentState, Policy, RuleOutcome

PERSON_WITHIN: Millis = HOUR
"""How long an order waits for a person when a call failed for good by chance."""
NEVER_IN_PRACTICE = 1e-6
NEGLIGIBLE_DELAY: Millis = SECOND

Apply = Callable[[ImpairmentState, Policy], RuleOutcome]


def _message_types(scope: Scope, policy: Policy) -> Scope | None:
    """The scope as far as it concerns what the integration carries; None where that is nothing."""
    wanted = scope.values("message_types")
    known = {*policy.carries, *(type_ for type_, _ in policy.emitted)}
    if wanted is None or not known:
        return scope
    hit = {name for name in policy.carries if name in wanted} | {
        type_ for type_, kind in policy.emitted if type_ in wanted or kind in wanted
    }
    if not hit:
        return None
    everything = (policy.carries and set(policy.carries) <= hit) or known <= hit
    rest = scope.without("message_types")
    return rest if everything else rest.intersection(Scope.of(message_types=hit))


def _carried(rule: Apply) -> Apply:
    """The rule, for what the integration carries of the message types in scope."""

    @wraps(rule)
    def narrowed(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
        scope = _message_types(trouble.scope, policy)
        if scope is None:
            wanted = ", ".join(trouble.scope.values("message_types") or ())
            return RuleOutcome(absorbed=(("scope", f"{{it}} carries nothing of {wanted}"),))
        return rule(trouble if scope == trouble.scope else trouble._replace(scope=scope), policy)

    return narrowed


def _found(
    trouble: ImpairmentState, detail: str, *, absorbed: tuple[tuple[str, str], ...] = ()
) -> RuleOutcome:
    return RuleOutcome(((trouble, detail),), absorbed)


def patience_of(retry: Retry) -> Millis:
    """How long a caller goes on trying before it gives up, without the time the calls themselves take."""
    return max(retry.lasting, (retry.attempts - 1) * retry.backoff)


@_carried
def call_fails(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A synchronous call fails while the other side is out; one that goes on trying for longer than the
    outage is only late.
    """
    span = trouble.until - trouble.since
    if span > patience_of(policy.retry):
        return _found(trouble, "{it} calls synchronously: what needs it waits until the end")
    late = trouble._replace(
        failure_class=FailureClass.LATENCY, effect=Effect.DELAYED, delay=span, remaining=True
    )
    words = (
        f"{{it}} goes on trying for {say_duration(patience_of(policy.retry))}, longer than the "
        f"{say_duration(span)} of the outage"
    )
    return _found(late, words, absorbed=(("retry", words),))


@_carried
def call_is_slow(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A slow answer makes the call slow; slower than the time-out, and the call fails."""
    late = say_duration(trouble.delay)
    if policy.timeout is None:
        return _found(trouble, f"{{it}} waits {late} longer for each answer")
    if trouble.delay <= policy.timeout:
        words = f"an answer that comes {late} later is within the time-out of {say_duration(policy.timeout)}"
        return _found(trouble, f"{{it}} waits for it: {words}", absorbed=(("timeout", f"{{it}}: {words}"),))
    failed = trouble._replace(
        failure_class=FailureClass.OUTAGE, effect=Effect.BLOCKED, delay=0, growing=False, remaining=False
    )
    return _found(
        failed,
        f"{{it}} times out: an answer takes {late} longer, and it waits {say_duration(policy.timeout)}",
    )


def _tries(trouble: ImpairmentState, policy: Policy) -> tuple[float, float, Millis]:
    """(likelihood that all attempts fail, that it takes more than one, expected wait where it does)."""
    p, n = trouble.likelihood, policy.retry.attempts
    for_good = p**n
    later = p - for_good
    if later <= 0:
        return for_good, 0.0, 0
    waits = sum(p**k * (1 - p) * k * policy.retry.backoff for k in range(1, n))
    return for_good, later, round(waits / later)


def _by_chance(
    trouble: ImpairmentState, policy: Policy, for_good: ImpairmentState, detail: str
) -> RuleOutcome:
    likelihood, later, wait = _tries(trouble, policy)
    found: list[tuple[ImpairmentState, str]] = []
    absorbed: tuple[tuple[str, str], ...] = ()
    tried = f"{policy.retry.attempts} attempts at an error rate of {trouble.likelihood:.0%}"
    if likelihood >= NEVER_IN_PRACTICE:
        found.append((for_good._replace(likelihood=likelihood), f"{detail} ({tried}: {likelihood:.2%})"))
    else:
        absorbed = (("retry", f"{{it}} gets through in the end: {tried}"),)
    if later >= NEVER_IN_PRACTICE and wait >= NEGLIGIBLE_DELAY:
        slow = trouble._replace(
            failure_class=FailureClass.LATENCY, effect=Effect.DELAYED, delay=wait, hold=0, likelihood=later
        )
        found.append((slow, f"{{it}} tries again: {say_duration(wait)} later on average"))
    return RuleOutcome(tuple(found), absorbed)


@_carried
def call_fails_by_chance(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A transient error rate p with n attempts: with likelihood p^n the order waits for a person, else it is
    late by the backoff.
    """
    return _by_chance(
        trouble,
        policy,
        trouble._replace(hold=PERSON_WITHIN),
        "every attempt of {it} fails and a person has to look at it",
    )


@_carried
def message_fails_by_chance(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A transient error rate p with n attempts: with likelihood p^n the message is rejected, else it is late
    by the backoff.
    """
    refused = trouble._replace(
        failure_class=FailureClass.BUSINESS_RULE, effect=Effect.REJECTED, hold=0, lost=not policy.dead_letter
    )
    return _by_chance(
        trouble, policy, refused, f"every attempt of {{it}} fails and the message {_fate(policy)}"
    )


@_carried
def run_fails_by_chance(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A transient error rate p with n attempts: with likelihood p^n a run fails and its load waits for the
    next one.
    """
    every = policy.schedule.every if policy.schedule and policy.schedule.every else PERSON_WITHIN
    return _by_chance(
        trouble,
        policy,
        trouble._replace(hold=every),
        "every attempt of a run of {it} fails and its load waits for the next",
    )


def _fate(policy: Policy) -> str:
    return "goes to the dead-letter queue" if policy.dead_letter else "is lost"


@_carried
def queue_holds(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What arrives in a queue or stream waits until the end and the drain; what its buffer cannot hold is
    rejected.
    """
    kind = policy.transport.value if policy.transport else "queue"
    found = [(trouble, f"{{it}} is a {kind}: what arrives waits until the end")]
    refused = trouble._replace(
        failure_class=FailureClass.BUSINESS_RULE,
        effect=Effect.REJECTED,
        delay=0,
        drain=0,
        lost=not policy.dead_letter,
    )
    buffer, span = policy.buffer, trouble.until - trouble.since
    limits: list[Millis] = []
    if buffer.capacity is not None and buffer.rate:
        fill = round(buffer.capacity / buffer.rate)
        limits.append(fill)
        if fill < span:
            words = f"{{it}} is full after {say_duration(fill)} and what comes then {_fate(policy)}"
            found.append((refused._replace(since=trouble.since + fill), words))
    if buffer.retention is not None:
        limits.append(buffer.retention)
        if buffer.retention < span:
            words = (
                f"{{it}} keeps messages for {say_duration(buffer.retention)}: one that waits longer "
                f"{_fate(policy)}"
            )
            found.append((refused._replace(until=trouble.until - buffer.retention), words))
    held = limits and min(limits) >= span
    return RuleOutcome(
        tuple(found),
        (("buffer", f"{{it}} holds {say_duration(min(limits))} of messages, and nothing is lost"),)
        if held
        else (),
    )


@_carried
def run_is_missed(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What misses a run of a batch or file waits for the first run after the end."""
    return _found(
        trouble, "{it} leaves on a schedule: what misses a run waits for the first run after the end"
    )


@_carried
def one_run_is_missed(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A run that did not take place: its load waits for the next one."""
    missed = trouble._replace(failure_class=FailureClass.OUTAGE, effect=Effect.BLOCKED)
    if trouble.fixed_end and policy.schedule and policy.schedule.every:
        run = next_run(trouble.since, policy.schedule.every)
        missed = missed._replace(until=run + 1)
    return _found(missed, "a run of {it} did not take place: its load waits for the next")


def next_run(at: Millis, every: Millis) -> Millis:
    """The first whole multiple of `every`, counted from midnight UTC, at or after the moment."""
    midnight = at - at % DAY
    return (
        min(midnight - (midnight - at) // every * every, midnight + DAY)
        if every < DAY
        else midnight + (DAY if at > midnight else 0)
    )


@_carried
def nothing_is_sent(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """While the system that it comes from is out, nothing is sent."""
    return _found(trouble, "{by} is out and sends nothing over {it}")


@_carried
def passes_late(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Calls and messages take longer by the delay."""
    return _found(trouble, f"what passes {{it}} takes {say_duration(trouble.delay)} longer")


@_carried
def is_rejected(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Calls and messages in scope are rejected, until somebody acts or replays them; retries do not help."""
    fate = _fate(policy) if policy.queues else "is refused until somebody acts"
    words = f"{{it}} rejects what is in scope, and retries do not help: it {fate}"
    return _found(trouble._replace(lost=policy.queues and not policy.dead_letter), words)


@_carried
def carries_old_content(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What passes is in time, with content that is old."""
    return _found(trouble, "what passes {it} has old content")


@_carried
def passes_twice(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What passes happens twice, unless the receiver is idempotent."""
    if policy.idempotent:
        return RuleOutcome(
            absorbed=(("idempotent", "what {it} delivers twice counts once: its receiver is idempotent"),)
        )
    return _found(trouble, "what passes {it} happens twice")


def has_no_runs(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A missed run does not touch what has no runs."""
    return NOTHING
