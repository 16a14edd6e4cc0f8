"""Execution of GraphQL that reads plain fields directly: lists of hundreds of objects consist of them.

A field is plain where it is an attribute of its object, or a method without arguments that is not a
coroutine. graphql-core makes a path, an `info` and a call of the schema's wrapper for each field of each
object; none of them matters to a plain field, unless it has an error. So a selection is compiled once for an
operation, to a function from object to JSON. Where that function fails, graphql-core executes the selection
again, in its own way: it says what is wrong, and where.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

Read: TypeAlias = Callable[[Any], Any]
"""From an object, or the value of a field, to its JSON. Raises any error where the value does not fit."""
Details: TypeAlias = list[FieldDetails]
"""Of one field: its nodes in the document."""
Fields: TypeAlias = dict[str, Details]
"""By name in the answer."""
_TYPENAME = "__typename"


class _NotPlainError(Exception):
    """graphql-core executes it."""


class PlainFields(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._selections: dict[tuple[str, int], tuple[Fields, Read | None]] = {}
        """By type and identity of its fields, which are kept so that no others get it."""
        self._fields: dict[tuple[str, int], tuple[Details, Read | None]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Fields,
        *rest: Any,
    ) -> Any:
        read = self._selection(parent_type, grouped_field_set)
        if read is not None:
            try:
                return read(source_value)
            except Exception:  # noqa: BLE001 - it comes again, where errors are collected
                pass
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, *rest)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Details, *rest: Any
    ) -> Any:
        read = self._field(parent_type, field_details_list)
        if read is not None:
            try:
                return read(source)
            except Exception:  # noqa: BLE001 - as above
                pass
        return super().execute_field(parent_type, source, field_details_list, *rest)

    def _selection(self, parent: GraphQLObjectType, fields: Fields) -> Read | None:
        """None where any of the fields, at any depth, is not plain."""
        key = (parent.name, id(fields))
        if key not in self._selections:
            reads = [(name, self._field(parent, details)) for name, details in fields.items()]
            plain = [(name, read) for name, read in reads if read is not None]
            self._selections[key] = fields, _object(plain) if len(plain) == len(reads) else None
        return self._selections[key][1]

    def _field(self, parent: GraphQLObjectType, details: Details) -> Read | None:
        key = (parent.name, id(details))
        if key not in self._fields:
            try:
                read = self._compile(parent, details)
            except _NotPlainError:
                read = None
            self._fields[key] = details, read
        return self._fields[key][1]

    def _compile(self, parent: GraphQLObjectType, details: Details) -> Read:
        if parent in (self.schema.query_type, self.schema.mutation_type, self.schema.subscription_type):
            raise _NotPlainError  # they are guarded
        name = details[0].node.name.value
        if name == _TYPENAME:
            return lambda _: parent.name
        field = parent.fields.get(name)
        if field is None or (self.middleware_manager and self.middleware_manager.middlewares):
            raise _NotPlainError
        value_of, read = _value_of(field), self._value(field.type, details)
        return lambda source: read(value_of(source))

    def _value(self, kind: GraphQLOutputType, details: Details) -> Read:
        if not isinstance(kind, GraphQLNonNull):
            read = self._present_value(kind, details)
            return lambda value: None if value is None else read(value)
        return self._present_value(kind.of_type, details)

    def _present_value(self, kind: Any, details: Details) -> Read:
        if is_list_type(kind):
            return _list(self._value(kind.of_type, details))
        if is_leaf_type(kind):
            return _leaf(kind)
        if is_object_type(kind):
            return self._object_value(kind, details)
        if is_abstract_type(kind) and isinstance(kind, GraphQLInterfaceType):
            return self._interface_value(kind, details)
        raise _NotPlainError

    def _object_value(self, kind: GraphQLObjectType, details: Details) -> Read:
        read = self._selection(kind, self.collect_subfields(kind, details).grouped_field_set)
        if read is None:
            raise _NotPlainError
        if kind.is_type_of is None:
            return _present(read)
        is_type_of: Any = kind.is_type_of
        return lambda value: read(value) if is_type_of(value, None) else _reject(value)

    def _interface_value(self, kind: GraphQLInterfaceType, details: Details) -> Read:
        """By the class of the value, each compiled when it first comes; a class that is not plain fails."""
        by_class: dict[type, Read] = {}
        possible = {each.name: each for each in self.schema.get_possible_types(kind)}

        def read(value: Any) -> Any:
            reader = by_class.get(type(value))
            if reader is None:
                definition: StrawberryObjectDefinition = type(value).__strawberry_definition__
                reader = by_class[type(value)] = self._object_value(possible[definition.name], details)
            return reader(value)

        # Without a plain type of it every object would be tried and executed again.
        for each in possible.values():
            self._object_value(each, details)
        return read


def _value_of(field: GraphQLField) -> Read:
    """Reads the attribute of a field, or calls its method."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.extensions or definition.python_name is None:
        raise _NotPlainError
    if definition.is_basic_field:
        return attrgetter(definition.python_name)
    resolver = definition.base_resolver
    if resolver is None or definition.is_async or resolver.arguments:
        raise _NotPlainError
    if resolver.self_parameter is None or len(resolver.signature.parameters) > 1:
        raise _NotPlainError
    return cast("Read", resolver.wrapped_func)


def _object(reads: Sequence[tuple[str, Read]]) -> Read:
    return lambda source: {name: read(source) for name, read in reads}


def _list(read: Read) -> Read:
    def read_all(values: Any) -> Any:
        return [read(value) for value in values] if isinstance(values, list | tuple) else _reject(values)

    return read_all


def _leaf(kind: GraphQLLeafType) -> Read:
    if isinstance(kind, GraphQLEnumType):
        return _member(kind)

    def read(value: Any) -> Any:
        output = kind.coerce_output_value(value)
        return _reject(value) if output is None or output is Undefined else output

    return read


def _member(kind: GraphQLEnumType) -> Read:
    """Names of members are looked up once each: graphql-core compares with every member."""
    names: dict[Any, str] = {}

    def read(value: Any) -> str:
        if value not in names:
            names[value] = kind.coerce_output_value(value)
        return names[value]

    return read


def _present(read: Read) -> Read:
    return lambda value: _reject(value) if value is None else read(value)


def _reject(value: object) -> Any:
    raise TypeError(value)
