"""The GraphQL schema, one noun a file. What it prints is committed as api/schema.graphql."""

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from api.config import ApiSettings
from api.documents import Documents, KnownDocuments
from api.limits import limits
from api.schema.kinds import TYPES
from api.schema.mutation import Mutation
from api.schema.query import Query
from api.schema.scalars import SCALARS


class Schema(strawberry.Schema):
    """Errors are told, and logged where nobody foresaw them, in api.errors; Strawberry would log every one with its traceback."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        pass


def build_schema(settings: ApiSettings) -> strawberry.Schema:
    """With the limits of the settings."""
    documents = Documents()
    return Schema(
        query=Query,
        mutation=Mutation,
        types=list(TYPES.values()),
        extensions=[*limits(settings), lambda: KnownDocuments(documents)],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
