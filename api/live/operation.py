"""Subscription operations: parsed, validated and checked against the limits once, executed at each update."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql import NoSchemaIntrospectionCustomRule as NoIntrospection
from graphql.execution import Executor, create_source_event_stream

from api.config import ApiSettings
from api.context import Context
from api.documents import Documents
from api.errors import RateLimitedError
from api.limits import problem_of, size_of
from api.live.topic import Topic
from impactgraph.errors import ImpactGraphError

_SEVERAL = re.compile(r"\b(?:query|mutation|subscription)\b.*\b(?:query|mutation|subscription)\b", re.DOTALL)


@dataclass(frozen=True)
class Operation:
    """Equal for the same text, name and variables: then it is executed once for all its subscribers."""

    text: str
    name: str | None
    variables_json: bytes
    document: DocumentNode = field(compare=False)
    variables: Mapping[str, Any] = field(compare=False)


NAME_ONE = "The document has several operations: say by `operationName` which one to execute."


def is_subscription(text: str | None, name: str | None, max_tokens: int) -> bool:
    """Whether the operation of this name is a subscription; False for a text that cannot be parsed."""
    return "subscription" in (text or "") and _has_subscription(_parse(text, max_tokens), name)


def is_ambiguous(text: str | None, name: str | None, max_tokens: int) -> bool:
    """Whether the text has several operations and none is named.

    GraphQL executes nothing then, while Strawberry would execute the first. Parses only texts that have two
    of the words that begin an operation.
    """
    if name is not None or _SEVERAL.search(text or "") is None:
        return False
    document = _parse(text, max_tokens)
    definitions = document.definitions if document is not None else ()
    return sum(isinstance(each, OperationDefinitionNode) for each in definitions) > 1


def _parse(text: str | None, max_tokens: int) -> DocumentNode | None:
    try:
        return parse(text or "", max_tokens=max_tokens)
    except (GraphQLError, RecursionError):
        return None


def _has_subscription(document: DocumentNode | None, name: str | None) -> bool:
    operation = get_operation_ast(document, name) if document is not None else None
    return operation is not None and operation.operation is OperationType.SUBSCRIPTION


@dataclass(frozen=True)
class OperationSchema:
    """The schema that operations are parsed, validated and executed against."""

    schema: GraphQLSchema
    executor: type[Executor]
    settings: ApiSettings
    documents: Documents = field(default_factory=Documents)

    def parse(self, text: str | None, variables: object, name: str | None) -> Operation | None:
        """The subscription; None for other operations and for texts that cannot be parsed.

        Strawberry reports what is wrong with those. Documents validated before are not parsed again.
        """
        document = self.documents.find(text) or _parse(text, self.settings.max_tokens)
        if document is None or not _has_subscription(document, name):
            return None
        values: Mapping[str, Any] = variables if isinstance(variables, Mapping) else {}
        return Operation(
            text=text or "",
            name=name,
            variables_json=orjson.dumps(values, option=orjson.OPT_SORT_KEYS),
            document=document,
            variables=values,
        )

    async def topic_of(self, operation: Operation, context: Context) -> Topic | list[GraphQLError]:
        """The topic that it subscribes to, the only event of its source; or what is wrong with it."""
        if errors := self._validate(operation, context):
            return errors
        executor = self.executor.build(
            self.schema,
            operation.document,
            context_value=context,
            raw_variable_values=dict(operation.variables),
            operation_name=operation.name,
        )
        if isinstance(executor, list):
            return executor
        source: Any = create_source_event_stream(executor)
        source = await source if isawaitable(source) else source
        if isinstance(source, ExecutionResult):
            return source.errors or []
        try:
            return await anext(aiter(source))
        except ImpactGraphError as error:
            return [GraphQLError(str(error), original_error=error)]

    async def execute(self, operation: Operation, context: Context, value: object) -> ExecutionResult:
        """What the operation selects from `value`, the value of its field."""
        result = execute(
            self.schema,
            operation.document,
            root_value=value,
            context_value=context,
            variable_values=dict(operation.variables),
            operation_name=operation.name,
            executor_class=self.executor,
        )
        return result if isinstance(result, ExecutionResult) else await result

    def _validate(self, operation: Operation, context: Context) -> list[GraphQLError]:
        """What is wrong with the operation before anything is looked up."""
        if self.documents.find(operation.text) is None:
            rules = specified_rules if self.settings.introspection else [*specified_rules, NoIntrospection]
            if errors := validate(self.schema, operation.document, rules):
                return errors
            self.documents.keep(operation.text, operation.document)
        size = size_of(self.schema, operation.document, operation.name, operation.variables)
        if problem := problem_of(size, self.settings):
            return [GraphQLError(problem, extensions={"code": "TOO_COMPLEX"})]
        try:
            context.spend(size.objects)
        except RateLimitedError as error:
            return [GraphQLError(str(error), original_error=error)]
        return []
