"""`impactgraph mcp`: questions as tools of the Model Context Protocol over standard input and output."""

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from collections.abc import Generator

    from starlette.requests import Request

    from api.answers import Answers
    from impactgraph.cli.answers.client import Client


@dataclass(frozen=True)
class ServerAnswers:
    """Answers of a server, which is asked as the commands ask it."""

    client: "Client"

    async def ask(
        self, request: "Request | None", document: str, variables: Mapping[str, object]
    ) -> dict[str, Any]:
        from anyio import to_thread

        return await to_thread.run_sync(lambda: self.client.ask(document, **variables))


def mcp(*, common: Common = COMMON) -> None:
    """Serves the tools until standard input ends. Standard output has the protocol's messages only."""
    import anyio

    from api.mcp.options import check_installed

    check_installed()
    from api.mcp.server import tool_server

    with _answers(common) as answers:
        anyio.run(tool_server(answers).run_stdio_async)


@contextmanager
def _answers(common: Common) -> "Generator[Answers]":
    """Of the server that is named, or has the store open; else of the store itself.

    Raises ImpactGraphError where neither can be reached.
    """
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.answers.targets import LocalTarget, RemoteTarget, find_target
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.stores import existing_store

    target = find_target(common)
    if isinstance(target, RemoteTarget):
        yield ServerAnswers(target.client)
        return
    assert isinstance(target, LocalTarget)
    from api.answers import StoreAnswers

    with existing_store(target.store) as store:
        yield StoreAnswers(store, read_settings(), system_clock)
