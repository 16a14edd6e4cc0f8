"""Where the same answer can be opened."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def server_address() -> str | None:
    """Of the server that is told of by IMPACTGRAPH_URL; None where there is none."""
    return os.environ.get("IMPACTGRAPH_URL", "").rstrip("/") or None


def tell_link(out: "Console") -> None:
    """The end of an answer, where a server is known."""
    if (address := server_address()) is not None:
        out.print()
        out.print(f"Open it: {address}/ (GraphiQL: {address}/graphql)", soft_wrap=True)
