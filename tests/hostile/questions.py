"""Requests to /graphql, /export and the pages.

GraphQL documents are made from the schema, so that every argument of every field is tried.
"""

import json
from typing import Any
from urllib.parse import quote, urlencode

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

from impactgraph.usecases.exports import Export
from impactgraph.usecases.repair_exports import RepairExport
from tests.hostile.request import Request
from tests.hostile.values import TEXT, VALUES, broken, encoded

KNOWN = (
    "order:O-0001",
    "O-0002",
    "failure:F-1",
    "F-1",
    "system:oms",
    "integration:labels",
    "step:ship-from-store/pick",
    "web",
    "emea",
    "2026-03-02T09:10:00Z",
    "PT1H",
    "10.00",
)
"""Values of some argument or other: what is right for one is wrong for another."""
DEPTH = 2
DOCUMENTS = (
    "",
    "{",
    "{serverTime} {serverTime}",
    "query A {serverTime} query B {serverTime}",
    'query A {serverTime} mutation B {resolveFailure(id: "F-1") {failure {id}}}',
    "fragment F on Query {...F} {...F}",
    "{__schema {types {fields {type {fields {name}}}}}}",
    "{" + "orders {edges {node {" * 200,
    "{" * 20_000,
    "{orders(where: {ids: " + "[" * 5_000 + "]" * 5_000 + "}) {totalCount}}",
    "{" + " ".join(f"a{n}: serverTime" for n in range(5_000)) + "}",
    "subscription {blastRadius {headline}}",
    "query($x: Nope!) {serverTime}",
    "{orders(first: 99999999999999999999) {totalCount}}",
    "{orders(first: -1e400) {totalCount}}",
    '{order(id: "\\ud800") {id}}',
    '{order(id: """\x00\u202e""") {id}}',
)
EXPORT = (
    "failure",
    "asOf",
    "horizon",
    "assumeRecovery",
    "tolerance",
    "minLikelihood",
    "where",
    "suppose",
    "timezone",
    "orderBy",
    "incident",
)
EXPORTS = tuple(each.value for each in Export)
REPAIR_EXPORTS = tuple(each.value for each in RepairExport)
LIST_EXPORTS = ("orders", "records", "overdue.orders", "blastRadius.orders", "elements", "order.timeline")
PATHS = (
    "/",
    "//",
    "/nope",
    "/healthz",
    "/readyz",
    "/metrics",
    "/web",
    "/web/",
    "/web/../../api/app.py",
    "/web/%2e%2e/%2e%2e/app.py",
    "/web/%00",
    "/web/%ff%fe",
    "/web/" + "a" * 5_000,
    "/web/app/main.js/x",
    "/web/1/%2e%2e/%2e%2e/app.py",
    "/%F0%9F%98%80",
    "/graphql/",
    "/events/x",
    "/openapi.json",
)
_LONGEST_QUERY = 60_000
_LONGEST_ADDRESS = 18_000
"""Bytes of all parameters; each may take three characters, and the client refuses addresses of 65,536."""


def _value(draw: st.DrawFn, kind: Any, depth: int = 0) -> Any:
    """A value that may be of this type of input: right in parts."""
    if draw(st.integers(0, 5)) == 0:
        return draw(VALUES)
    if isinstance(kind, GraphQLNonNull):
        return _value(draw, kind.of_type, depth)
    if isinstance(kind, GraphQLList):
        return [_value(draw, kind.of_type, depth) for _ in range(draw(st.integers(0, 2)))]
    if isinstance(kind, GraphQLEnumType):
        return draw(st.sampled_from([*kind.values]))
    if isinstance(kind, GraphQLInputObjectType):
        names = draw(st.lists(st.sampled_from([*kind.fields]), unique=True, max_size=4))
        required = [name for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)]
        return {name: _value(draw, kind.fields[name].type, depth + 1) for name in {*names, *required}}
    match kind.name:
        case "Int":
            return draw(st.integers(-2, 600) | st.sampled_from((2**31, 2**63)))
        case "Float":
            return draw(st.floats(-1, 2))
        case "Boolean":
            return draw(st.booleans())
        case _:
            return draw(st.sampled_from(KNOWN) | TEXT)


def _selection(field: GraphQLField, depth: int = DEPTH) -> str:
    """All leaves of what the field gives, and of what that has, without arguments."""
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return ""
    parts = ["__typename"]
    if isinstance(kind, GraphQLObjectType):
        for name, each in kind.fields.items():
            if any(map(is_required_argument, each.args.values())):
                continue
            if is_leaf_type(get_named_type(each.type)):
                parts.append(name)
            elif depth:
                parts.append(name + _selection(each, depth - 1))
    return " {" + " ".join(parts) + "}"


