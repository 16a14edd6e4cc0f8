"""Questions made from the schema itself: all scalar fields of a type, and so many levels of objects below."""

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)


def everything_of(schema: GraphQLSchema, kind: str, levels: int) -> str:
    """A selection of all scalar fields of the type, and of its objects down to `levels`; a connection and
    its edges are no level of their own.
    """
    found = schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    parts = [
        selected for name, field in found.fields.items() if (selected := _field(schema, name, field, levels))
    ]
    return "{" + " ".join(parts) + "}"


def connections_of(schema: GraphQLSchema, kind: str) -> list[str]:
    """Fields of the type that are pages."""
    found = schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return [
        name for name, field in found.fields.items() if get_named_type(field.type).name.endswith("Connection")
    ]


def page_of(schema: GraphQLSchema, kind: str, field: str, *, first: int, levels: int) -> str:
    """The whole page of a field of the type."""
    found = schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    node = get_named_type(found.fields[field].type).name.removesuffix("Connection")
    page = "totalCount pageInfo{hasNextPage hasPreviousPage startCursor endCursor}"
    return f"{field}(first:{first}){{{page} edges{{cursor node{everything_of(schema, node, levels)}}}}}"


def _field(schema: GraphQLSchema, name: str, field: GraphQLField, levels: int) -> str:
    if any(is_required_argument(argument) for argument in field.args.values()):
        return ""
    named = get_named_type(field.type)
    if is_leaf_type(named):
        return name
    if levels == 0:
        return ""
    if named.name.endswith("Connection"):
        node = everything_of(schema, named.name.removesuffix("Connection"), levels - 1)
        return f"{name}{{totalCount edges{{node{node}}}}}"
    return name + everything_of(schema, named.name, levels - 1)
