"""Address of the same answer on a server: the question as GraphQL in the fragment of a URL."""

import json
import os
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from impactgraph.cli.encode import iso_duration, iso_moment

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.failure import Failure
    from graph_models.impact import Question
    from graph_models.orders import OrderFilter
    from graph_models.scope import Scope

SELECTION = (
    "headline assumptions "
    "totals { orders stuck exposed upcoming recordsOnly willMissPromise value { amount currency } } "
    "owners { team { name contact } orders }"
)
"""The fields of a blast radius that the address requests by default."""
_ATTRIBUTE = "attributes."


def server_address() -> str | None:
    """Address of the server that IMPACTGRAPH_URL names, without a trailing slash; None without one."""
    return os.environ.get("IMPACTGRAPH_URL", "").rstrip("/") or None


def print_link(out: "Console", question: "Question", selection: str = SELECTION) -> None:
    """Prints the address of a blast radius, where a server is configured."""
    if server_address() is not None:
        print_address(out, blast_query(question, selection))


def print_address(out: "Console", query: str) -> None:
    """Prints the address at which GraphiQL opens with a query."""
    out.print()
    out.print(f"Open it: {server_address()}/graphql#query={quote(query)}", soft_wrap=True)


def blast_query(question: "Question", selection: str = SELECTION) -> str:
    """The question as a GraphQL document that selects fields of the blast radius; defaults are omitted."""
    from graph_models.impact import Question

    default = Question()
    arguments = dict[str, str]()
    if question.failures:
        arguments["failures"] = _list(f"failure:{key}" for key in question.failures)
    if question.suppose:
        arguments["suppose"] = f"[{', '.join(map(_failure, question.suppose))}]"
    if question.as_of is not None:
        arguments["asOf"] = _text(iso_moment(question.as_of))
    if question.horizon != default.horizon:
        arguments["horizon"] = _text(iso_duration(question.horizon))
    if question.assume_recovery is not None:
        arguments["assumeRecovery"] = _text(iso_duration(question.assume_recovery))
    if question.tolerance != default.tolerance:
        arguments["tolerance"] = _text(iso_duration(question.tolerance))
    if question.min_likelihood != default.min_likelihood:
        arguments["minLikelihood"] = f"{question.min_likelihood:g}"
    if question.where != default.where:
        arguments["where"] = f"{{{_pairs(_filter(question.where))}}}"
    listing = f"({_pairs(arguments)})" if arguments else ""
    return f"{{ blastRadius{listing} {{ {selection} }} }}"


def explain_selection(order: str) -> str:
    """Selects the explanation of one order (a bare key) from a blast radius."""
    identifier = _text(f"order:{order}")
    fields = "affected sentence paths { hops { from to rule effect at detail } } stoppedBy { detail }"
    return f"explain(order: {identifier}) {{ {fields} }}"


def _filter(where: "OrderFilter") -> dict[str, str]:
    """The fields of GraphQL's OrderFilter that are set."""
    values = {field.name: getattr(where, field.name) for field in fields(where)}
    return {_camel_case(name): _value(value) for name, value in values.items() if value is not None}


def _value(value: object) -> str:
    """A filter's value: a list of texts, an amount, or a moment."""
    if isinstance(value, tuple):
        return _list(map(str, cast("tuple[object, ...]", value)))
    return _text(iso_moment(value) if isinstance(value, int) else str(value))


def _failure(failure: "Failure") -> str:
    """A supposed failure as GraphQL's FailureInput."""
    values = {
        "target": _text(failure.target),
        "class": failure.failure_class.value,
        "startedAt": _text(iso_moment(failure.started_at)),
    }
    optional = {
        "expectedEnd": iso_moment(failure.expected_end),
        "delay": iso_duration(failure.delay),
        "drain": iso_duration(failure.drain),
    }
    values |= {name: _text(value) for name, value in optional.items() if value is not None}
    if failure.error_rate is not None:
        values["errorRate"] = f"{failure.error_rate:g}"
    if not failure.scope.everything:
        values["scope"] = f"{{{_pairs(_scope(failure.scope))}}}"
    return f"{{{_pairs(values)}}}"


def _scope(scope: "Scope") -> dict[str, str]:
    dimensions: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for name, values in scope.limits:
        if name.startswith(_ATTRIBUTE):
            attributes[name.removeprefix(_ATTRIBUTE)] = _list(values)
        else:
            dimensions[_camel_case(name)] = _list(values)
    return dimensions | ({"attributes": f"{{{_pairs(attributes)}}}"} if attributes else {})


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _pairs(values: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str | None) -> str:
    return json.dumps(value)
