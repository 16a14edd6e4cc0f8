"""Everything that GraphQL lists can be exported, and the documents that ask it are in order."""

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, parse, validate

from api.config import ApiSettings
from api.lists import LEFT_OUT, NO_LISTS, exported_lists
from api.schema import build_schema
from impactgraph.settings import Settings

SETTINGS: ApiSettings = Settings()
SCHEMA = build_schema(SETTINGS).core_schema
LISTS = exported_lists(SCHEMA)
NEIGHBOURS = {"dependencies", "dependents"}
"""Of a single element, by distance; what the map and `paths` have whole."""


def pages_in(kind: GraphQLObjectType | GraphQLInterfaceType) -> set[str]:
    return {
        name for name, field in kind.fields.items() if get_named_type(field.type).name.endswith("Connection")
    }


def test_every_list_with_pages_has_an_export() -> None:
    """Found here by the types that have pages, whatever answers have them."""
    query = SCHEMA.query_type
    assert query is not None
    listed = {name.rpartition(".")[2] for name in LISTS}

    unexported = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind is not query
        for name in pages_in(kind) - listed - NEIGHBOURS
    }

    assert unexported | (pages_in(query) - set(LISTS)) == set()


def test_every_document_is_valid_and_columns_have_different_names() -> None:
    for exported in LISTS.values():
        assert validate(SCHEMA, parse(exported.document(exported.arguments))) == [], exported.name
        names = [column.name for column in exported.columns]
        assert names and len(set(names)) == len(names), exported.name


def test_what_is_left_out_exists() -> None:
    for kind, name in LEFT_OUT:
        fields = SCHEMA.type_map[kind]
        assert isinstance(fields, GraphQLObjectType | GraphQLInterfaceType) and name in fields.fields
    assert SCHEMA.query_type is not None and set(SCHEMA.query_type.fields) >= NO_LISTS
