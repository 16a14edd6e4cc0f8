"""What the chain of the audit log has of the arguments of an entry: a digest with salt, in place of texts.

So a text of a person can be removed from the arguments, and the chain stays whole: an entry behind it says of
which entries the arguments were changed, and has the digests of what they are since then. Without the salt,
which is replaced with them, nobody can test guesses of what stood there.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeAlias

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.audit.entries import AuditEntry, AuditEvent

EDITED = "audit forgotten"
"""Operation of the entry that says from which entries something was removed."""
_SALT_BYTES = 16
_OF_THE_LOG = "audit "
"""Operations of entries about the log itself begin so: they have numbers and digests only."""

Editor: TypeAlias = Callable[[str], str]
"""A text in JSON without what is to be forgotten."""


def new_salt() -> str:
    return secrets.token_hex(_SALT_BYTES)


def seal(arguments: Mapping[str, Any], salt: str) -> str:
    """SHA-256 of arguments, with salt."""
    return sha256(f"{salt}{_json(arguments)}".encode()).hexdigest()


def is_as_written(entry: AuditEntry) -> bool:
    """Whether the arguments are those of which the chain has the seal."""
    return not entry.sealed or seal(entry.event.arguments, entry.salt) == entry.sealed


def edit_entry(entry: AuditEntry, edit: Editor) -> AuditEntry | None:
    """The entry without what is to be forgotten; None where it has nothing of it, or is of an earlier
    version, whose chain has the arguments themselves.
    """
    if not entry.sealed or entry.event.operation.startswith(_OF_THE_LOG):
        return None
    before = _json(entry.event.arguments)
    after = edit(before)
    if after == before:
        return None
    return replace(entry, event=replace(entry.event, arguments=json.loads(after)), salt=new_salt())


@dataclass(frozen=True, slots=True)
class Edit:
    """Of the arguments of an entry."""

    number: int
    seal: str
    """Of what they are since then."""


def edit_event(entries: Iterable[AuditEntry], by: Principal, at: Millis) -> AuditEvent:
    """What says that these entries have the arguments that they now have."""
    seals = {str(entry.number): seal(entry.event.arguments, entry.salt) for entry in entries}
    return AuditEvent(at, by.subject, by.name, EDITED, {"entries": seals})


def edits_of(event: AuditEvent) -> list[Edit]:
    """Those that an entry says were made."""
    if event.operation != EDITED:
        return []
    try:
        return [Edit(int(number), digest) for number, digest in event.arguments["entries"].items()]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def _json(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
