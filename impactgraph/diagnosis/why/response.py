"""Whose it is, and what they have written down to do about it."""

from collections.abc import Iterator, Sequence

from graph_models.diagnosis import Cause
from graph_models.enums import FailureClass, OrderStatus
from graph_models.topology import Playbook, Topology
from impactgraph.diagnosis.why.situation import PROBABLE, Situation
from impactgraph.diagnosis.why.verdict import Verdict


def owner_of(topology: Topology, s: Situation, verdict: Verdict, causes: Sequence[Cause]) -> str | None:
    """Bare key of a team: who owns what the verdict blames, else the step where the order is; None where nothing is left to do."""
    for element in _blamed(s, verdict, causes):
        if element in topology.elements and (owner := topology.owner_of(element)):
            return owner
    return None


def _blamed(s: Situation, verdict: Verdict, causes: Sequence[Cause]) -> Iterator[str]:
    ground = verdict.basis
    if ground.impact is not None:
        yield from (failure.target for failure in ground.impact.failures)
    if (
        ground.fulfillment is not None
        and ground.fulfillment.error is not None
        and ground.fulfillment.error.element
    ):
        yield ground.fulfillment.error.element
    if (
        ground.finding is not None
        and ground.finding.likely_cause is not None
        and ground.finding.likely_cause.element
    ):
        yield ground.finding.likely_cause.element
    if ground.finding is None and s.order.status is OrderStatus.IN_FLIGHT:
        yield from (cause.element for cause in causes[:1] if cause.element)
    if ground.finding is not None or s.order.status is OrderStatus.IN_FLIGHT:
        yield from (
            part.step.id
            for part in ([ground.fulfillment] if ground.fulfillment is not None else s.fulfillments)
            if part.step is not None
        )


def playbooks_for(
    topology: Topology, s: Situation, verdict: Verdict, causes: Sequence[Cause]
) -> tuple[str, ...]:
    """Bare keys of those that are about what is to blame, those about the failed element itself first."""
    found: dict[str, None] = {}
    for element, classes in _troubled(s, verdict, causes):
        found.update(
            (key, None) for key, playbook in topology.playbooks.items() if about(playbook, element, classes)
        )
    return tuple(found)


def playbook_messages(
    topology: Topology, s: Situation, verdict: Verdict, causes: Sequence[Cause]
) -> tuple[str, ...]:
    """What the playbooks have to say to the customer, of those that are about what is probably to blame."""
    if verdict.basis.impact is not None and not verdict.basis.impact.is_probable:
        return ()
    probable = (
        [cause for cause in causes[:1] if cause.likelihood >= PROBABLE]
        if verdict.basis.impact is None
        else []
    )
    keys = playbooks_for(topology, s, verdict, probable)
    return tuple(topology.playbooks[key].message for key in keys if topology.playbooks[key].message)


def about(playbook: Playbook, element: str, classes: frozenset[FailureClass]) -> bool:
    """It names the element, or its kind and the class of its failure."""
    general = bool(playbook.kinds or playbook.classes)
    of_kind = not playbook.kinds or element.partition(":")[0] in playbook.kinds
    of_class = not playbook.classes or bool(classes & set(playbook.classes))
    return element in playbook.elements or (general and of_kind and of_class)


def _troubled(
    s: Situation, verdict: Verdict, causes: Sequence[Cause]
) -> Iterator[tuple[str, frozenset[FailureClass]]]:
    """Elements that the verdict blames, each with the classes of what failed there."""
    nothing = frozenset[FailureClass]()
    if (hit := verdict.basis.impact) is not None:
        classes = frozenset(failure.failure_class for failure in hit.failures)
        yield from ((failure.target, classes) for failure in hit.failures)
        yield from ((hop.target, classes) for hop in hit.path.hops if not hop.target.startswith("order:"))
    known = {failure.key: failure for _, hit in s.impacts for failure in hit.failures}
    for cause in causes:
        failure = known.get(cause.failure or "")
        if failure is not None and cause.path is not None:
            yield from (
                (hop.target, frozenset({failure.failure_class}))
                for hop in cause.path.hops
                if not hop.target.startswith("order:")
            )
        elif cause.element:
            yield cause.element, nothing
