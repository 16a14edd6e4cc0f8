"""The GraphQL type of each kind of element."""

from api.schema.element import Element
from api.schema.organisation import Location, Playbook, Team
from api.schema.systems import Api, Data, Integration, System
from api.schema.workflows import Step, Workflow
from graph_models import topology

TYPES: dict[type, type[Element]] = {
    topology.System: System,
    topology.Api: Api,
    topology.Integration: Integration,
    topology.Data: Data,
    topology.Workflow: Workflow,
    topology.Step: Step,
    topology.Location: Location,
    topology.Team: Team,
    topology.Playbook: Playbook,
}
