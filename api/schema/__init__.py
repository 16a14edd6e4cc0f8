"""The GraphQL schema, one noun a file. What it prints is committed as api/schema.graphql."""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLNonNull, GraphQLSchema
from graphql.utilities import coerce_input_value, validate_input_value
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.arguments import convert_argument
from strawberry.types.graphql import OperationType

from api.config import ApiSettings
from api.documents import Documents, KnownDocuments
from api.limits import limits
from api.live.stream import Live, told
from api.schema.kinds import TYPES
from api.schema.mutation import Mutation
from api.schema.query import Query
from api.schema.scalars import SCALARS
from api.schema.subscription import Subscription
from impactgraph.errors import BadInputError

T = TypeVar("T")


class Schema(strawberry.Schema):
    """Errors are told, and logged where nobody foresaw them, in api.errors; Strawberry would log every one with its traceback."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass

    live: Live | None = None
    """Who answers subscriptions."""

    @property
    def executed(self) -> GraphQLSchema:
        """The schema of graphql-core below."""
        return self._schema

    def read_input(self, given: object, kind: type[T], name: str) -> T:
        """JSON in the form of one of the schema's input types, as a value of it. Raises BadInputError that begins with `name`."""
        definition = self._schema.get_type(kind.__name__)
        assert isinstance(definition, GraphQLInputObjectType)

        def refuse(error: GraphQLError, path: list[str | int]) -> None:
            raise BadInputError(f"{'.'.join([name, *map(str, path)])}: {error.message}")

        validate_input_value(given, GraphQLNonNull(definition), refuse)
        coerced = coerce_input_value(given, definition)
        return cast(T, convert_argument(coerced, kind, self.schema_converter.scalar_registry, self.config))

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> Any:
        """What web sockets and streams of events ask: a subscription is followed, all else is answered once."""
        assert self.live is not None
        if followed := self.live.follow(query, variable_values, operation_name, context_value):
            return followed
        context = context_value.fresh()
        answers = await super().stream(
            query,
            variable_values,
            context,
            root_value,
            operation_name,
            operation_extensions,
            allowed_operation_types,
        )
        return told(answers, context)


def build_schema(settings: ApiSettings) -> Schema:
    """With the limits of the settings."""
    documents = Documents()
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=list(TYPES.values()),
        extensions=[*limits(settings), lambda: KnownDocuments(documents)],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
