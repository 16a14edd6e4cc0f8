"""The documents that commands send to a server fit the schema."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from graph_models.journal import IncidentActionKind
from impactgraph.cli.answers.documents import DOCUMENTS
from impactgraph.cli.answers.incident_documents import INCIDENT_MUTATIONS
from impactgraph.cli.answers.invocations import INCIDENT_OPERATIONS
from impactgraph.cli.answers.repair_documents import REPAIR_DOCUMENTS

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "api" / "schema.graphql").read_text())


EVERY = (*DOCUMENTS, *INCIDENT_MUTATIONS, *REPAIR_DOCUMENTS)


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document[:60])
def test_a_server_takes_every_document_of_the_commands(schema: GraphQLSchema, document: str) -> None:
    assert validate(schema, parse(document)) == []


def test_every_action_on_an_incident_has_its_operation_in_the_audit_log() -> None:
    assert set(INCIDENT_OPERATIONS) == set(IncidentActionKind)
