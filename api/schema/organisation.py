"""Locations, teams and playbooks."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import Landscape
from api.schema.element import Element, element_of
from api.schema.enums import FailureClass
from graph_models import topology
from impactgraph.usecases.elements import contact_name


@strawberry.type(description="A store, distribution centre, dark store, supplier or third party.")
class Location(Element):
    model: strawberry.Private[topology.Location]

    @strawberry.field(
        description="store, dc, 3pl, dark_store or supplier; empty where only orders mention the location."
    )
    def category(self) -> str:
        return self.model.kind

    @strawberry.field(description="Its region.")
    def region(self) -> str | None:
        return self.model.region


@strawberry.type(description="A team that owns elements.")
class Team(Element):
    model: strawberry.Private[topology.Team]

    @strawberry.field(description="How to reach the team.")
    def contact(self) -> str:
        return self.model.contact

    @strawberry.field(description="Teams or contacts to escalate to.")
    def escalation(self) -> list[str]:
        return list(self.model.escalation)

    @strawberry.field(description="Names of these teams; contacts as they are declared.")
    def escalates_to(self) -> list[str]:
        return [contact_name(self.landscape.topology, each) for each in self.model.escalation]


@strawberry.type(description="One step of a playbook.")
class PlaybookStep:
    text: str = strawberry.field(description="What to do.")
    owner: str | None = strawberry.field(description="Key of the team that does it.")
    approval: str | None = strawberry.field(description="Key of the team that must approve it first.")
    owner_name: str | None = strawberry.field(description="Name of the team that does it.")
    approval_name: str | None = strawberry.field(description="Name of the team that must approve it first.")


@strawberry.type(description="A governed remediation.")
class Playbook(Element):
    model: strawberry.Private[topology.Playbook]

    @strawberry.field(description="The steps, in order.")
    def steps(self) -> list[PlaybookStep]:
        return [
            PlaybookStep(
                text=step.text,
                owner=step.owner,
                approval=step.approval,
                owner_name=contact_name(self.landscape.topology, step.owner) if step.owner else None,
                approval_name=contact_name(self.landscape.topology, step.approval) if step.approval else None,
            )
            for step in self.model.steps
        ]

    @strawberry.field(
        description="Customer message for the service desk; of several languages the English one, else the "
        "first."
    )
    def message(self) -> str:
        return str(self.model.message)

    @strawberry.field(description="Customer messages by language, where the playbook has several.")
    def messages(self) -> JSON:
        return JSON(dict(self.model.message.by_language))

    @strawberry.field(description="Classes of failures that it covers; none: all.")
    def classes(self) -> list[FailureClass]:
        return list(self.model.classes)


def location_of(key: str | None, landscape: Landscape) -> Location | None:
    """The location of a bare key; without a kind where only orders mention it. None without a key."""
    if not key:
        return None
    location = landscape.topology.locations.get(key) or topology.Location(key=key, kind="")
    return cast(Location, element_of(location, landscape))
