"""The audit log of a server."""

import json
from collections.abc import Sequence

from graph_models.time import Millis
from impactgraph.audit.chain import BrokenChainError, read_line
from impactgraph.audit.entries import AuditEntry
from impactgraph.cli.answers.client import Client
from impactgraph.cli.answers.token import token_of
from impactgraph.cli.encode.values import iso_moment
from impactgraph.cli.options import Place
from impactgraph.errors import StoreUnavailableError


def remote_entries(address: str, place: Place, since: Millis | None) -> Sequence[AuditEntry]:
    """Entries of GET /audit. Raises StoreUnavailableError where one is not as it was written."""
    client = Client(address, token=token_of(place))
    entries: list[AuditEntry] = []
    for line in client.lines("/audit", {"since": iso_moment(since)}):
        try:
            entries.append(read_line(line))
        except BrokenChainError as error:
            raise StoreUnavailableError(
                _reason(line) or f"An entry of {address} is broken: {error}."
            ) from None
    return entries


def _reason(line: bytes) -> str:
    """What the server says where it cannot go on."""
    try:
        values = json.loads(line)
        return str(values["message"])
    except (ValueError, KeyError, TypeError):
        return ""
