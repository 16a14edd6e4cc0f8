"""The keys of the command line's JSON, held against the GraphQL schema."""

from dataclasses import fields
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from graph_models import diagnosis, impact, journal, orders, reconciliation, repair
from graph_models.estimates import Estimate, Estimates, MoneyEstimate, ToCome
from graph_models.failure import Failure
from graph_models.impairment import Absorption, Impairment
from graph_models.incidents import Alert
from graph_models.playbooks import Playbook, PlaybookStep, StepEffect
from graph_models.time import FOREVER, HOUR
from graph_models.topology import Team, Topology
from impactgraph.cli.encode import RULES, Encoder, json_keys
from impactgraph.cli.encode.converters import duration_value, moment_value
from impactgraph.errors import Problem
from impactgraph.topology.difference import Change
from impactgraph.usecases import IngestResult, QuarantinedEvent, TopologyVersion
from impactgraph.usecases.compare_topologies import TopologyChange
from impactgraph.usecases.impact_summary import ImpactSummary
from impactgraph.usecases.incidents import IncidentReport, LikelyCause, Residual
from impactgraph.usecases.records import RecordCount
from impactgraph.usecases.step_savings import ProposedStep

TYPES = {
    impact.Hop: "Hop",
    impact.Path: "Path",
    impact.ImpactTotals: "ImpactTotals",
    impact.RecordTotals: "RecordTotals",
    impact.RecordCause: "RecordCause",
    impact.ImpactGroup: "ImpactGroup",
    impact.ForecastPoint: "ForecastPoint",
    impact.Contribution: "Contribution",
    impact.RecordCause: "RecordCause",
    impact.CostOfDelayPoint: "CostOfDelayPoint",
    Estimate: "Estimate",
    MoneyEstimate: "MoneyEstimate",
    ToCome: "ToCome",
    Estimates: "Estimates",
    impact.ResidualTotals: "Residual",
    impact.OwnerShare: "OwnerShare",
    impact.Unanswered: "Unanswered",
    impact.AwaitingReplay: "AwaitingReplay",
    impact.AffectedOrder: "AffectedOrder",
    impact.Explanation: "Explanation",
    Impairment: "Impairment",
    Absorption: "Absorption",
    Failure: "Failure",
    ImpactSummary: "ImpactSummary",
    IncidentReport: "Incident",
    LikelyCause: "RootCause",
    Alert: "Alert",
    Residual: "IncidentResidual",
    ProposedStep: "ChecklistStep",
    journal.Change: "Change",
    journal.Maintenance: "Maintenance",
    journal.IncidentAction: "IncidentAction",
    orders.Order: "Order",
    orders.Fulfillment: "Fulfillment",
    orders.Presence: "Presence",
    orders.RecordLine: "RecordLine",
    orders.TimelineEntry: "TimelineEntry",
    diagnosis.Diagnosis: "Diagnosis",
    diagnosis.Cause: "Cause",
    diagnosis.CommonFactor: "CommonFactor",
    diagnosis.OverdueGroup: "OverdueGroup",
    diagnosis.PeerGroup: "PeerGroup",
    diagnosis.MissingRecord: "MissingRecord",
    diagnosis.RecordFinding: "RecordFinding",
    diagnosis.Listing: "Listing",
    diagnosis.RateFinding: "RecordRate",
    reconciliation.ReconcileFinding: "ReconcileFinding",
    reconciliation.Reconciliation: "Reconciliation",
    reconciliation.ReconcileTotal: "ReconcileTotal",
    reconciliation.ListedRows: "ListedRows",
    reconciliation.RefusedListRow: "RefusedRow",
    reconciliation.UnreadState: "UnreadState",
    diagnosis.PayloadFinding: "PayloadFinding",
    diagnosis.Drift: "Drift",
    diagnosis.DriftGroup: "DriftGroup",
    RecordCount: "RecordTotal",
    repair.ReplayItem: "Replay",
    repair.ReplayGroup: "ReplayGroup",
    repair.Communication: "Communication",
    repair.CommunicationGroup: "CommunicationGroup",
    repair.PressingOrder: "PressingOrder",
    repair.PressingGroup: "PressingGroup",
    Team: "Team",
    Playbook: "Playbook",
    PlaybookStep: "PlaybookStep",
    StepEffect: "StepEffect",
    TopologyVersion: "TopologyVersion",
    TopologyChange: "TopologyChange",
    Change: "ElementChange",
    Problem: "Problem",
}
"""GraphQL's type by model. The rest of RULES has no type in the schema, or three: see below."""
RECORD_TYPES = ("AffectedPosting", "AffectedNotification", "AffectedTask")
WITHOUT_TYPE = {QuarantinedEvent, IngestResult}
OWN_QUERIES = {
    "Order": {"timeline", "diagnosis", "seenIn"},
    "Diagnosis": {"customerMessages", "customerFacts"},
    "Fulfillment": {"order"},
    "Failure": {"impactSummary", "atStake", "owner", "incident"},
    "Incident": {"blastRadius", "checklist", "report", "replay", "communications", "reprioritise"},
    "RootCause": {"explains"},
    "Impairment": {"failures", "path"},
    "Cause": {"failureInput"},
    "Drift": {"element"},
    "DriftGroup": {"members"},
    "Residual": {"orders"},
    "Reconciliation": {"findings"},
}
"""Fields of the schema that the JSON of a model does not have: navigation, or added by the command."""
ELEMENTS = {"Team", "Playbook"}
"""Types whose fields are those of the catalogue too, of which the JSON has the first few."""


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((Path(__file__).parents[3] / "api" / "schema.graphql").read_text())


