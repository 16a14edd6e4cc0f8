"""Sentences about an order that a failure, known or suspected, holds or will affect."""

from graph_models.enums import Band, Effect
from graph_models.percent import percent
from graph_models.time import MINUTE, say_duration
from impactgraph.diagnosis.why.phrases import Phrases
from impactgraph.diagnosis.why.verdict import worst_impact
from impactgraph.topology.names import display_name

_WILL = {
    Effect.REJECTED: "will reject it at",
    Effect.BLOCKED: "will hold it at",
    Effect.DELAYED: "will delay it at",
    Effect.STALE: "may mislead a decision about it in",
    Effect.DUPLICATED: "will duplicate it at",
    Effect.DEGRADED: "will affect it at",
}
_MAY = {effect: phrase.replace("will ", "may ", 1) for effect, phrase in _WILL.items()}
_RECORD_EFFECTS = {Effect.DUPLICATED: "a duplicate", Effect.STALE: "a wrong"}


def rejection(p: Phrases) -> str:
    state = p.known_state
    worst = worst_impact((state, impact) for impact in state.impacts if impact.holds)
    reason = ""
    if worst is not None and worst.impact is not None:
        reason = f" because of a known failure, {p.failures(worst.impact)},"
    return (
        f"A message of {p.mention} was rejected in {p.place} at "
        f"{p.s.clock.ago(p.known_error.at)}{reason} and waits to be sent again: "
        f"the order continues after that, and there is no date for it yet{p.promise}"
    )


def holding(p: Phrases) -> str:
    impact = p.known_impact
    entered_at = p.known_state.fulfillment.entered_at
    since = p.s.clock.time(impact.at)
    if entered_at is not None and impact.at < entered_at:
        # the failure held it on the way to its step already, and holds it there now
        return (
            f"{p.subject} has been held since {since} by a known failure, {p.failures(impact)}, and is in "
            f"{p.place}{p.since_entry}; {p.next_step}{p.promise}"
        )
    return (
        f"{p.subject} has been held in {p.place} since {since} "
        f"by a known failure, {p.failures(impact)}; {p.next_step}{p.promise}"
    )


def awaiting_replay(p: Phrases) -> str:
    return (
        f"{p.subject} has been waiting in {p.place}{p.since_entry} because of "
        f"{p.failures(p.known_impact)}, which has ended; {p.next_step}{p.promise}"
    )


def backlog(p: Phrases) -> str:
    return (
        f"{p.subject} is still held in {p.place}{p.since_entry} by the backlog of "
        f"{p.failures(p.known_impact)}, which has ended; {p.next_step}{p.promise}"
    )


def shared_delay(p: Phrases) -> str:
    sentence = f"{p.overdue}; no known failure holds it, but"
    if p.s.shared_factors:
        factors = "; ".join(p.s.shared_factors)
        return f"{sentence} similar orders are overdue too: {factors}{p.promise}"
    suspect = p.s.suspects[0]
    evidence = suspect.evidence.partition(". ")[0].rstrip(".")
    problem = evidence
    if suspect.element:
        element = display_name(p.topology, suspect.element)
        problem = f"a problem at {element} ({evidence[:1].lower()}{evidence[1:]})"
    return f"{sentence} {problem} would explain it and other orders{p.promise}"


def effect(p: Phrases) -> str:
    impact = p.known_impact
    step = display_name(p.topology, impact.first_hit)
    failures = p.failures(impact)
    likelihood = "" if impact.is_probable else f" (likelihood {percent(impact.likelihood)})"
    if impact.band is Band.RECORDS_ONLY:
        verb = "will" if impact.is_probable else "may"
        record = f"{_RECORD_EFFECTS.get(impact.effect, 'a late or missing')} posting or message of {step}"
        return f"{_own_status(p)}, but {failures} {verb} cause {record}{likelihood}"
    if p.known_state.waits_for_customer and impact.band in (Band.STUCK, Band.UPCOMING):
        verb = "will" if impact.is_probable else "may"
        return f"{p.ready}, but {failures} {verb} hold up its collection{likelihood}"
    if impact.band is Band.UPCOMING:
        verb = _WILL[impact.effect] if impact.is_probable else _MAY[impact.effect]
        when = f"around {p.s.clock.time(impact.at)}"
        return f"{_own_status(p)}, but {failures} {verb} {step} {when}{likelihood}{p.completion}"
    if impact.band is Band.STUCK:
        return f"{p.subject} is in {p.place}, where {failures} may hold it{likelihood}{p.completion}"
    verb = "was" if impact.is_probable else "may have been"
    adds = "adds" if impact.is_probable else "would add"
    delay = f", which {adds} {say_duration(impact.delay)}" if impact.delay and impact.delay >= MINUTE else ""
    end = "" if impact.is_active else ", which has ended"
    return f"{p.subject} {verb} affected by {failures}{end}, at {step}{delay}{likelihood}; {_progress(p)}"


def _progress(p: Phrases) -> str:
    if p.known_state.waits_for_customer:
        return f"it is ready to collect now{p.punctuality}"
    return f"it is moving{' again' if p.known_impact.is_probable else ''}{p.completion}"


def _own_status(p: Phrases) -> str:
    """What is true of the order without the failure."""
    if p.known_state.waits_for_customer:
        return p.ready
    if p.s.late:
        return f"{p.subject} is in {p.place}{p.since_entry}"
    return f"{p.subject} is currently {p.pace}"
