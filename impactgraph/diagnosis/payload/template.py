"""Templates of messages: the text without what is specific to one order."""

import re
from functools import lru_cache

_VARIABLE_PARTS = (
    (re.compile(r"\"[^\"]*\"|'[^'\n]*'|`[^`]*`|«[^»]*»|“[^”]*”"), "<text>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), "<mail>"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "<url>"),
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE),
        "<uuid>",
    ),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "<time>"),
    (
        re.compile(r"\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b", re.IGNORECASE),
        "<hex>",
    ),
    (re.compile(r"\b(?=[\w/.-]*[A-Za-z])(?=[\w/.-]*\d)\w+(?:[/.-]\w+)*"), "<id>"),
    (re.compile(r"[-+]?\d+(?:[.,:]\d+)*"), "<n>"),
)
"""In this order: quoted text first, since it may contain any of the others."""
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=65_536)
def template_of(message: str) -> str:
    """The template, which is equal for messages that differ only in numbers, ids, moments and quoted text."""
    for pattern, name in _VARIABLE_PARTS:
        message = pattern.sub(name, message)
    return _SPACES.sub(" ", message).strip()
