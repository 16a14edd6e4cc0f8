"""Titles and details of timeline entries."""

from graph_models.diagnosis import Blame
from graph_models.enums import RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.percent import percent
from graph_models.time import Millis, say_duration
from graph_models.topology import Emission, Step, Topology
from impactgraph.diagnosis.why.situation import Impact
from impactgraph.topology.names import display_name, failure_text, record_kind_text, step_name

NO_DATE = "No date for the next step yet: a message has to be sent again"
_CERTAIN = 0.995


def exceeded_limit(step: Step, dwell: Millis, limit: Millis) -> str:
    return f"{dwell_text(step, dwell)}, limit {say_duration(limit)}"


def dwell_text(step: Step, dwell: Millis) -> str:
    """`40 min in Pick`."""
    return f"{say_duration(dwell)} in {step_name(step)}"


def late_arrival(excess: Millis) -> str:
    return f"{say_duration(excess)} after it was due"


def step_begin(step: Step) -> str:
    return f"{step_name(step)} begins"


def failed_step(step: Step, title: str) -> str:
    """`Pick failed: TIMEOUT`, for the title of an error of this step, which has the key of the step."""
    prefix = f"{step.key} failed: "
    return f"{step_name(step)} failed: {title[len(prefix) :]}" if title.startswith(prefix) else title


def reroute(topology: Topology, step: Step) -> str:
    """`Rerouted to Pick of Ship from store`."""
    return f"Rerouted to {step_name(step)} of {display_name(topology, f'workflow:{step.workflow}')}"


def completion(fulfillment: str | None) -> str:
    """`fulfillment`: bare key where the order is split."""
    return f"{f'Fulfillment {fulfillment}' if fulfillment else 'The order'} is complete"


def record_title(kind: RecordKind, record_type: str) -> str:
    """`goods issue (posting)`."""
    return f"{_as_words(record_type)} ({record_kind_text(kind)})"


def missing_record(kind: RecordKind, record_type: str) -> str:
    return f"{record_title(kind, record_type)} was due and has not arrived"


def due_text(emission: Emission) -> str | None:
    """None where the topology states no due time."""
    return f"due {say_duration(emission.due)} after the step" if emission.due else None


def effect_text(effect: RecordEffect | None) -> str | None:
    return _as_words(effect.value) if effect is not None else None


def failure_title(topology: Topology, failure: Failure, impact: Impact, at: Millis) -> str:
    """`F-queues (Queues are full) affected it at Pick`."""
    is_upcoming = impact.at > at
    verbs = ("will affect", "affected") if impact.is_probable else ("may affect", "may have affected")
    verb = verbs[0] if is_upcoming else verbs[1]
    return f"{failure_text(topology, failure)} {verb} it at {display_name(topology, impact.first_hit)}"


def failure_detail(
    failure: Failure, impact: Impact, blame: Blame | None, at: Millis, fulfillment: str | None
) -> str | None:
    """Delay, likelihood and end of the failure, and the fulfillment where the order is split.

    Of several failures (`blame`), the likelihood is that with which this one alone affects the order.
    """
    likelihood, ending = (impact.likelihood, "") if blame is None else (blame.alone, " by itself")
    has_ended = failure.ended_at is not None and failure.ended_at <= at
    return join_details(
        f"adds {say_duration(impact.delay)}" if impact.delay else None,
        f"likelihood {percent(likelihood)}{ending}" if likelihood < _CERTAIN else None,
        "it has ended" if has_ended else None,
        fulfillment,
    )


def join_details(*details: str | None) -> str | None:
    return "; ".join(filter(None, details)) or None


def _as_words(word: str) -> str:
    return word.lower().replace("_", " ")