def schema_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType | GraphQLInterfaceType:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    return found


@pytest.mark.parametrize(("model", "name"), TYPES.items(), ids=TYPES.values())
def test_every_key_is_a_field_of_the_type(schema: GraphQLSchema, model: type, name: str):
    keys = {*json_keys(model)}
    expected = {*schema_type(schema, name).fields} - OWN_QUERIES.get(name, set())

    assert keys <= expected if name in ELEMENTS else keys == expected


@pytest.mark.parametrize("name", RECORD_TYPES)
def test_affected_records_have_the_fields_of_their_kinds(schema: GraphQLSchema, name: str):
    keys = {*json_keys(impact.AffectedRecord)}

    assert (
        {*schema_type(schema, name).fields}
        <= keys
        <= {*schema_type(schema, name).fields, "amount", "location"}
    )


@pytest.mark.parametrize(("model", "name"), TYPES.items(), ids=TYPES.values())
def test_moments_and_durations_are_those_of_the_schema(schema: GraphQLSchema, model: type, name: str):
    scalars = {"DateTime": moment_value, "Duration": duration_value}
    rules = RULES.get(model)
    for field in fields(model):
        key = rules.key_of(field.name) if rules is not None else field.name
        if key in json_keys(model) and key not in (rules.computed if rules is not None else ()):
            converter = rules.values.get(field.name) if rules is not None else None
            scalar = get_named_type(schema_type(schema, name).fields[key].type).name
            if converter is not None and "positive" in converter.__name__:
                converter = duration_value
            assert (converter in scalars.values()) == (scalar in scalars), (model, key)
            assert scalar not in scalars or converter is scalars[scalar], (model, key)


def test_every_rule_is_checked_and_names_fields_of_its_model():
    assert {*RULES} <= {*TYPES, *WITHOUT_TYPE, impact.AffectedRecord}
    for model, rules in RULES.items():
        names = {field.name for field in fields(model)}
        assert {*rules.names, *rules.values} <= names, model


def test_teams_and_playbooks_that_a_later_topology_lacks_are_left_out():
    encoder = Encoder(at=HOUR, topology=Topology())

    assert (encoder.team("integration"), encoder.playbooks(["queues-full"])) == (None, [])


def test_what_never_happens_has_no_moment_and_references_without_a_topology_are_ids():
    encoder = Encoder(at=HOUR)
    impairment = Impairment("system:oms", impact.Effect.BLOCKED, since=0, until=FOREVER)

    assert encoder.encode(impairment) | {"likelihood": None} == {
        "element": {"id": "system:oms"},
        "effect": "BLOCKED",
        "from": "1970-01-01T00:00:00Z",
        "until": None,
        "delay": None,
        "likelihood": None,
        "scope": {},
    }
