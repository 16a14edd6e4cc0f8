"""What a question may cost: measured on the document before anything is looked up.

Strawberry's limiters for depth and aliases walk a fragment again wherever it is spread, which a small document can make
take for ever; here each fragment is measured once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

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
from strawberry.extensions import MaxTokensLimiter, SchemaExtension

from api.config import ApiSettings

DEFAULT_FIRST, MOST = 50, 500
"""Of a page: resolvers refuse more, so that no more can come."""
NESTED_FIRST = 5
"""Taken for a page within a page that does not say how many: most such lists are short. `Context.count` holds what really comes to the limit."""
LIST = 5
"""Taken for a list that has no pages."""
_WRAPPERS = ("Connection", "Edge", "PageInfo")


@dataclass(frozen=True, slots=True)
class Size:
    """Of a part of a question: objects in the answer, depth, aliases."""

    objects: int = 0
    depth: int = 0
    aliases: int = 0

    def beside(self, other: "Size") -> "Size":
        return Size(self.objects + other.objects, max(self.depth, other.depth), self.aliases + other.aliases)


@dataclass
class Measure:
    """Measures selections of one operation. Costs one look at each field of the document."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]
    _known: dict[tuple[str, int, bool], Size] = field(default_factory=dict[tuple[str, int, bool], Size])

    def of(
        self, selections: SelectionSetNode, parent: GraphQLCompositeType, page: int, *, nested: bool
    ) -> Size:
        """For one `parent`; `page` is how many edges it has where it is a connection."""
        total = Size()
        for selection in selections.selections:
            total = total.beside(self._selection(selection, parent, page, nested))
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLCompositeType, page: int, nested: bool) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node, parent, page, nested)
        if isinstance(node, InlineFragmentNode):
            return self.of(
                node.selection_set,
                self._type(node.type_condition.name.value) if node.type_condition else parent,
                page,
                nested=nested,
            )
        assert isinstance(node, FragmentSpreadNode)
        key = (node.name.value, page, nested)
        if key not in self._known:
            fragment = self.fragments[node.name.value]
            self._known[key] = self.of(
                fragment.selection_set, self._type(fragment.type_condition.name.value), page, nested=nested
            )
        return self._known[key]

    def _field(self, node: FieldNode, parent: GraphQLCompositeType, page: int, nested: bool) -> Size:
        aliases = int(node.alias is not None)
        definition = (
            parent.fields.get(node.name.value)
            if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
            else None
        )
        if definition is None or node.selection_set is None:
            return Size(0, 1, aliases)  # a leaf, or introspection, which graphql-core limits itself
        named = get_named_type(definition.type)
        assert is_composite_type(named)
        paged = named.name.endswith("Connection")
        times = self._times(
            node,
            page,
            listed=is_list_type(get_nullable_type(definition.type)),
            edges=parent.name.endswith("Connection"),
        )
        inner = self.of(
            node.selection_set, named, self._first(node, nested) if paged else 0, nested=nested or times > 1
        )
        own = 0 if named.name.endswith(_WRAPPERS) else 1
        return Size(times * (own + inner.objects), 1 + inner.depth, aliases + inner.aliases)

    def _times(self, node: FieldNode, page: int, *, listed: bool, edges: bool) -> int:
        if not listed:
            return 1
        return page if edges else self._given(node) or LIST

    def _first(self, node: FieldNode, nested: bool) -> int:
        return self._given(node) or (NESTED_FIRST if nested else DEFAULT_FIRST)

    def _given(self, node: FieldNode) -> int | None:
        """What `first` says; None where it does not."""
        for argument in node.arguments or ():
            if argument.name.value == "first":
                said = _number(argument.value, self.variables)
                return None if said is None else max(1, min(said, MOST))
        return None

    def _type(self, name: str) -> GraphQLCompositeType:
        found = self.schema.type_map[name]
        assert is_composite_type(found)
        return found


class Limits(SchemaExtension):
    """Answers TOO_COMPLEX, with the figure, in place of working on a question that is over a limit."""

    def __init__(self, settings: ApiSettings) -> None:
        super().__init__()
        self._settings = settings

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        schema: GraphQLSchema = context.schema._schema  # pyright: ignore[reportPrivateUsage] - the only way to the executed schema
        document = context.graphql_document
        problem = (
            problem_of(schema, document, context.operation_name, context.variables or {}, self._settings)
            if document
            else None
        )
        if problem:
            self.execution_context.result = ExecutionResult(
                None, [GraphQLError(problem, extensions={"code": "TOO_COMPLEX"})]
            )
        yield


def problem_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    name: str | None,
    variables: Mapping[str, Any],
    settings: ApiSettings,
) -> str | None:
    """Which limit the operation of this name is over, and by how much; None where it keeps to all."""
    size = _size(schema, document, name, variables)
    for what, found, most in (
        ("may have", size.objects, settings.max_cost),
        ("is nested", size.depth, settings.max_depth),
        ("has", size.aliases, settings.max_aliases),
    ):
        if found > most:
            unit = {"may have": "objects in its answer", "is nested": "levels deep", "has": "aliases"}[what]
            return f"The question {what} {found} {unit}; the limit is {most}. Ask for smaller pages or less at once, or use /export."
    return None


def _size(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
) -> Size:
    operation = get_operation_ast(document, name)
    if operation is None:
        return Size()
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)
    assert root is not None
    return Measure(schema, fragments, _variables(operation, variables)).of(
        operation.selection_set, root, 0, nested=False
    )


def limits(settings: ApiSettings) -> list[Callable[[], SchemaExtension]]:
    """Tokens are counted while the document is read, the rest before it is worked on."""
    return [lambda: MaxTokensLimiter(settings.max_tokens), lambda: Limits(settings)]


def _number(value: ValueNode, variables: Mapping[str, object]) -> int | None:
    said = (
        variables.get(value.name.value)
        if isinstance(value, VariableNode)
        else int(value.value)
        if isinstance(value, IntValueNode)
        else None
    )
    return said if isinstance(said, int) else None


def _variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, object]:
    """With the defaults that the operation declares."""
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, IntValueNode)
    }
    return {**defaults, **given}
