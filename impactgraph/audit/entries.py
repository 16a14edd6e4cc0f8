"""Entries of the audit log: who did what, from where, when, and with what outcome."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from graph_models.access import Principal
from graph_models.counts import say_count
from graph_models.time import Millis, moment

BEGUN = "begun"
"""Outcome of the entry that is written before a change; the entry with its outcome follows."""
DONE = "done"
UNKNOWN = "unknown"
"""Of a change that was begun, and whose process ended before it recorded an outcome."""
SYSTEM = Principal("impactgraph", "impactgraph", frozenset())
"""Who makes entries about the log itself."""
LONGEST_TEXT = 500
MOST_ITEMS = 50
_SECRET = re.compile(r"(?i)secret|password|token|authorization|credential")
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What is recorded."""

    at: Millis
    subject: str
    """Of the principal."""
    name: str
    """What people call it."""
    operation: str
    """Such as `reportFailure` or `keys create`."""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """JSON; long texts are shortened, secrets left out."""
    address: str = ""
    """Of the client; empty: on the machine itself."""
    outcome: str = DONE
    """`begun`, `done`, or the code of the error."""
    of: int | None = None
    """Number of the entry in the same chain that says that it began."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An event as it was recorded."""

    event: AuditEvent
    number: int
    """In its chain, from 1."""
    previous: str
    """Hash of the entry before; that of the first one is `START`."""
    digest: str
    """SHA-256 of the entry, with the hash before."""
    writer: str = ""
    """The process whose chain it is in, where there are several."""
    sealed: str = ""
    """What the chain has of the arguments (`sealing.py`); empty: earlier versions wrote them into it."""
    salt: str = ""
    """Without it nobody can say of which arguments the seal is."""


def event_of(
    principal: Principal, at: Millis, operation: str, arguments: Mapping[str, Any], address: str = ""
) -> AuditEvent:
    """An event of somebody; the arguments are made safe."""
    safe = cast("Mapping[str, Any]", safe_value(arguments))
    subject, name, address = map(_short, (principal.subject, principal.name, address))
    return AuditEvent(at, subject, name, operation, safe, address)


def safe_value(value: object, depth: int = 6) -> object:
    """A value as JSON: what is called a secret is hidden, long texts and lists are shortened."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, Mapping):
        return _safe_map(cast("Mapping[object, object]", value), depth)
    if isinstance(value, list | tuple):
        return _safe_list(cast("Sequence[object]", value), depth)
    return "a number" if isinstance(value, int) else _short(str(value))


def _safe_map(values: Mapping[object, object], depth: int) -> object:
    if not depth:
        return say_count(len(values), "field")
    return {
        _short(str(name)): _HIDDEN if _SECRET.search(str(name)) else safe_value(value, depth - 1)
        for name, value in values.items()
    }


def _safe_list(values: Sequence[object], depth: int) -> object:
    if not depth:
        return say_count(len(values), "item")
    items = [safe_value(item, depth - 1) for item in values[:MOST_ITEMS]]
    more = len(values) - len(items)
    return items + ([f"{more} more"] if more else [])


def _short(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()
    if len(text) <= LONGEST_TEXT:
        return text
    digest = sha256(text.encode()).hexdigest()
    return f"{len(text)} characters, SHA-256 {digest}"


def iso(at: Millis) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return moment(at).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
