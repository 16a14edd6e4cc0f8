"""Root fields of GraphQL: what their callers are permitted, and what the audit log keeps of them."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from api.context import Context
from api.permissions import MUTATIONS, QUERIES, SUBSCRIPTIONS
from graph_models.access import Permission
from impactgraph.errors import ForbiddenError
from impactgraph.usecases.access import require
from impactgraph.usecases.audit import ASKED, DONE, REFUSED

Resolve = Callable[..., Any]


def guard(schema: GraphQLSchema) -> None:
    """Makes every root field of the schema check its caller, and record what it does."""
    for kind, permissions, wrap in (
        (schema.query_type, QUERIES, _question),
        (schema.mutation_type, MUTATIONS, _change),
    ):
        for name, field in _fields(kind).items():
            assert field.resolve is not None
            field.resolve = wrap(name, permissions.get(name, Permission.ADMINISTER), field.resolve)
    for name, field in _fields(schema.subscription_type).items():
        assert field.subscribe is not None
        permission = SUBSCRIPTIONS.get(name, Permission.ADMINISTER)
        field.subscribe = _question(name, permission, field.subscribe)


def _fields(kind: GraphQLObjectType | None) -> Mapping[str, GraphQLField]:
    return kind.fields if kind is not None else {}


def _question(name: str, permission: Permission | None, resolve: Resolve) -> Resolve:
    def ask(source: object, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        context: Context = info.context
        context.note_question(name, arguments, _outcome(context, permission))
        if permission is not None:
            require(context.principal, permission)
        return resolve(source, info, **arguments)

    return ask


def _outcome(context: Context, permission: Permission | None) -> str:
    is_permitted = permission is None or context.principal.may(permission)
    return ASKED if is_permitted else ForbiddenError.code


def _change(name: str, permission: Permission | None, resolve: Resolve) -> Resolve:
    async def change(source: object, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        context: Context = info.context
        invocation = context.invocation(name, arguments)
        try:
            if permission is not None:
                require(context.principal, permission)
        except ForbiddenError as error:
            context.auditing.note(invocation, error.code)
            raise

        def work() -> Awaitable[Any]:
            return _resolve(resolve(source, info, **arguments))

        return await context.auditing.change(invocation, work, _outcome_of)

    return change


def _outcome_of(result: Any) -> str:
    return REFUSED if getattr(result, "problems", None) else DONE


async def _resolve(value: Any) -> Any:
    return await value if isawaitable(value) else value
