"""Hostile values of JSON: too large, too deep, of the wrong type, or text that breaks what prints it."""

import json
from typing import Any

from hypothesis import strategies as st

_DEPTHS = {"@deep20@": 20, "@deep900@": 900, "@deep2000@": 2_000, "@deep100000@": 100_000}
"""Nesting by the placeholder that stands for it until a body is encoded."""
RAW = {
    "@surrogate@": '"\\ud800"',
    "@infinity@": "1e400",
    "@digits@": "9" * 5_000,
    "@twice@": '{"order": "O-1", "order": "O-2"}',
    **{name: "[" * depth + "]" * depth for name, depth in _DEPTHS.items()},
}
"""JSON by the placeholder that stands for it: what `json.dumps` cannot write."""

MOMENTS = (
    "9999-12-31T23:59:59Z",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "99999-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    "2026-03-02T09:00:00+99:99",
    "2026-03-02T09:00:60Z",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "\x1b[2J\u202e",
    "a\nb\r\tc",
    "\ufeff",
    "=cmd|' /C calc'!A1",
    "../../etc/passwd",
    "'; DROP TABLE events; --",
    "x" * 20_000,
    "ü" * 300,
    "e\u0301" * 50,
    "\U0001f600",
    "NaN",
    "-1",
    "1e999",
    "-129.90",
    "P99999999999Y",
    "PT1e9S",
    "-PT1H",
    "order:order:O-0001",
    "null",
)
NUMBERS = (0, -1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 0.1, -0.0, 1e308, 5e-324)
NOT_JSON = (float("nan"), float("inf"), float("-inf"))

TEXT = st.sampled_from((*TEXTS, *MOMENTS)) | st.text(max_size=12)
SCALARS = st.sampled_from((None, True, False, *NUMBERS, *NOT_JSON, *RAW)) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def encoded(value: Any) -> bytes:
    """JSON of the value, with what the placeholders in it stand for."""
    text = json.dumps(value, ensure_ascii=False)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text.encode("utf-8", "surrogatepass")


@st.composite
def broken(draw: st.DrawFn, body: bytes) -> bytes:
    """The body cut, with other bytes in it, in another encoding, or as it is."""
    how = draw(
        st.sampled_from(("as it is", "as it is", "as it is", "cut", "bytes", "bom", "utf-16", "twice"))
    )
    at = draw(st.integers(0, max(len(body), 1)))
    match how:
        case "cut":
            return body[:at]
        case "bytes":
            return body[:at] + draw(st.binary(min_size=1, max_size=4)) + body[at:]
        case "bom":
            return b"\xef\xbb\xbf" + body
        case "utf-16":
            return body.decode("utf-8", "replace").encode("utf-16")
        case "twice":
            return body + body
        case _:
            return body
