"""Requests of administrators: backups, forgetting, retention, levels of logs, the audit log."""

import copy
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.hostile.request import Request
from tests.hostile.spoiling import spoil
from tests.hostile.values import MOMENTS, TEXT, broken, encoded

_RULE = {"name": "old", "before": 1_000, "workflows": ["collect"], "regions": [], "statuses": ["completed"]}
_BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/backup"): [[{"family": "events", "first": 0, "last": 1}, "abc"]],
    ("POST", "/forget"): {"orders": ["H-1"], "attributes": [["email", ["hostile@example.com"]]]},
    ("POST", "/retention"): {"rules": [_RULE, {**_RULE, "quarantine": True}]},
    ("PUT", "/logs"): {"impactgraph.sources": "error", "neo4j": "error"},
}
"""Of requests that change nothing of what is there, by method and path."""
_PARAMETERS = ("since", "until", "after", "first", "format", "who", "kind")


@st.composite
def administration_requests(draw: st.DrawFn) -> Request:
    """Right requests with hostile values, bytes and parameters in them."""
    if draw(st.integers(0, 5)) == 0:
        values = draw(st.dictionaries(st.sampled_from(_PARAMETERS), TEXT | st.sampled_from(MOMENTS)))
        query = urlencode({name: value.encode("utf-8", "replace")[:9_000] for name, value in values.items()})
        return Request("GET", f"{draw(st.sampled_from(('/audit', '/logs')))}?{query}")
    method, path = draw(st.sampled_from([*_BODIES]))
    document = {"": copy.deepcopy(_BODIES[method, path])}  # so that the whole can be replaced, too
    for _ in range(draw(st.integers(0, 3))):
        spoil(draw, document)
    body = draw(broken(encoded(document.get("", document))))
    media = draw(st.sampled_from(("application/json", "application/json", "text/plain", "x")))
    return Request(method, path, headers={"content-type": media}, body=body)
