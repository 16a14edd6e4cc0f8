"""Every list of GraphQL as flat rows: which there are, their columns, and the documents that ask them.

Lists and columns follow from the schema, so that a new list can be exported without more.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from api.json_input import read_json
from graph_models.time import Millis
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.usecases.exports import Row
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.near import nearest
from impactgraph.usecases.pages import MOST

Json: TypeAlias = dict[str, Any]
Fields: TypeAlias = GraphQLObjectType | GraphQLInterfaceType
Ask: TypeAlias = Callable[[str, Json], Awaitable[Json]]
"""Answers a document with variables."""

LEFT_OUT = frozenset(
    {
        ("Order", "diagnosis"),
        ("Failure", "impactSummary"),
        ("Failure", "incident"),
        ("Incident", "report"),
        ("Incident", "blastRadius"),
        ("Element", "impairments"),
    }
)
"""Fields (type, name) that are answers of their own: each costs as much as the list."""
NO_LISTS = frozenset({"node", "viewer", "about"})
"""Fields of Query that have no list of what the store has."""
_DEEPEST = 3
_PAGING = ("first", "after")
_CONNECTION = "Connection"
_MONEY = "Money"


@dataclass(frozen=True)
class Column:
    name: str
    keys: tuple[str, ...]
    """Fields from the item down."""
    selection: str
    """What is selected of the last one."""


@dataclass(frozen=True)
class ExportedList:
    """One list of GraphQL."""

    name: str
    """Its fields from Query down, such as overdue.orders."""
    fields: tuple[GraphQLField, ...]
    columns: tuple[Column, ...]
    is_paged: bool

    @property
    def arguments(self) -> Mapping[str, GraphQLArgument]:
        """What it can be asked with, by name; where two fields have the same argument, the upper one."""
        arguments: dict[str, GraphQLArgument] = {}
        for field in self.fields:
            for name, argument in field.args.items():
                if name not in _PAGING:
                    arguments.setdefault(name, argument)
        return arguments

    def document(self, names: Collection[str] = ()) -> str:
        """Asks one page, or the whole of a list without pages, with variables for the arguments that are
        given: the others keep their defaults.
        """
        variables = {name: argument for name, argument in self.arguments.items() if name in names}
        if self.is_paged:
            variables |= {name: self.fields[self._paged_field].args[name] for name in _PAGING}
        declarations = ", ".join(f"${name}: {argument.type}" for name, argument in variables.items())
        body = "{ " + " ".join(_selections(self.columns)) + " }"
        if self.is_paged:
            body = f"{{ edges {{ node {body} }} pageInfo {{ hasNextPage endCursor }} }}"
        for number, name in reversed(list(enumerate(self.name.split(".")))):
            body = f"{{ {name}{self._arguments_text(number, variables)} {body} }}"
        return f"query ({declarations}) {body}" if declarations else body

    @property
    def _paged_field(self) -> int:
        """The field whose arguments say which page: the list itself, or the answer that it is in."""
        return max((number for number, field in enumerate(self.fields) if "after" in field.args), default=-1)

    def _arguments_text(self, number: int, variables: Collection[str]) -> str:
        """The arguments of one of its fields."""
        above = {name for field in self.fields[:number] for name in field.args}
        names = [name for name in self.fields[number].args if name in variables and name not in above]
        if number != self._paged_field:
            names = [name for name in names if name not in _PAGING]
        return f"({', '.join(f'{name}: ${name}' for name in names)})" if names else ""


def exported_lists(schema: GraphQLSchema) -> dict[str, ExportedList]:
    """Those of Query and of its answers, by name."""
    assert schema.query_type is not None
    lists: dict[str, ExportedList] = {}
    for name, field in schema.query_type.fields.items():
        if name in NO_LISTS:
            continue
        item = _item_of(field.type)
        if item is not None:
            lists[name] = _list_of(name, (field,), item)
            continue
        answer = get_named_type(field.type)
        if not isinstance(answer, GraphQLObjectType):
            continue
        for inner_name, inner in answer.fields.items():
            item = _item_of(inner.type)
            if item is not None and not inner.deprecation_reason and item.name != _MONEY:
                lists[f"{name}.{inner_name}"] = _list_of(f"{name}.{inner_name}", (field, inner), item)
    return lists


def _item_of(kind: GraphQLOutputType) -> Fields | None:
    """The type of the items of a list; None where it is none, or one of texts."""
    inner = get_named_type(kind)
    if not isinstance(inner, GraphQLObjectType | GraphQLInterfaceType):
        return None
    if inner.name.endswith(_CONNECTION):
        edge = get_named_type(inner.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        node = get_named_type(edge.fields["node"].type)
        assert isinstance(node, GraphQLObjectType | GraphQLInterfaceType)
        return node
    return inner if is_list_type(get_nullable_type(kind)) else None


def _list_of(name: str, fields: tuple[GraphQLField, ...], item: Fields) -> ExportedList:
    is_paged = get_named_type(fields[-1].type).name.endswith(_CONNECTION)
    return ExportedList(name, fields, tuple(_columns(item, ())), is_paged)


def _columns(kind: Fields, keys: tuple[str, ...]) -> Generator[Column]:
    """Of what an item says itself: its values, the ids of what it names, and parts of it without an id."""
    for name, field in kind.fields.items():
        if field.deprecation_reason or (kind.name, name) in LEFT_OUT:
            continue
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        yield from _columns_of(field.type, (*keys, name))


def _columns_of(kind: GraphQLOutputType, keys: tuple[str, ...]) -> Generator[Column]:
    inner, is_list = get_named_type(kind), is_list_type(get_nullable_type(kind))
    if is_leaf_type(inner):
        yield _column(keys, "")
    elif isinstance(inner, GraphQLObjectType | GraphQLInterfaceType) and not inner.name.endswith(_CONNECTION):
        if inner.name == _MONEY and is_list:
            yield _column(keys, "{ amount currency }")
        elif inner.name == _MONEY:
            yield Column(_name(keys), (*keys, "amount"), "")
            yield _column((*keys, "currency"), "")
        elif "id" in inner.fields:
            yield _column(keys, "{ id }")
        elif not is_list and len(keys) < _DEEPEST:
            yield from _columns(inner, keys)


def _column(keys: tuple[str, ...], selection: str) -> Column:
    return Column(_name(keys), keys, selection)


def _name(keys: Sequence[str]) -> str:
    return "_".join(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower() for key in keys)


def _selections(columns: Sequence[Column], depth: int = 0) -> Generator[str]:
    """The fields of the columns, each once: columns of the same field stand together."""
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.keys[depth], []).append(column)
    for name, group in groups.items():
        if len(group[0].keys) == depth + 1:
            yield f"{name} {group[0].selection}".strip()
        else:
            yield f"{name} {{ {' '.join(_selections(group, depth + 1))} }}"


# ---- arguments


def chosen_list(lists: Mapping[str, ExportedList], name: str) -> ExportedList:
    """Raises NotFoundError with near names; without one, with all."""
    if name in lists:
        return lists[name]
    near = nearest(name, lists)
    message = "" if near else f"There is no list {name!r}. There are {', '.join(lists)}."
    raise NotFoundError(f"list {name}", near=near, message=message)


def variables_of(flat_list: ExportedList, arguments: Mapping[str, Sequence[str]]) -> Json:
    """The variables that texts come to. Raises BadInputError with everything that is wrong."""
    known = flat_list.arguments
    problems: list[str] = []
    variables: Json = {}
    for name, texts in arguments.items():
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"It takes {', '.join(known) or 'none'}."
            problems.append(f"{flat_list.name} has no argument {name!r}. {hint}")
            continue
        try:
            variables[name] = _value(known[name].type, texts)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    missing = [name for name, argument in known.items() if is_required_argument(argument)]
    problems += [
        f"{flat_list.name} needs the argument {name!r}." for name in missing if name not in arguments
    ]
    if problems:
        raise BadInputError(*problems)
    return variables


def at_one_moment(flat_list: ExportedList, variables: Json, now: Millis) -> Json:
    """The variables with the moment of all pages, where the list takes one and none is given."""
    if "asOf" not in flat_list.arguments or variables.get("asOf") is not None:
        return variables
    return {**variables, "asOf": iso(now)}


def _value(kind: GraphQLInputType, texts: Sequence[str]) -> Any:
    inner = get_named_type(kind)
    if is_list_type(get_nullable_type(kind)):
        if is_input_object_type(inner):
            return _json(texts[-1])
        return [_single(inner.name, text) for text in texts]
    if is_input_object_type(inner):
        return _json(texts[-1])
    return _single(inner.name, texts[-1])


def _single(kind: str, text: str) -> Any:
    return _json(text) if kind in ("Int", "Float", "Boolean", "JSON") else text


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise ValueError(f"{text[:100]!r} is not JSON: {error}") from None


# ---- rows


async def row_blocks(
    ask: Ask, flat_list: ExportedList, variables: Json, size: int = MOST
) -> AsyncGenerator[list[Row]]:
    """All rows of a list, a page after another; at least one block. Raises what `ask` raises."""
    names, document = flat_list.name.split("."), flat_list.document(variables)
    page: Json = {"first": size, "after": None} if flat_list.is_paged else {}
    while True:
        data = await ask(document, {**variables, **page})
        answer = _inner(data, names)
        if not flat_list.is_paged:
            yield [_row(flat_list, item) for item in answer or ()]
            return
        edges = answer["edges"] if answer else ()
        yield [_row(flat_list, edge["node"]) for edge in edges]
        if not answer or not answer["pageInfo"]["hasNextPage"]:
            return
        page["after"] = answer["pageInfo"]["endCursor"]


def _inner(data: Json, names: Sequence[str]) -> Any:
    """What is at these fields; None where one before is null, such as of an order that does not exist."""
    value: Any = data
    for name in names:
        if value is None:
            return None
        value = value[name]
    return value


def _row(flat_list: ExportedList, item: Json) -> Row:
    return {column.name: _plain(_inner(item, column.keys)) for column in flat_list.columns}


def _plain(value: Any) -> str | float | bool | None:
    if isinstance(value, list):
        return " ".join(str(_plain(each)) for each in value) or None
    if isinstance(value, dict):
        if set(value) == {"id"}:
            return value["id"]
        if set(value) == {"amount", "currency"}:
            return f"{value['amount']} {value['currency']}"
        return orjson.dumps(value).decode()
    return value
