"""Options of every command: the store and the output format."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from cyclopts import Group, Parameter

Form: TypeAlias = Literal["table", "json", "csv"]

DEFAULT_STORE = ".impactgraph"
"""As in the settings, whose import would delay every command."""

ABOUT_STORE = "Folder of the store, or neo4j://[user:password@]host[:port][/database]."

EVERYWHERE = Group("Options of every command", sort_key=9)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Common:
    """Options of every command."""

    store: Annotated[str, Parameter(help=ABOUT_STORE, env_var="IMPACTGRAPH_STORE", group=EVERYWHERE)] = (
        DEFAULT_STORE
    )
    format: Annotated[
        Form, Parameter(help="A table for people, or JSON or CSV for programs.", group=EVERYWHERE)
    ] = "table"


COMMON = Common()
