"""The GraphQL schema, one noun per file. It is printed to api/schema.graphql."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLNonNull, GraphQLSchema
from graphql.utilities import coerce_input_value, validate_input_value
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.arguments import convert_argument

from api.config import ApiSettings
from api.context import Context
from api.documents import CachedDocuments, Documents
from api.guards import guard
from api.hardening.operations import OperationError, Operations
from api.limits import limits
from api.live.operation import NAME_ONE
from api.live.stream import Subscriptions, rejection, with_codes
from api.plain_fields import PlainFields
from api.schema.kinds import TYPES
from api.schema.mutation import Mutation
from api.schema.query import Query
from api.schema.scalars import SCALARS
from api.schema.subscription import Subscription
from impactgraph.errors import BadInputError

T = TypeVar("T")


class Schema(strawberry.Schema):
    """A schema whose errors api.errors reports and logs; Strawberry would log each with its traceback."""

    subscriptions: Subscriptions | None = None
    persisted: Operations = Operations()

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass

    @property
    def core_schema(self) -> GraphQLSchema:
        """The underlying schema of graphql-core."""
        return self._schema

    def parse_input(self, value: object, kind: type[T], name: str) -> T:
        """JSON as a value of one of the schema's input types.

        Raises: BadInputError, whose message begins with `name`.
        """
        definition = self._schema.get_type(kind.__name__)
        assert isinstance(definition, GraphQLInputObjectType)

        def reject(error: GraphQLError, path: list[str | int]) -> None:
            raise BadInputError(f"{'.'.join([name, *map(str, path)])}: {error.message}")

        validate_input_value(value, GraphQLNonNull(definition), reject)
        coerced_value = coerce_input_value(value, definition)
        return cast(
            T, convert_argument(coerced_value, kind, self.schema_converter.scalar_registry, self.config)
        )

    async def stream(self, query: str | None, *args: Any, **kwargs: Any) -> Any:
        """The results of an operation sent over a WebSocket or for server-sent events."""
        assert self.subscriptions is not None
        context: Context = kwargs.pop("context_value")
        variables, name = kwargs.get("variable_values"), kwargs.get("operation_name")
        try:
            self.persisted.check(query)
        except OperationError as error:
            return rejection(error.as_graphql())
        if self.subscriptions.is_ambiguous(query, name):
            return rejection(GraphQLError(NAME_ONE))
        if updates := self.subscriptions.subscribe(query, variables, name, context):
            return updates
        own_context = context.new()
        results = await super().stream(query, *args, context_value=own_context, **kwargs)
        return with_codes(results, own_context)


def build_schema(settings: ApiSettings, extensions: Sequence[Callable[[], SchemaExtension]] = ()) -> Schema:
    """The schema, with the limits of the settings; `extensions` watch its operations."""
    documents = Documents()
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=list(TYPES.values()),
        extensions=[*extensions, *limits(settings), lambda: CachedDocuments(documents)],
        execution_context_class=PlainFields,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not settings.introspection),
    )
    guard(schema.core_schema)
    return schema
