"""Where the same answer can be opened: the question as GraphQL in an address of the server."""

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from impactgraph.cli.shape import lasting, when

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.failure import Failure
    from graph_models.impact import Question
    from graph_models.scope import Scope

ASKED = (
    "headline assumptions totals { orders stuck exposed upcoming recordsOnly willMissPromise value { amount currency } } "
    "owners { team { name contact } orders }"
)


def server_address() -> str | None:
    """Of the server that is told of by IMPACTGRAPH_URL; None where there is none."""
    return os.environ.get("IMPACTGRAPH_URL", "").rstrip("/") or None


def tell_link(out: "Console", question: "Question", asked: str = ASKED) -> None:
    """The end of an answer, where a server is known."""
    if (address := server_address()) is not None:
        out.print()
        out.print(f"Open it: {address}/graphql#query={quote(query_of(question, asked))}", soft_wrap=True)


def query_of(question: "Question", asked: str = ASKED) -> str:
    """The question as a GraphQL document that asks for `asked` of the blast radius; what is left to the defaults is left out."""
    from graph_models.impact import Question

    default, given = Question(), dict[str, str]()
    if question.failures:
        given["failures"] = _list(f"failure:{key}" for key in question.failures)
    if question.suppose:
        given["suppose"] = f"[{', '.join(map(_failure, question.suppose))}]"
    if question.as_of is not None:
        given["asOf"] = _text(when(question.as_of))
    if question.horizon != default.horizon:
        given["horizon"] = _text(lasting(question.horizon))
    if question.assume_recovery is not None:
        given["assumeRecovery"] = _text(lasting(question.assume_recovery))
    if question.tolerance != default.tolerance:
        given["tolerance"] = _text(lasting(question.tolerance))
    if question.min_likelihood != default.min_likelihood:
        given["minLikelihood"] = f"{question.min_likelihood:g}"
    arguments = f"({_pairs(given)})" if given else ""
    return f"{{ blastRadius{arguments} {{ {asked} }} }}"


def explain_field(order: str) -> str:
    """What is asked of the blast radius about one order (a bare key)."""
    return f"explain(order: {_text(f'order:{order}')}) {{ affected sentence paths {{ hops {{ from to rule effect at detail }} }} stoppedBy {{ detail }} }}"


def _failure(supposed: "Failure") -> str:
    given = {
        "target": _text(supposed.target),
        "class": supposed.failure_class.value,
        "startedAt": _text(when(supposed.started_at)),
    }
    optional = {
        "expectedEnd": when(supposed.expected_end),
        "delay": lasting(supposed.delay),
        "drain": lasting(supposed.drain),
    }
    given |= {name: _text(value) for name, value in optional.items() if value is not None}
    if supposed.error_rate is not None:
        given["errorRate"] = f"{supposed.error_rate:g}"
    if not supposed.scope.everything:
        given["scope"] = f"{{{_pairs(_scope(supposed.scope))}}}"
    return f"{{{_pairs(given)}}}"


def _scope(scope: "Scope") -> dict[str, str]:
    plain = {
        _camel(name): _list(values) for name, values in scope.limits if not name.startswith("attributes.")
    }
    attributes = {
        name.removeprefix("attributes."): _list(values)
        for name, values in scope.limits
        if name.startswith("attributes.")
    }
    return plain | ({"attributes": f"{{{_pairs(attributes)}}}"} if attributes else {})


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _pairs(given: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in given.items())


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str | None) -> str:
    return json.dumps(value)
