"""Whom to call, and what they have written down to do."""

from collections.abc import Sequence

import numpy as np

from graph_models.failure import Failure
from graph_models.impact import OwnerShare
from graph_models.impairment import Impairment
from graph_models.topology import Topology
from impactgraph.impact.hits import Hits
from impactgraph.impact.totals import money_of


def owner_shares(answer: Hits) -> tuple[OwnerShare, ...]:
    """Each team with what it owns on the paths to affected orders, and the orders behind; the most orders first.

    An order counts for every team that owns an element on its path: each of them can shorten it.
    """
    topology, columns, orders = answer.inputs.topology, answer.inputs.columns, answer.orders_hit
    owners_on: list[frozenset[str]] = [
        frozenset(o for hop in i.hops if (o := topology.owner_of(hop.element))) for i in answer.impairments
    ] + [frozenset()]
    elements: dict[str, dict[str, None]] = {}
    for impairment in answer.elements():
        owner = topology.owner_of(impairment.element)
        if owner:
            elements.setdefault(owner, {})[impairment.element] = None
    shares: list[OwnerShare] = []
    for team, owned in elements.items():
        behind = np.array([team in on for on in owners_on])[orders.hit_by]
        order = orders.order[behind]
        money = money_of(columns, columns.orders.currency[order], columns.orders.value[order])
        impaired = [i for i in answer.elements() if i.element in owned]
        shares.append(
            OwnerShare(
                team, tuple(owned), len(order), money, playbooks_for(topology, impaired, answer.failures)
            )
        )
    return tuple(sorted(shares, key=lambda s: (-s.orders, s.team)))


def playbooks_for(
    topology: Topology, impairments: Sequence[Impairment], failures: Sequence[Failure]
) -> tuple[str, ...]:
    """Playbooks whose `for` fits an impaired element: it names the element, or its kind and the class of a failure behind it."""
    classes = {f.key: f.failure_class for f in failures}
    found: list[str] = []
    for key, playbook in topology.playbooks.items():
        for impairment in impairments:
            kind = impairment.element.partition(":")[0]
            mine = {classes[f] for f in impairment.failures if f in classes}
            of_kind = not playbook.kinds or kind in playbook.kinds
            of_class = not playbook.classes or bool(mine & set(playbook.classes))
            general = bool(playbook.kinds or playbook.classes)
            if impairment.element in playbook.elements or (general and of_kind and of_class):
                found.append(key)
                break
    return tuple(found)
