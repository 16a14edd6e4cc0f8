"""Rules for what an impairment does to systems, apis, data and steps: (impairment state, policy) ->
outcome.
"""

from graph_models.enums import Effect, FailureClass
from graph_models.impairment import Chance
from graph_models.percent import percent
from graph_models.time import Millis, say_duration
from impactgraph.propagation.impairment_state import NOTHING, ImpairmentState, Policy, RuleOutcome
from impactgraph.propagation.integrations import Apply
from impactgraph.topology.calendar import Calendar


def goes_on(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """The impairment does not pass this edge."""
    return NOTHING


def fails_itself(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """The element itself has failed."""
    return RuleOutcome(
        (
            (
                state,
                _OWN_WORDS[state.effect].format(
                    delay=say_duration(state.delay), likelihood=percent(state.likelihood), it="{it}"
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


def same(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What a system or api suffers, its apis and what cannot work without it suffer too."""
    return RuleOutcome(((_past(state, policy), "{it} cannot do without {by}"),))


def _past(state: ImpairmentState, policy: Policy) -> ImpairmentState:
    """The impairment state as its dependants have it: behind an integration without the scope's message
    types.
    """
    return state._replace(scope=state.scope.without("message_types")) if policy.from_integration else state


def _outside(state: ImpairmentState, policy: Policy) -> RuleOutcome | None:
    """The outcome where no order in scope is in a step of this workflow, or where only messages are in scope;
    else None.
    """
    workflows = state.scope.values("workflows")
    if workflows is not None and policy.workflow not in workflows:
        return RuleOutcome(
            absorptions=(("scope", f"{{it}}: only orders of {', '.join(workflows)} are in scope"),)
        )
    types = state.scope.values("message_types")
    if types is not None and not policy.from_integration:
        return RuleOutcome(
            absorptions=(("scope", f"{{it}} goes on: only messages of {', '.join(types)} are in scope"),)
        )
    return None


def _at_step(rule: Apply) -> Apply:
    """The rule, applied only to the orders in scope that can be in the step."""

    def rule_at_step(state: ImpairmentState, policy: Policy) -> RuleOutcome:
        return _outside(state, policy) or rule(_past(state, policy), policy)

    rule_at_step.__name__ = rule.__name__
    rule_at_step.__doc__ = rule.__doc__
    return rule_at_step


@_at_step
def step_needs(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A step makes its calls when it starts: what it needs impairs it as it impairs the call."""
    return RuleOutcome(((state._replace(at_start=True, at_completion=False), _STEP_WORDS[state.effect]),))


_STEP_WORDS = {
    Effect.REJECTED: "{it} needs {by}, which rejects it",
    Effect.BLOCKED: "{it} needs {by} when it starts",
    Effect.DELAYED: "{it} needs {by}, which is slower",
    Effect.STALE: "{it} needs {by}, which answers with old content",
    Effect.DUPLICATED: "{it} needs {by}, which happens twice",
    Effect.DEGRADED: "{it} needs {by}, which works with less",
}


@_at_step
def step_stands(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A step needs the system it runs on when it starts and when its completion is recorded; work in hand
    goes on in between.
    """
    both = state.effect is Effect.BLOCKED
    words = (
        "{it} runs on {by}: it cannot start, nor can its completion be recorded"
        if both
        else "{it} runs on {by}"
    )
    return RuleOutcome(((state._replace(at_start=True, at_completion=both), words),))


@_at_step
def step_at_location(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """What a location or workflow suffers, its steps suffer."""
    both = state.effect is Effect.BLOCKED
    return RuleOutcome(((state._replace(at_start=True, at_completion=both), "{it} takes place in {by}"),))


@_at_step
def step_is_short_of_people(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Where a location is out of capacity, what its people do waits; its other steps go on."""
    if not policy.by_people:
        return NOTHING
    words = "{it} is done by the people in {by}, who are too few"
    return RuleOutcome(((state._replace(at_start=True, at_completion=False), words),))


@_at_step
def step_decides(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """A step that reads stale data decides wrongly with the likelihood decision_risk."""
    if state.effect is not Effect.STALE:
        return RuleOutcome(((state, "{it} reads {by}"),))
    likelihood = state.likelihood * policy.decision_risk
    words = f"{{it}} reads {{by}} and decides wrongly with a likelihood of {percent(likelihood)}"
    if not likelihood:
        return NOTHING
    chances = state.chances
    if state.likelihood < 1.0 and not chances:
        chances = (Chance(state.event("{by}"), "is stale", state.likelihood),)
    if policy.decision_risk < 1.0:
        chances = (*chances, Chance("{by}", "is decided on wrongly", policy.decision_risk))
    return RuleOutcome(((state._replace(likelihood=likelihood, chances=chances), words),))


@_at_step
def step_does_without(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Without an optional need a step is degraded, not stopped: later by the time for which it tries."""
    return _does_without(state, policy)


def system_does_without(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Without an optional need a system is degraded, and slower by the time for which it tries."""
    impairments, absorptions = _does_without(_past(state, policy), policy)
    less = impairments[0][0]
    if not less.delay:
        return RuleOutcome(impairments, absorptions)
    slow = less._replace(effect=Effect.DELAYED, failure_class=FailureClass.LATENCY)
    return RuleOutcome(
        (*impairments, (slow, f"{{it}} waits {say_duration(less.delay)} for {{by}}, which is optional")),
        absorptions,
    )


def _does_without(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    delay, remaining = _wait_for_optional(state, policy)
    words = (
        "{it} waits for {by}, which is optional and slower"
        if state.effect is Effect.DELAYED
        else "{it} goes on without {by}, which is optional"
    )
    less = state._replace(
        effect=Effect.DEGRADED,
        delay=delay,
        drain=0,
        hold=0,
        growing=False,
        repeats=None,
        run=None,
        lost=False,
        at_completion=False,
        remaining=remaining,
    )
    return RuleOutcome(((less, words),), (("optional", words),))


def _wait_for_optional(state: ImpairmentState, policy: Policy) -> tuple[Millis, bool]:
    """How long is waited for an optional need, and whether the wait ends with the impairment.

    What has failed is tried until the retries are used up, or until it works again: in a longer outage the
    wait is never shorter. A slow answer is waited for, at most until the call gives up. What is refused, or
    comes in time with other content, is not waited for.
    """
    if state.effect is Effect.BLOCKED or (state.effect is Effect.DELAYED and state.remaining):
        return min(policy.gives_up_after, state.until - state.since), True
    if state.effect is not Effect.DELAYED:
        return 0, False
    if policy.timeout is None:
        return state.delay, False
    return min(state.delay, max(policy.timeout, policy.gives_up_after)), False


def data_ages(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Data whose feed is late by more than fresh_within is stale from onset + fresh_within to the end and the
    drain.
    """
    return _ages(state, policy, "{it} is fed by {by}, which is late")


def data_itself_ages(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Data that is not updated is stale from onset + fresh_within to the end and the drain."""
    return _ages(state, policy, "{it} is not updated")


def _ages(state: ImpairmentState, policy: Policy, words: str) -> RuleOutcome:
    late = _late_by(state)
    fresh = say_duration(policy.fresh_within)
    since = state.since + policy.fresh_within
    until = state.until + max(state.drain, state.hold)
    if state.effect in (Effect.BLOCKED, Effect.DELAYED) and policy.schedule:
        until = Calendar(policy.schedule).next_run(until)
    if late <= policy.fresh_within or since >= until:
        return RuleOutcome(
            absorptions=(("freshness", f"{words}, by {say_duration(late)} at most, and may be {fresh} old"),)
        )
    return RuleOutcome(
        (
            (
                _stale(state, policy)._replace(since=since, until=until),
                f"{words}: it is older than {fresh} from then on",
            ),
        )
    )


def _late_by(state: ImpairmentState) -> int:
    """How much later than usual the last update may be."""
    match state.effect:
        case Effect.BLOCKED:
            return state.hold or state.until - state.since + state.drain
        case Effect.DELAYED | Effect.STALE if state.delay:
            return state.delay
        case _:
            return state.until - state.since


def data_is_wrong(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Updates that count twice make the data wrong at once."""
    return RuleOutcome(((_stale(state, policy), "{it} counts what {by} delivers twice"),))


def data_is_old(state: ImpairmentState, policy: Policy) -> RuleOutcome:
    """Data of a system whose content is old is old too."""
    return RuleOutcome(((_stale(state, policy), "{it} is held by {by}, whose content is old"),))


def _stale(state: ImpairmentState, policy: Policy) -> ImpairmentState:
    return _past(state, policy)._replace(
        failure_class=FailureClass.STALE_DATA,
        effect=Effect.STALE,
        delay=0,
        drain=0,
        hold=0,
        growing=False,
        repeats=None,
        run=None,
        lost=False,
        remaining=False,
    )
