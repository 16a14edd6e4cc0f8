"""Where things happen, who owns them, and what to do."""

import strawberry

from api.schema.element import Element
from api.schema.enums import FailureClass
from graph_models import topology


@strawberry.type(description="A store, distribution centre, dark store, supplier or third party.")
class Location(Element):
    model: strawberry.Private[topology.Location]

    @strawberry.field(
        description="store, dc, 3pl, dark_store or supplier; empty where only orders tell of it."
    )
    def category(self) -> str:
        return self.model.kind

    @strawberry.field(description="Its region.")
    def region(self) -> str | None:
        return self.model.region


@strawberry.type(description="Who owns elements and is called.")
class Team(Element):
    model: strawberry.Private[topology.Team]

    @strawberry.field(description="Where to reach it.")
    def contact(self) -> str:
        return self.model.contact

    @strawberry.field(description="Teams or contacts to go to next.")
    def escalation(self) -> list[str]:
        return list(self.model.escalation)


@strawberry.type(description="One thing to do.")
class PlaybookStep:
    text: str = strawberry.field(description="What to do.")
    owner: str | None = strawberry.field(description="Key of the team that does it.")
    approval: str | None = strawberry.field(description="Key of the team that must agree first.")


@strawberry.type(description="A governed remediation.")
class Playbook(Element):
    model: strawberry.Private[topology.Playbook]

    @strawberry.field(description="What to do, one after the other.")
    def steps(self) -> list[PlaybookStep]:
        return [
            PlaybookStep(text=step.text, owner=step.owner, approval=step.approval)
            for step in self.model.steps
        ]

    @strawberry.field(description="What the service desk can tell the customer.")
    def message(self) -> str:
        return self.model.message

    @strawberry.field(description="Classes of failures that it is for; none: any.")
    def classes(self) -> list[FailureClass]:
        return list(self.model.classes)
