"""Every endpoint and every root field has its line in the table of permissions."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from graphql import GraphQLObjectType, GraphQLSchema
from starlette.routing import Mount, Route, WebSocketRoute

from api.access import is_open
from api.app import create_app
from api.mcp.options import McpOptions
from api.permissions import ENDPOINTS, MUTATIONS, QUERIES, SUBSCRIPTIONS
from api.schema import build_schema
from api.services import Services
from impactgraph.settings import Settings
from impactgraph.stores.embedded import EmbeddedStore
from tests.routes import leaves

SCHEMA: GraphQLSchema = build_schema(Settings()).core_schema


@pytest.fixture(scope="module")
def app() -> FastAPI:
    store = EmbeddedStore.in_memory(now=lambda: 0)
    return create_app(store, Settings(), now=lambda: 0, services=Services(mcp=McpOptions(["localhost"])))


@pytest.mark.parametrize(
    ("kind", "permissions"),
    [
        (SCHEMA.query_type, QUERIES),
        (SCHEMA.mutation_type, MUTATIONS),
        (SCHEMA.subscription_type, SUBSCRIPTIONS),
    ],
    ids=["query", "mutation", "subscription"],
)
def test_every_root_field_has_a_permission(kind: GraphQLObjectType, permissions: dict[str, object]) -> None:
    assert set(kind.fields) == set(permissions)


def test_every_route_has_a_permission_or_is_open(app: FastAPI) -> None:
    paths = set(map(_path, leaves(app.routes)))

    assert {path for path in paths if not is_open(path)} == set(ENDPOINTS)


def _path(route: Mount | Route | WebSocketRoute) -> str:
    return f"{route.path}/" if isinstance(route, Mount) else route.path


def test_the_table_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "access.md").read_text()
    more = {name for name, needs in {**QUERIES, **MUTATIONS}.items() if needs not in (None, "read")}

    assert [name for name in sorted(more) if f"`{name}`" not in page] == []
