"""Shares of teams in a blast radius."""

from typing import cast

import strawberry

from api.context import TopologyAt
from api.schema.element import Element, element_by_id
from api.schema.money import Money
from api.schema.organisation import Playbook, Team
from graph_models import impact


@strawberry.type(description="A team's share of the impact.")
class OwnerShare:
    team: Team = strawberry.field(description="The team to call.")
    elements: list[Element] = strawberry.field(description="Its impaired elements.")
    orders: int = strawberry.field(description="Orders affected through these elements.")
    value: list[Money] = strawberry.field(description="Total value of these orders, per currency.")
    playbooks: list[Playbook] = strawberry.field(description="Playbooks for these elements.")

    @classmethod
    def of(cls, share: impact.OwnerShare, topology_at: TopologyAt) -> "OwnerShare":
        return cls(
            team=cast(Team, element_by_id(f"team:{share.team}", topology_at)),
            elements=[element_by_id(identifier, topology_at) for identifier in share.elements],
            orders=share.orders,
            value=Money.each(share.value),
            playbooks=playbooks_of(share.playbooks, topology_at),
        )


def playbooks_of(keys: tuple[str, ...], topology_at: TopologyAt) -> list[Playbook]:
    return [cast(Playbook, element_by_id(f"playbook:{key}", topology_at)) for key in keys]