@st.composite
def graphql_requests(draw: st.DrawFn, schema: GraphQLSchema) -> Request:
    """A field of the schema with arguments, or a document that is wrong as a whole."""
    if draw(st.integers(0, 4)) == 0:
        payload: dict[str, Any] = {"query": draw(st.sampled_from(DOCUMENTS))}
        extra = draw(st.sampled_from(("operationName", "variables", "extensions", "query", "none")))
        if extra != "none":
            payload[extra] = draw(VALUES)
        return draw(_sent(payload))
    roots = [(word, root) for word, root in _roots(schema) if root is not None]
    word, root = draw(st.sampled_from(roots))
    name = draw(st.sampled_from([*root.fields]))
    field = root.fields[name]
    chosen = {
        key: argument
        for key, argument in field.args.items()
        if is_required_argument(argument) or draw(st.booleans())
    }
    types = ", ".join(f"${key}: {argument.type}" for key, argument in chosen.items())
    passed = ", ".join(f"{key}: ${key}" for key in chosen)
    document = (
        f"{word}{f'({types})' if types else ''} "
        f"{{ {name}{f'({passed})' if passed else ''}{_selection(field, draw(st.integers(0, 1)))} }}"
    )
    variables = {key: _value(draw, argument.type) for key, argument in chosen.items()}
    return draw(_sent({"query": document, "variables": variables}))


def _roots(schema: GraphQLSchema) -> tuple[tuple[str, GraphQLObjectType | None], ...]:
    """Queries three times as often as mutations."""
    return *[("query", schema.query_type)] * 3, ("mutation", schema.mutation_type)


@st.composite
def _sent(draw: st.DrawFn, payload: dict[str, Any]) -> Request:
    """By POST, or by GET where the address can hold it."""
    accept = draw(st.sampled_from(("application/json", "application/graphql-response+json", "*/*", "x")))
    if draw(st.integers(0, 3)) == 0:
        how = draw(st.sampled_from(({"persistedQuery": {"sha256Hash": "0" * 64}}, {"persistedQuery": 5})))
        payload = payload | {"extensions": how if draw(st.booleans()) else draw(VALUES)}
    if draw(st.integers(0, 5)) == 0:
        texts = {
            key: value if isinstance(value, str) else encoded(value).decode("utf-8", "replace")
            for key, value in payload.items()
        }
        most = _LONGEST_ADDRESS // max(len(texts), 1)
        address = urlencode({key: text.encode("utf-8", "replace")[:most] for key, text in texts.items()})
        return Request("GET", f"/graphql?{address}", headers={"accept": accept})
    media = draw(
        st.sampled_from(("application/json", "application/json", "application/graphql", "text/plain"))
    )
    body = draw(broken(encoded(payload)))
    return Request("POST", "/graphql", headers={"accept": accept, "content-type": media}, body=body)


@st.composite
def export_requests(draw: st.DrawFn, schema: GraphQLSchema) -> Request:
    """Parameters of the question, JSON ones of GraphQL's inputs, with a list and a format."""
    names = draw(st.lists(st.sampled_from(EXPORT), unique=True, max_size=3))
    inputs = {"where": "OrderFilter", "suppose": "FailureInput"}
    parameters: dict[str, bytes] = {}
    for name in names:
        if name in inputs:
            value = _value(draw, schema.get_type(inputs[name]))
            text = encoded([value] if name == "suppose" else value)[: _LONGEST_ADDRESS // 3]
        else:
            text = draw(st.sampled_from(KNOWN) | TEXT).encode("utf-8", "replace")[: _LONGEST_ADDRESS // 3]
        parameters[name] = text
    path, lists = draw(
        st.sampled_from(
            (("/export", EXPORTS), ("/export/repair", REPAIR_EXPORTS), ("/export/list", LIST_EXPORTS))
        )
    )
    parameters["of"] = draw(st.sampled_from((*lists, "x", ""))).encode()
    parameters["format"] = draw(st.sampled_from((b"csv", b"ndjson", b"xml")))
    pairs = list(parameters.items()) * draw(st.integers(1, 2))
    return Request("GET", f"{path}?{urlencode(pairs)[:_LONGEST_QUERY]}")


@st.composite
def page_requests(draw: st.DrawFn) -> Request:
    """Files, health and metrics, by any method, with odd paths and headers."""
    method = draw(st.sampled_from(("GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE", "PATCH", "TRACE")))
    path = draw(
        st.sampled_from(PATHS) | TEXT.map(lambda text: "/" + quote(text[:2_000].encode("utf-8", "replace")))
    )
    names = ("accept", "if-none-match", "range", "impactgraph-deadline", "accept-encoding", "origin")
    headers = {
        name: draw(st.sampled_from(("*/*", "bytes=0-", "bytes=9-1", "x" * 5_000, "PT1S", "-1", "\x7f", "")))
        for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
    }
    return Request(method, path, headers=headers, body=json.dumps({}).encode() if method == "POST" else b"")
