"""Owning teams of impaired elements, and the playbooks for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import OwnerShare
from graph_models.impairment import Impairment
from graph_models.playbooks import Playbook
from graph_models.topology import Topology
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.totals import money_of

_NO_PATH = -2


def owner_shares(joint: MatchedImpact, alone: Iterable[MatchedImpact] = ()) -> tuple[OwnerShare, ...]:
    """Each team with what it owns on the paths to affected orders, and those orders; the most orders first.

    An order counts for every team that owns an element on a path to it: each of them can shorten it. Its
    paths are those of each failure that affects it by itself (`alone`: the answer on each of several), else
    that of the joint answer. Costs a look at the affected orders of each answer.
    """
    elements: dict[str, dict[str, None]] = {}
    for impairment in joint.elements():
        owner = joint.topology.owner_of(impairment.element)
        if owner:
            elements.setdefault(owner, {})[impairment.element] = None
    paths = [_Paths.of(joint, single) for single in alone]
    is_of_single = np.logical_or.reduce(
        [np.zeros(len(joint.affected_orders), bool), *(p.leads for p in paths)]
    )
    paths.append(_Paths(~is_of_single, joint.affected_orders.impairment, _owners_on_path(joint)))
    shares = [_share(joint, team, tuple(of_team), paths) for team, of_team in elements.items()]
    return tuple(sorted(shares, key=lambda s: (-s.orders, s.team)))


@dataclass(frozen=True)
class _Paths:
    """Paths of one answer to the affected orders of the joint one: whether there is one (orders,), the
    impairment that it leads to, and by impairment the teams on the way.
    """

    leads: NDArray[np.bool_]
    impairment: NDArray[np.int16]
    owners: list[frozenset[str]]

    @staticmethod
    def of(joint: MatchedImpact, single: MatchedImpact) -> "_Paths":
        impairment = np.full(len(joint.columns.orders), _NO_PATH, np.int16)
        rows = single.affected_orders
        impairment[rows.order] = rows.impairment
        of_joint = impairment[joint.affected_orders.order]
        return _Paths(of_joint != _NO_PATH, of_joint, _owners_on_path(single))

    def through(self, team: str) -> NDArray[np.bool_]:
        """(orders,) whether something on the way is of the team."""
        is_owned = np.array([team in owners for owners in self.owners])
        return self.leads & is_owned[np.where(self.leads, self.impairment, -1)]


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
    impact: MatchedImpact, team: str, elements: tuple[str, ...], paths: Sequence[_Paths]
) -> OwnerShare:
    is_on_path = np.logical_or.reduce([each.through(team) for each in paths])
    rows = impact.affected_orders.order[is_on_path]
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

    See `is_about`.
    """
    classes = {failure.key: failure.failure_class for failure in failures}
    return tuple(
        key
        for key, playbook in topology.playbooks.items()
        if any(_fits(playbook, impairment, classes) for impairment in impairments)
    )


def _fits(playbook: Playbook, impairment: Impairment, classes: Mapping[str, FailureClass]) -> bool:
    causes = frozenset(classes[key] for key in impairment.failures if key in classes)
    return is_about(playbook, impairment.element, causes)


def is_about(playbook: Playbook, element: str, classes: frozenset[FailureClass]) -> bool:
    """Whether a playbook is for an element that failures of these classes impair; empty: nobody knows which.

    It names the element, or its kind, or neither elements nor kinds; and one of the classes, or none. Without
    any of them it is for nothing.
    """
    is_named = element in playbook.elements
    is_of_kind = element.partition(":")[0] in playbook.kinds
    is_for_any_element = not playbook.elements and not playbook.kinds and bool(playbook.classes)
    has_place = is_named or is_of_kind or is_for_any_element
    is_unknown = is_named and not classes
    return has_place and (not playbook.classes or is_unknown or not classes.isdisjoint(playbook.classes))
