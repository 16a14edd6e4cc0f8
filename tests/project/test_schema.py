"""The printed schema is the one that is served, and it covers the contract."""

from pathlib import Path

import pytest
from graphql import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)
from strawberry import Schema

from api.schema import build_schema
from impactgraph.settings import Settings

ROOT = Path(__file__).parents[2]
PRINTED, CONTRACT = ROOT / "api" / "schema.graphql", ROOT / "docs" / "contract" / "schema.graphql"
ADDITIONS = CONTRACT.with_name("additions.graphql")

LATER = {
    "Query.singlePointsOfFailure",
    "Query.critical",
    "Query.findings",
    "Element.criticality",
    "TopologyChange.newFindings",
    "CriticalityMeasure",
    "Criticality",
    "Finding",
}
"""What the contract has and later versions bring: each name leaves the list when it comes."""

PAYLOADS = {
    "FailurePayload": {"failure": "Failure", "problems": "[Problem!]!"},
    "IncidentPayload": {"incident": "Incident", "problems": "[Problem!]!"},
    "TopologyPayload": {"topology": "TopologyVersion", "problems": "[Problem!]!"},
}
"""What the contract says of payloads in words."""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return build_schema(Settings())


def signatures(text: str) -> dict[str, str]:
    """Every type, field, argument and value by its dotted name, with its type as written."""
    found: dict[str, str] = {}
    for node in parse(text, no_location=True).definitions:
        if isinstance(node, EnumTypeDefinitionNode):
            found |= {node.name.value: "enum"} | {
                f"{node.name.value}.{value.name.value}": "value" for value in node.values or ()
            }
        elif isinstance(node, ScalarTypeDefinitionNode):
            found[node.name.value] = "scalar"
        elif isinstance(
            node,
            ObjectTypeDefinitionNode
            | ObjectTypeExtensionNode
            | InterfaceTypeDefinitionNode
            | InputObjectTypeDefinitionNode,
        ):
            name = node.name.value
            if not isinstance(node, ObjectTypeExtensionNode):
                found[name] = node.kind
            for field in node.fields or ():
                found[f"{name}.{field.name.value}"] = print_ast(field.type)
                for argument in getattr(field, "arguments", None) or ():
                    found[f"{name}.{field.name.value}({argument.name.value})"] = print_ast(argument.type)
            for interface in getattr(node, "interfaces", None) or ():
                found[f"{name} implements {interface.name.value}"] = "yes"
    return found


def contract() -> dict[str, str]:
    """The promises, with those that were added."""
    return signatures(CONTRACT.read_text()) | signatures(ADDITIONS.read_text())


def promised() -> dict[str, str]:
    wanted = contract()
    return {name: kind for name, kind in wanted.items() if not _later(name)}


def _later(name: str) -> bool:
    return any(name == later or name.startswith((f"{later}.", f"{later}(", f"{later} ")) for later in LATER)


def test_the_committed_schema_is_the_one_that_is_served(schema: Schema) -> None:
    assert PRINTED.read_text() == schema.as_str() + "\n", (
        "write it anew with `python -m scripts.print_schema`"
    )


def test_every_name_of_the_contract_is_there_with_its_type(schema: Schema) -> None:
    served = signatures(schema.as_str())

    other = {name: (kind, served.get(name)) for name, kind in promised().items() if served.get(name) != kind}

    assert other == {}


def test_nothing_is_promised_for_later_that_is_there_already(schema: Schema) -> None:
    served = signatures(schema.as_str())

    assert {name for name in LATER if name in served} == set()


def test_everything_that_comes_later_is_in_the_contract() -> None:
    assert {name for name in LATER if name not in contract()} == set()


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_the_object_and_its_problems(schema: Schema, name: str) -> None:
    served = signatures(schema.as_str())

    assert {field: served[f"{name}.{field}"] for field in PAYLOADS[name]} == PAYLOADS[name]


def test_an_update_has_the_fields_of_a_report_but_target_class_and_id_all_optional(schema: Schema) -> None:
    served = signatures(schema.as_str())
    report = {
        name.removeprefix("FailureInput."): kind.rstrip("!")
        for name, kind in served.items()
        if name.startswith("FailureInput.")
    }
    update = {
        name.removeprefix("FailureUpdate."): kind
        for name, kind in served.items()
        if name.startswith("FailureUpdate.")
    }

    assert update == {name: kind for name, kind in report.items() if name not in ("target", "class", "id")}


def test_a_failure_filter_is_as_the_contract_says(schema: Schema) -> None:
    served = signatures(schema.as_str())

    assert {name.removeprefix("FailureFilter.") for name in served if name.startswith("FailureFilter.")} == {
        "targets",
        "classes",
        "severities",
        "from",
        "to",
    }


@pytest.mark.parametrize(
    "connection", sorted({kind.rstrip("!") for kind in promised().values() if kind.endswith("Connection!")})
)
def test_a_long_list_is_a_relay_connection(schema: Schema, connection: str) -> None:
    served = signatures(schema.as_str())
    node = connection.removesuffix("Connection")

    found = [
        served[f"{connection}.edges"],
        served[f"{connection}.pageInfo"],
        served[f"{connection}.totalCount"],
        served[f"{node}Edge.node"],
    ]

    assert found == [f"[{node}Edge!]!", "PageInfo!", "Int!", f"{node}!"]


def test_every_type_field_argument_and_value_has_a_description(schema: Schema) -> None:
    without: list[str] = []
    for name, kind in schema._schema.type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        without += [] if kind.description else [name]
        for field_name, field in {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}.items():
            without += [] if field.description else [f"{name}.{field_name}"]
            without += [
                f"{name}.{field_name}({argument})"
                for argument, given in getattr(field, "args", {}).items()
                if not given.description
            ]

    assert without == []
