"""Source from which something is sent again, the reason for the replay, and its prerequisites."""

from dataclasses import dataclass

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairment
from graph_models.repair import ReplayReason
from graph_models.topology import Api, Integration, Step, Topology
from impactgraph.topology.names import element_text

_REFUSING = (FailureClass.SCHEMA_MISMATCH, FailureClass.BUSINESS_RULE)


@dataclass(frozen=True, slots=True)
class ReplaySource:
    """The place that sends something again."""

    system: str
    """Full id."""
    integration: str | None = None
    """Full id."""
    queue: str | None = None


def source_of(topology: Topology, way: str | None, step: Step) -> ReplaySource:
    """Of what takes a way (full id of an integration), or of what waits in a step where there is none."""
    integration = topology.elements.get(way) if way else None
    if not isinstance(integration, Integration):
        return ReplaySource(step.runs_on)
    return ReplaySource(system_of(topology, integration.source), way, integration.dead_letter)


def target_of(topology: Topology, way: str | None, step: Step) -> ReplaySource:
    """Where something that came over a way is taken back."""
    integration = topology.elements.get(way) if way else None
    if not isinstance(integration, Integration):
        return ReplaySource(step.runs_on)
    return ReplaySource(system_of(topology, integration.target), way)


def system_of(topology: Topology, element: str) -> str:
    """Full id of the system of an API; of a system its own."""
    api = topology.elements.get(element)
    return f"system:{api.system}" if isinstance(api, Api) else element


def way_in(impairment: Impairment) -> str | None:
    """Full id of the integration nearest to the end of its path; None where the path has none."""
    hops = (hop.element for hop in reversed(impairment.hops))
    return next((element for element in hops if element.startswith("integration:")), None)


def reason_for(
    impairment: Impairment, source: ReplaySource, failure: Failure | None, *, is_dead_letter: bool
) -> ReplayReason:
    """By what is recorded of it, else by its way and the class of the failure."""
    if is_dead_letter:
        return ReplayReason.DEAD_LETTERED
    if impairment.lost:
        return ReplayReason.LOST
    if failure is not None and failure.failure_class in _REFUSING:
        return ReplayReason.REJECTED
    return ReplayReason.DEAD_LETTERED if source.queue else ReplayReason.LOST


def why_text(topology: Topology, reason: ReplayReason, source: ReplaySource) -> str:
    """Why it does not come back, in a sentence."""
    way = element_text(topology, source.integration or source.system)
    match reason:
        case ReplayReason.DEAD_LETTERED:
            queue = f" {source.queue}" if source.queue else ""
            return f"Its message is in the dead-letter queue{queue} of {way}."
        case ReplayReason.REJECTED:
            return f"{way} refused it by a schema or a business rule."
        case ReplayReason.LOST:
            return f"It was lost: {way} neither kept it nor tries again."
        case ReplayReason.MISSING:
            return f"It is overdue although the failure has ended, and nothing shows that {way} still has it."
        case ReplayReason.DUPLICATED:
            return f"It came more than once over {way}, and nothing has taken it back."


def takes_text(topology: Topology, reason: ReplayReason, source: ReplaySource) -> str:
    """What its repair takes, in a sentence."""
    system = element_text(topology, source.system)
    match reason:
        case ReplayReason.DEAD_LETTERED | ReplayReason.REJECTED if source.queue:
            repair = "" if reason is ReplayReason.DEAD_LETTERED else "Correct the message, then send"
            return f"{repair or 'Send'} it again from the dead-letter queue {source.queue}."
        case ReplayReason.DEAD_LETTERED | ReplayReason.REJECTED:
            return f"Correct what was refused, then send it again from {system}."
        case ReplayReason.LOST | ReplayReason.MISSING:
            return f"Have {system} send it again: no queue has it."
        case ReplayReason.DUPLICATED:
            return f"Reverse in {system} all but one, by document number."
