"""Rules for what an impairment does to systems, apis, data and steps: (impairment state, policy) ->
outcome.
"""

from graph_models.enums import Effect, FailureClass
from graph_models.time import say_duration
from impactgraph.propagation.impairment_state import NOTHING, ImpairmentState, Policy, RuleOutcome
from impactgraph.propagation.integrations import Apply, next_run


def goes_on(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """The trouble does not pass this edge."""
    return NOTHING


def fails_itself(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """The element itself has failed."""
    return RuleOutcome(
        (
            (
                trouble,
                _OWN_WORDS[trouble.effect].format(
                    delay=say_duration(trouble.delay), likelihood=f"{trouble.likelihood:.0%}", it="{it}"
                ),
            ),
        )
    )


_OWN_WORDS = {
    Effect.REJECTED: "{it} rejects what is in scope until somebody acts",
    Effect.BLOCKED: "{it} has failed",
    Effect.DELAYED: "{it} is slower by {delay}",
    Effect.STALE: "{it} is out of date",
    Effect.DUPLICATED: "{it} does things twice",
    Effect.DEGRADED: "{it} missed a run",
}


def same(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What a system or api suffers, its apis and what cannot work without it suffer too."""
    return RuleOutcome(((_past(trouble, policy), "{it} cannot do without {by}"),))


def _past(trouble: ImpairmentState, policy: Policy) -> ImpairmentState:
    """Past an integration the message types have been met: what depends on it has none of its own."""
    return (
        trouble._replace(scope=trouble.scope.without("message_types")) if policy.from_integration else trouble
    )


def _outside(trouble: ImpairmentState, policy: Policy) -> RuleOutcome | None:
    """The outcome where no order in scope is in a step of this workflow, or where only messages are in scope;
    else None.
    """
    workflows = trouble.scope.values("workflows")
    if workflows is not None and policy.workflow not in workflows:
        return RuleOutcome(
            absorbed=(("scope", f"{{it}}: only orders of {', '.join(workflows)} are in scope"),)
        )
    types = trouble.scope.values("message_types")
    if types is not None and not policy.from_integration:
        return RuleOutcome(
            absorbed=(("scope", f"{{it}} goes on: only messages of {', '.join(types)} are in scope"),)
        )
    return None


def _at_step(rule: Apply) -> Apply:
    """The rule, for the orders in scope that can be in the step."""

    def restricted(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
        return _outside(trouble, policy) or rule(_past(trouble, policy), policy)

    restricted.__name__, restricted.__doc__ = rule.__name__, rule.__doc__
    return restricted


@_at_step
def step_waits(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A step makes its calls when it starts: what it needs and cannot have, it waits for."""
    return RuleOutcome(((trouble._replace(at_start=True, at_completion=False), _STEP_WORDS[trouble.effect]),))


_STEP_WORDS = {
    Effect.REJECTED: "{it} needs {by}, which rejects it",
    Effect.BLOCKED: "{it} needs {by} when it starts",
    Effect.DELAYED: "{it} needs {by}, which is slower",
    Effect.STALE: "{it} needs {by}, which answers with old content",
    Effect.DUPLICATED: "{it} needs {by}, which happens twice",
    Effect.DEGRADED: "{it} needs {by}, which works with less",
}


@_at_step
def step_stands(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A step needs the system it runs on when it starts and when its completion is recorded; work in hand
    goes on in between.
    """
    both = trouble.effect is Effect.BLOCKED
    words = (
        "{it} runs on {by}: it cannot start, nor can its completion be recorded"
        if both
        else "{it} runs on {by}"
    )
    return RuleOutcome(((trouble._replace(at_start=True, at_completion=both), words),))


@_at_step
def step_is_there(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What a location or workflow suffers, its steps suffer."""
    both = trouble.effect is Effect.BLOCKED
    return RuleOutcome(((trouble._replace(at_start=True, at_completion=both), "{it} takes place in {by}"),))


@_at_step
def step_decides(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A step that reads stale data decides wrongly with the likelihood decision_risk."""
    if trouble.effect is not Effect.STALE:
        return RuleOutcome(((trouble, "{it} reads {by}"),))
    likelihood = trouble.likelihood * policy.decision_risk
    words = f"{{it}} reads {{by}} and decides wrongly with a likelihood of {likelihood:.0%}"
    return RuleOutcome(((trouble._replace(likelihood=likelihood), words),)) if likelihood else NOTHING


@_at_step
def step_does_without(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Without an optional need a step is degraded, not stopped."""
    return _does_without(trouble, policy)


def system_does_without(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Without an optional need a system is degraded, and slower by the time-out where there is one."""
    found, absorbed = _does_without(_past(trouble, policy), policy)
    less = found[0][0]
    if not less.delay:
        return RuleOutcome(found, absorbed)
    slow = less._replace(effect=Effect.DELAYED, failure_class=FailureClass.LATENCY)
    return RuleOutcome(
        (*found, (slow, f"{{it}} waits {say_duration(less.delay)} for {{by}}, which is optional")), absorbed
    )


def _does_without(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    delay = policy.timeout or 0
    if trouble.effect is Effect.DELAYED:
        delay = trouble.delay if policy.timeout is None else min(trouble.delay, policy.timeout)
    words = (
        "{it} waits for {by}, which is optional and slower"
        if trouble.effect is Effect.DELAYED
        else "{it} goes on without {by}, which is optional"
    )
    less = trouble._replace(
        effect=Effect.DEGRADED,
        delay=delay,
        drain=0,
        hold=0,
        growing=False,
        run=None,
        lost=False,
        at_completion=False,
        remaining=False,
    )
    return RuleOutcome(((less, words),), (("optional", words),))


def data_ages(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Data whose feed is late by more than fresh_within is stale from onset + fresh_within to the end and the
    drain.
    """
    return _ages(trouble, policy, "{it} is fed by {by}, which is late")


def data_itself_ages(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Data that is not updated is stale from onset + fresh_within to the end and the drain."""
    return _ages(trouble, policy, "{it} is not updated")


def _ages(trouble: ImpairmentState, policy: Policy, words: str) -> RuleOutcome:
    late = _late_by(trouble)
    fresh = say_duration(policy.fresh_within)
    since, until = trouble.since + policy.fresh_within, trouble.until + max(trouble.drain, trouble.hold)
    if trouble.effect in (Effect.BLOCKED, Effect.DELAYED) and policy.schedule and policy.schedule.every:
        until = next_run(until, policy.schedule.every)
    if late <= policy.fresh_within or since >= until:
        return RuleOutcome(
            absorbed=(("freshness", f"{words}, by {say_duration(late)} at most, and may be {fresh} old"),)
        )
    return RuleOutcome(
        (
            (
                _stale(trouble, policy)._replace(since=since, until=until),
                f"{words}: it is older than {fresh} from then on",
            ),
        )
    )


def _late_by(trouble: ImpairmentState) -> int:
    """How much later than usual the last update may be."""
    match trouble.effect:
        case Effect.BLOCKED:
            return trouble.hold or trouble.until - trouble.since + trouble.drain
        case Effect.DELAYED | Effect.STALE if trouble.delay:
            return trouble.delay
        case _:
            return trouble.until - trouble.since


def data_is_wrong(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Updates that count twice make the data wrong at once."""
    return RuleOutcome(((_stale(trouble, policy), "{it} counts what {by} delivers twice"),))


def data_is_old(trouble: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Data of a system whose content is old is old too."""
    return RuleOutcome(((_stale(trouble, policy), "{it} is held by {by}, whose content is old"),))


def _stale(trouble: ImpairmentState, policy: Policy) -> ImpairmentState:
    return _past(trouble, policy)._replace(
        failure_class=FailureClass.STALE_DATA,
        effect=Effect.STALE,
        delay=0,
        drain=0,
        hold=0,
        growing=False,
        run=None,
        lost=False,
        remaining=False,
    )
