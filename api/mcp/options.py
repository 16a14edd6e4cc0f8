"""Options of serving the tools over HTTP. Needs no SDK, so that settings are read without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from impactgraph.errors import BadInputError

PATH = "/mcp"
METADATA = "/.well-known/oauth-protected-resource"
"""Where RFC 9728 puts what a client has to know of a resource; the path of the resource follows."""
MISSING = "Questions as tools need the SDK of MCP, which is not installed: pip install 'impactgraph[mcp]'."


@dataclass(frozen=True, slots=True)
class McpOptions:
    hosts: Sequence[str]
    """Hosts, with or without a port, under which clients reach the server; others are answered with 421."""
    issuers: Sequence[str] = ()
    """OpenID Connect issuers whose tokens are taken; none: there is no metadata."""
    url: str | None = None
    """Public address of the server; None: that of the request."""


def check_installed() -> None:
    """Raises BadInputError where the SDK is not installed."""
    if find_spec("mcp") is None:
        raise BadInputError(MISSING)
