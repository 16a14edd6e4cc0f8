"""Times and traces operations of GraphQL by kind and field."""

import time
from collections.abc import Iterator

from graphql import FieldNode, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension

from api.metrics import Metrics
from impactgraph.usecases.tracing import span

SEVERAL = "several"
"""Label of an operation with several fields, or with a fragment."""
INVALID = "invalid"
"""Kind and field of a document that cannot be parsed or is not valid."""


class WatchedOperations(SchemaExtension):
    """One an operation. The labels are bounded: a field is one of the schema, since the document is valid."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def on_operation(self) -> Iterator[None]:
        started_at = time.perf_counter()
        with span("graphql") as operation:
            yield
            kind, field = self._labels()
            operation.set("graphql.operation.type", kind)
            operation.set("graphql.field", field)
        self._metrics.operations.labels(kind, field).observe(time.perf_counter() - started_at)

    def _labels(self) -> tuple[str, str]:
        context = self.execution_context
        document = context.graphql_document
        operation = get_operation_ast(document, context.operation_name) if document else None
        if operation is None or context.pre_execution_errors:
            return INVALID, INVALID
        return operation.operation.value, _field_of(operation)


def _field_of(operation: OperationDefinitionNode) -> str:
    """Name of the only field that it asks for."""
    selections = operation.selection_set.selections
    if len(selections) == 1 and isinstance(selections[0], FieldNode):
        return selections[0].name.value
    return SEVERAL
