"""Owning teams of impaired elements, and the playbooks for them."""

from collections.abc import Mapping, Sequence

import numpy as np

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import OwnerShare
from graph_models.impairment import Impairment
from graph_models.topology import Playbook, Topology
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.totals import money_of


def owner_shares(impact: MatchedImpact) -> tuple[OwnerShare, ...]:
    """Each team with what it owns on the paths to affected orders, and those orders; the most orders first.

    An order counts for every team that owns an element on its path: each of them can shorten it.
    """
    impairments = impact.elements()
    elements: dict[str, dict[str, None]] = {}
    for impairment in impairments:
        owner = impact.topology.owner_of(impairment.element)
        if owner:
            elements.setdefault(owner, {})[impairment.element] = None
    owners_on_path = _owners_on_path(impact)
    shares = [
        _share(impact, team, tuple(elements_of_team), owners_on_path)
        for team, elements_of_team in elements.items()
    ]
    return tuple(sorted(shares, key=lambda s: (-s.orders, s.team)))


def _owners_on_path(impact: MatchedImpact) -> list[frozenset[str]]:
    """Teams on the path to each impairment; the last is for rows without one (-1)."""
    return [
        *(
            frozenset(owner for hop in i.hops if (owner := impact.topology.owner_of(hop.element)))
            for i in impact.impairments
        ),
        frozenset(),
    ]


def _share(
    impact: MatchedImpact, team: str, elements: tuple[str, ...], owners_on_path: list[frozenset[str]]
) -> OwnerShare:
    orders = impact.affected_orders
    is_on_path = np.array([team in owners for owners in owners_on_path])[orders.impairment]
    rows = orders.order[is_on_path]
    columns = impact.columns
    impairments = [i for i in impact.elements() if i.element in elements]
    return OwnerShare(
        team=team,
        elements=elements,
        orders=len(rows),
        value=money_of(columns, columns.orders.currency[rows], columns.orders.value[rows]),
        playbooks=playbooks_for(impact.topology, impairments, impact.failures),
    )


def playbooks_for(
    topology: Topology, impairments: Sequence[Impairment], failures: Sequence[Failure]
) -> tuple[str, ...]:
    """Keys of the playbooks whose `for` fits an impaired element.

    It names the element, or its kind and the class of a failure that impairs it.
    """
    classes = {failure.key: failure.failure_class for failure in failures}
    return tuple(
        key
        for key, playbook in topology.playbooks.items()
        if any(_fits(playbook, impairment, classes) for impairment in impairments)
    )


def _fits(playbook: Playbook, impairment: Impairment, classes: Mapping[str, FailureClass]) -> bool:
    if impairment.element in playbook.elements:
        return True
    if not playbook.kinds and not playbook.classes:
        return False
    kind = impairment.element.partition(":")[0]
    causes = {classes[key] for key in impairment.failures if key in classes}
    fits_kind = not playbook.kinds or kind in playbook.kinds
    return fits_kind and (not playbook.classes or not causes.isdisjoint(playbook.classes))
