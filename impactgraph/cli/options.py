"""Options of every command: the store and the output format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Group, Parameter

Form: TypeAlias = Literal["table", "json", "csv"]

DEFAULT_STORE = ".impactgraph"
"""As in the settings, whose import would delay every command."""

ABOUT_STORE = "Folder of the store, or neo4j://[user:password@]host[:port][/database]."

ABOUT_SERVER = (
    "Ask the server at this address, such as http://127.0.0.1:8000, instead of a store; without it, a server "
    "that has the store in the folder open is found and asked."
)

ABOUT_TOKEN = (
    "File with the API key or token for the server [default: the environment variable IMPACTGRAPH_TOKEN]."
)

EVERYWHERE = Group("Options of every command", sort_key=9)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Place:
    """Who answers."""

    store: Annotated[str, Parameter(help=ABOUT_STORE, env_var="IMPACTGRAPH_STORE", group=EVERYWHERE)] = (
        DEFAULT_STORE
    )
    server: Annotated[
        str | None, Parameter(help=ABOUT_SERVER, env_var="IMPACTGRAPH_SERVER", group=EVERYWHERE)
    ] = None

    token_file: Annotated[
        Path | None, Parameter(help=ABOUT_TOKEN, env_var="IMPACTGRAPH_TOKEN_FILE", group=EVERYWHERE)
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Common(Place):
    """Options of every command."""

    format: Annotated[
        Form, Parameter(help="A table for people, or JSON or CSV for programs.", group=EVERYWHERE)
    ] = "table"


PLACE = Place()
COMMON = Common()
