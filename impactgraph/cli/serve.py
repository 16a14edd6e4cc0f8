"""`impactgraph serve`: HTTP over a store."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

Host = Annotated[
    str | None, Parameter(help="Address to listen on [default: IMPACTGRAPH_HOST, else 127.0.0.1].")
]
Port = Annotated[
    int | None, Parameter(help="Port to listen on; 0: any free one [default: IMPACTGRAPH_PORT, else 8000].")
]


def serve(*, host: Host = None, port: Port = None, common: Common = COMMON) -> None:
    """Serves a store until interrupted; the port opens once the store is open."""
    from impactgraph.cli.server import serve_store
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.stores import open_or_create

    settings = read_settings(host=host, port=port, store=common.store)
    with open_or_create(settings.store) as store:
        serve_store(store, settings, folder=None if "://" in settings.store else Path(settings.store))
