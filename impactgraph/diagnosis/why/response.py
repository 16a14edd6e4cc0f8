"""Responsible team, playbooks, and messages that the playbooks have for customers."""

from collections.abc import Iterator, Sequence

from graph_models.customer_facts import CustomerFacts
from graph_models.diagnosis import Cause
from graph_models.enums import FailureClass, OrderStatus
from graph_models.playbooks import LanguageTexts
from graph_models.topology import Topology
from impactgraph.diagnosis.why.customer_facts import departed_parts
from impactgraph.diagnosis.why.situation import PROBABLE, Situation
from impactgraph.diagnosis.why.verdict import Verdict
from impactgraph.impact.owners import is_about


def owner_of(topology: Topology, s: Situation, verdict: Verdict, causes: Sequence[Cause]) -> str | None:
    """Bare key of the team that owns the cause, else of the one that owns the step where the order is.

    None where nothing is left to do.
    """
    for element in _candidate_elements(s, verdict, causes):
        if element in topology.elements and (owner := topology.owner_of(element)):
            return owner
    return None


def _candidate_elements(s: Situation, verdict: Verdict, causes: Sequence[Cause]) -> Iterator[str]:
    """Elements whose owner is responsible, the best first."""
    basis = verdict.basis
    finding = basis.finding
    is_in_flight = s.order.status is OrderStatus.IN_FLIGHT
    if basis.impact is not None:
        yield from (failure.target for failure in basis.impact.failures)
    if (
        basis.fulfillment is not None
        and basis.fulfillment.error is not None
        and basis.fulfillment.error.element
    ):
        yield basis.fulfillment.error.element
    if finding is not None and finding.likely_cause is not None and finding.likely_cause.element:
        yield finding.likely_cause.element
    if finding is not None and finding.listing is not None:
        yield f"system:{finding.listing.system}"
    if finding is None and is_in_flight:
        yield from (cause.element for cause in causes[:1] if cause.element)
    if finding is not None or is_in_flight:
        states = [basis.fulfillment] if basis.fulfillment is not None else s.fulfillments
        yield from (state.step.id for state in states if state.step is not None)


def playbooks_for(
    topology: Topology, s: Situation, verdict: Verdict, causes: Sequence[Cause]
) -> tuple[str, ...]:
    """Bare keys of the playbooks for the causes, those for the failed element itself first."""
    keys: dict[str, None] = {}
    for element, classes in _cause_elements(s, verdict, causes):
        for key, playbook in topology.playbooks.items():
            if is_about(playbook, element, classes):
                keys[key] = None
    return tuple(keys)


def customer_texts(
    topology: Topology, s: Situation, verdict: Verdict, causes: Sequence[Cause], facts: CustomerFacts
) -> tuple[LanguageTexts, ...]:
    """Texts for the customer from the playbooks for the probable causes, the best first.

    None where the failure affected a part that has left since: they speak of what has to be done before.
    """
    impact, state = verdict.basis.impact, verdict.basis.fulfillment
    if impact is not None and not impact.is_probable:
        return ()
    if state is not None and state.fulfillment.key in departed_parts(facts):
        return ()
    probable = [cause for cause in causes[:1] if cause.likelihood >= PROBABLE] if impact is None else []
    keys = playbooks_for(topology, s, verdict, probable)
    return tuple(topology.playbooks[key].message for key in keys if topology.playbooks[key].message)


def _cause_elements(
    s: Situation, verdict: Verdict, causes: Sequence[Cause]
) -> Iterator[tuple[str, frozenset[FailureClass]]]:
    """Elements among the causes, each with the classes of the failures there."""
    if (impact := verdict.basis.impact) is not None:
        classes = frozenset(failure.failure_class for failure in impact.failures)
        yield from ((failure.target, classes) for failure in impact.failures)
        yield from ((hop.target, classes) for hop in impact.path.hops if not hop.target.startswith("order:"))
    by_key = {failure.key: failure for _, impact in s.impacts for failure in impact.failures}
    for cause in causes:
        failure = by_key.get(cause.failure or "")
        if failure is not None and cause.path is not None:
            classes = frozenset({failure.failure_class})
            yield from (
                (hop.target, classes) for hop in cause.path.hops if not hop.target.startswith("order:")
            )
        elif cause.element:
            yield cause.element, frozenset()
