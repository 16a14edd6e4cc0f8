"""Query cost limits: objects, depth and aliases, measured on the document before anything is looked up.

Strawberry's limiters for depth and aliases traverse a fragment again wherever it is spread, which takes
exponential time on a malicious document; here each fragment is measured once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_composite_type,
    is_list_type,
)
from strawberry.extensions import DisableIntrospection, MaxTokensLimiter, SchemaExtension

from api.config import ApiSettings
from api.errors import RateLimitedError

if TYPE_CHECKING:
    from api.context import Context

DEFAULT_FIRST = 50
MAX_FIRST = 500
"""Size of a page; resolvers reject more."""
NESTED_FIRST = 5
"""Assumed for a nested page without `first`: most are short. `Context.count` checks the actual number."""
LIST_SIZE = 5
"""Assumed for a list without pages."""
_WRAPPERS = ("Connection", "Edge", "PageInfo")


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a selection: objects in its answer, depth, aliases."""

    objects: int = 0
    depth: int = 0
    aliases: int = 0

    def plus(self, other: "Size") -> "Size":
        """Of both selections next to each other."""
        return Size(self.objects + other.objects, max(self.depth, other.depth), self.aliases + other.aliases)


@dataclass
class Measure:
    """Measures the selections of one operation, in time linear in the fields of the document."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]
    _by_fragment: dict[tuple[str, int, bool], Size] = field(default_factory=dict[tuple[str, int, bool], Size])

    def of(
        self, selections: SelectionSetNode, parent: GraphQLCompositeType, edges: int, *, is_nested: bool
    ) -> Size:
        """Size of the answer for one `parent`; `edges`: how many it has, if it is a connection."""
        total = Size()
        for selection in selections.selections:
            total = total.plus(self._selection(selection, parent, edges, is_nested))
        return total

    def _selection(
        self, node: SelectionNode, parent: GraphQLCompositeType, edges: int, is_nested: bool
    ) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node, parent, edges, is_nested)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inner = self._type(condition.name.value) if condition else parent
            return self.of(node.selection_set, inner, edges, is_nested=is_nested)
        assert isinstance(node, FragmentSpreadNode)
        key = (node.name.value, edges, is_nested)
        if key not in self._by_fragment:
            fragment = self.fragments[node.name.value]
            inner = self._type(fragment.type_condition.name.value)
            self._by_fragment[key] = self.of(fragment.selection_set, inner, edges, is_nested=is_nested)
        return self._by_fragment[key]

    def _field(self, node: FieldNode, parent: GraphQLCompositeType, edges: int, is_nested: bool) -> Size:
        aliases = int(node.alias is not None)
        has_fields = isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        definition = parent.fields.get(node.name.value) if has_fields else None
        if definition is None or node.selection_set is None:
            return Size(0, 1, aliases)  # a leaf, or introspection, which graphql-core limits itself
        output = get_named_type(definition.type)
        assert is_composite_type(output)
        is_list = is_list_type(get_nullable_type(definition.type))
        count = self._list_size(node, parent, edges) if is_list else 1
        page = self._page_size(node, is_nested) if output.name.endswith("Connection") else 0
        inner = self.of(node.selection_set, output, page, is_nested=is_nested or count > 1)
        own = 0 if output.name.endswith(_WRAPPERS) else 1
        return Size(count * (own + inner.objects), 1 + inner.depth, aliases + inner.aliases)

    def _list_size(self, node: FieldNode, parent: GraphQLCompositeType, edges: int) -> int:
        return edges if parent.name.endswith("Connection") else self._argument_first(node) or LIST_SIZE

    def _page_size(self, node: FieldNode, is_nested: bool) -> int:
        return self._argument_first(node) or (NESTED_FIRST if is_nested else DEFAULT_FIRST)

    def _argument_first(self, node: FieldNode) -> int | None:
        """The argument `first`, clamped to 1..500; None without it."""
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = _integer(argument.value, self.variables)
                return None if value is None else max(1, min(value, MAX_FIRST))
        return None

    def _type(self, name: str) -> GraphQLCompositeType:
        result = self.schema.type_map[name]
        assert is_composite_type(result)
        return result


class Limits(SchemaExtension):
    """Answers TOO_COMPLEX, with the figures, instead of executing a query that exceeds a limit."""

    def __init__(self, settings: ApiSettings) -> None:
        super().__init__()
        self._settings = settings

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        schema: GraphQLSchema = context.schema._schema  # pyright: ignore[reportPrivateUsage] - the only way
        if document := context.graphql_document:
            size = size_of(schema, document, context.operation_name, context.variables or {})
            if error := self._error_of(size, context.context):
                context.result = ExecutionResult(None, [error])
        yield

    def _error_of(self, size: "Size", context: "Context") -> GraphQLError | None:
        context.kind = self.execution_context.query or ""
        if problem := problem_of(size, self._settings):
            return GraphQLError(problem, extensions={"code": "TOO_COMPLEX"})
        try:
            context.spend(size.objects)
        except RateLimitedError as error:
            return GraphQLError(str(error), original_error=error)
        return None


def problem_of(size: Size, settings: ApiSettings) -> str | None:
    """Message on the limit that an operation of this size exceeds; None where it is within all limits."""
    for actual, limit, text in (
        (size.objects, settings.max_cost, f"may return {size.objects} objects"),
        (size.depth, settings.max_depth, f"is nested {size.depth} levels deep"),
        (size.aliases, settings.max_aliases, f"has {size.aliases} aliases"),
    ):
        if actual > limit:
            return (
                f"The query {text}; the limit is {limit}. "
                "Request smaller pages or fewer fields, or use /export."
            )
    return None


def size_of(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
) -> Size:
    """Size of the operation of this name; zero where there is none."""
    operation = get_operation_ast(document, name)
    if operation is None:
        return Size()
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)
    assert root is not None
    measure = Measure(schema, fragments, _with_defaults(operation, variables))
    return measure.of(operation.selection_set, root, 0, is_nested=False)


def limits(settings: ApiSettings) -> list[Callable[[], SchemaExtension]]:
    """Extensions that check the limits: tokens during parsing, the others before execution."""
    extensions: list[Callable[[], SchemaExtension]] = [
        lambda: MaxTokensLimiter(settings.max_tokens),
        lambda: Limits(settings),
    ]
    if not settings.introspection:
        extensions.append(DisableIntrospection)
    return extensions


def _integer(value: ValueNode, variables: Mapping[str, object]) -> int | None:
    """The value of an argument; None where it is not an integer."""
    if isinstance(value, IntValueNode):
        return int(value.value)
    variable = variables.get(value.name.value) if isinstance(value, VariableNode) else None
    return variable if isinstance(variable, int) else None


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, object]:
    """The variables, and the defaults that the operation declares for others."""
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, IntValueNode)
    }
    return {**defaults, **variables}
