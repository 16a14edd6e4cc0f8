"""Requests to every path that an application has, with hostile values in the path, the query, cookies and
the body: a new path gets them without a line here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from hypothesis import strategies as st
from starlette.routing import Mount, WebSocketRoute

from tests.hostile.request import Request
from tests.hostile.values import MOMENTS, TEXT, VALUES, encoded
from tests.routes import leaves

_PARAMETER = re.compile(r"\{[^}]*\}")
_LONGEST = 2_000
"""Characters of a value in an address or a header."""
_REMOVING = ("/forget", "/retention")
"""Paths whose right requests remove something: they have their own requests (`administration.py`)."""
_NAMES = ("next", "code", "state", "since", "of", "format", "iss", "error", "first", "q")
_COOKIES = ("impactgraph-session", "impactgraph-login", "impactgraph-hint")


@dataclass(frozen=True)
class Path:
    template: str
    methods: tuple[str, ...]

    def filled(self, text: str) -> str:
        """With a text in place of each parameter."""
        part = quote(text.encode("utf-8", "replace")[:_LONGEST], safe="")
        return _PARAMETER.sub(lambda _: part, self.template)

    def requests(self, text: str) -> Iterator[Request]:
        """By all of its methods, with a text wherever one can be."""
        plain = text.encode("utf-8", "replace")[:_LONGEST]
        for method in self.methods:
            query = urlencode([(name, plain) for name in _NAMES])
            yield Request(method, f"{self.filled(text)}?{query}", headers=_cookies(text), body=encoded(text))


def paths_of(app: FastAPI) -> list[Path]:
    """All but web sockets. A path that names no methods takes any; so does a folder of files, once each."""
    found: dict[str, set[str]] = {}
    for route in leaves(app.routes):
        if isinstance(route, WebSocketRoute):
            continue
        template = f"{route.path}/{{path}}" if isinstance(route, Mount) else route.path
        methods = None if isinstance(route, Mount) else route.methods
        found.setdefault(template, set()).update(methods or ("GET", "POST", "DELETE"))
    return [Path(template, tuple(sorted(methods))) for template, methods in sorted(found.items())]


@st.composite
def path_requests(draw: st.DrawFn, paths: list[Path]) -> Request:
    path = draw(st.sampled_from([each for each in paths if each.template not in _REMOVING]))
    values = draw(st.dictionaries(st.sampled_from(_NAMES), TEXT | st.sampled_from(MOMENTS), max_size=3))
    query = urlencode({name: value.encode("utf-8", "replace")[:_LONGEST] for name, value in values.items()})
    headers = _cookies(draw(TEXT)) if draw(st.booleans()) else {}
    method = draw(st.sampled_from(path.methods * 3 + ("GET", "POST", "PUT", "PATCH")))
    body = encoded(draw(VALUES)) if method not in ("GET", "HEAD") else b""
    return Request(method, f"{path.filled(draw(TEXT))}?{query}", headers=headers, body=body)


def _cookies(text: str) -> dict[str, str]:
    """What a header can hold of a text, as each of the server's cookies."""
    value = text.encode("ascii", "replace").decode()[:_LONGEST].translate(dict.fromkeys(range(32), "?"))
    return {"cookie": "; ".join(f"{name}={value}" for name in _COOKIES)}
