"""Locations, teams and playbooks."""

from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.context import TopologyAt
from api.schema.element import Element, element_of
from api.schema.enums import FailureClass
from api.schema.scalars import Span, span_of
from api.schema.work_enums import StepEffectKind
from graph_models import playbooks, topology
from impactgraph.usecases import location_times
from impactgraph.usecases.elements import contact_name


@strawberry.type(description="The pick-ups of a carrier at a location.")
class PickupTimes:
    carrier: str | None = strawberry.field(description="The carrier; null: any.")
    times: str = strawberry.field(
        description="On the clock of the location's time zone, such as `mon-fri 12:00, 17:00; sat-sun none`."
    )
    cutoff: Span | None = strawberry.field(
        description="How long before a pick-up an order must be ready; null: as the hand-off says."
    )


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

    @strawberry.field(
        description="IANA name of its time zone: its own, that of its region or of the topology, else UTC."
    )
    def timezone(self) -> str:
        return location_times.timezone_of(self.topology_at.topology, self.model)

    @strawberry.field(
        description="Language of its customers: its own, else that of its region or of the topology."
    )
    def language(self) -> str | None:
        return location_times.language_of(self.topology_at.topology, self.model)

    @strawberry.field(
        description="Opening hours on the clock of its time zone, such as `mon-sat 09:00-20:00; sun closed`; "
        "null: always open."
    )
    def hours(self) -> str | None:
        return location_times.hours_text(self.model.hours)

    @strawberry.field(
        description="Dates on which it is closed and nothing is collected: its own, those of its region and "
        "of the topology."
    )
    def holidays(self) -> list[str]:
        return list(location_times.holidays_of(self.topology_at.topology, self.model))

    @strawberry.field(description="When carriers collect there.")
    def pickups(self) -> list[PickupTimes]:
        return [
            PickupTimes(carrier=each.carrier or None, times=each.times, cutoff=span_of(each.cutoff))
            for each in location_times.pickups_of(self.model)
        ]


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
        return [contact_name(self.topology_at.topology, each) for each in self.model.escalation]


@strawberry.type(description="What a step changes. It is proposed and recorded, never carried out.")
class StepEffect:
    kind: StepEffectKind = strawberry.field(description="How.")
    target: strawberry.ID | None = strawberry.field(
        description="Full id of the element that it is about; null: the one that failed."
    )
    within: Span | None = strawberry.field(description="DRAIN: how long the backlog takes then.")
    source: strawberry.ID | None = strawberry.field(
        name="from", description="MOVE: full id of the step or workflow whose orders are moved."
    )
    records: list[str] = strawberry.field(description="HOLD: types of the records that are held; none: all.")

    @classmethod
    def of(cls, model: playbooks.StepEffect | None) -> "StepEffect | None":
        if model is None:
            return None
        target = strawberry.ID(model.target) if model.target is not None else None
        return cls(
            kind=model.kind,
            target=target,
            within=span_of(model.within),
            source=strawberry.ID(model.source) if model.source is not None else None,
            records=list(model.records),
        )


@strawberry.type(description="One step of a playbook.")
class PlaybookStep:
    text: str = strawberry.field(description="What to do.")
    owner: str | None = strawberry.field(description="Key of the team that does it.")
    approval: str | None = strawberry.field(description="Key of the team that must approve it first.")
    owner_name: str | None = strawberry.field(description="Name of the team that does it.")
    approval_name: str | None = strawberry.field(description="Name of the team that must approve it first.")
    effect: StepEffect | None = strawberry.field(
        description="What it changes; null where the topology does not say."
    )
    automation: str | None = strawberry.field(
        description="Channel that takes a request when a person starts it; null where it is not automated."
    )


@strawberry.type(description="A governed remediation.")
class Playbook(Element):
    model: strawberry.Private[playbooks.Playbook]

    @strawberry.field(description="The steps, in order.")
    def steps(self) -> list[PlaybookStep]:
        return [
            PlaybookStep(
                text=step.text,
                owner=step.owner,
                approval=step.approval,
                owner_name=contact_name(self.topology_at.topology, step.owner) if step.owner else None,
                approval_name=contact_name(self.topology_at.topology, step.approval)
                if step.approval
                else None,
                effect=StepEffect.of(step.effect),
                automation=step.automation,
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


def location_of(key: str | None, topology_at: TopologyAt) -> Location | None:
    """The location of a bare key; without a kind where only orders mention it. None without a key."""
    if not key:
        return None
    location = topology_at.topology.locations.get(key) or topology.Location(key=key, kind="")
    return cast(Location, element_of(location, topology_at))
