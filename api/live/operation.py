"""One operation of somebody who follows something: read, checked and held to the limits once, executed as often as needed."""

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
    OperationType,
    execute,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution import Executor, create_source_event_stream

from api.config import ApiSettings
from api.context import Context
from api.documents import Documents
from api.limits import problem_of
from api.live.topic import Topic
from impactgraph.errors import ImpactGraphError


@dataclass(frozen=True)
class Operation:
    """Two that are written alike, with the same variables, are one: it is executed once for all who sent it."""

    text: str
    name: str | None
    values: bytes
    """The variables, as JSON."""
    document: DocumentNode = field(compare=False)
    variables: Mapping[str, Any] = field(compare=False)


def is_subscription(text: str | None, name: str | None) -> bool:
    """Whether the operation of this name is one; a text that cannot be read is none."""
    return "subscription" in (text or "") and _subscription_in(_read(text, None), name)


def _read(text: str | None, most_tokens: int | None) -> DocumentNode | None:
    try:
        return parse(text or "", max_tokens=most_tokens)
    except GraphQLError:
        return None


def _subscription_in(document: DocumentNode | None, name: str | None) -> bool:
    operation = get_operation_ast(document, name) if document is not None else None
    return operation is not None and operation.operation is OperationType.SUBSCRIPTION


@dataclass(frozen=True)
class Prepared:
    """A schema, as operations are held against it and executed."""

    schema: GraphQLSchema
    executor: type[Executor]
    settings: ApiSettings
    documents: Documents = field(default_factory=Documents)

    def read(self, text: str | None, variables: object, name: str | None) -> Operation | None:
        """None for what is no subscription, or cannot be read: then somebody else tells what is wrong. What was found valid is not read again."""
        document = self.documents.find(text) or _read(text, self.settings.max_tokens)
        if document is None or not _subscription_in(document, name):
            return None
        given: Mapping[str, Any] = variables if isinstance(variables, Mapping) else {}
        return Operation(text or "", name, orjson.dumps(given, option=orjson.OPT_SORT_KEYS), document, given)

    async def topic_of(self, operation: Operation, context: Context) -> Topic | list[GraphQLError]:
        """What it follows, the one event of its source; or what is wrong with it."""
        if wrong := self._problems(operation):
            return wrong
        built = self.executor.build(
            self.schema, operation.document, None, context, dict(operation.variables), operation.name
        )
        if isinstance(built, list):
            return built
        source: Any = create_source_event_stream(built)
        source = await source if isawaitable(source) else source
        if isinstance(source, ExecutionResult):
            return source.errors or []
        try:
            return await anext(aiter(source))
        except ImpactGraphError as error:
            return [GraphQLError(str(error), original_error=error)]

    async def execute(self, operation: Operation, context: Context, value: object) -> ExecutionResult:
        """What it selects of `value`, the value of its field."""
        result = execute(
            self.schema,
            operation.document,
            value,
            context,
            dict(operation.variables),
            operation.name,
            executor_class=self.executor,
        )
        return result if isinstance(result, ExecutionResult) else await result

    def _problems(self, operation: Operation) -> list[GraphQLError]:
        """What is wrong with it before anything is looked up."""
        if self.documents.find(operation.text) is None:
            if wrong := validate(self.schema, operation.document):
                return wrong
            self.documents.keep(operation.text, operation.document)
        problem = problem_of(
            self.schema, operation.document, operation.name, operation.variables, self.settings
        )
        return [GraphQLError(problem, extensions={"code": "TOO_COMPLEX"})] if problem else []
