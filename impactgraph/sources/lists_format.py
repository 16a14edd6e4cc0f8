"""The fields of a source of lists, and what must fit together in them."""

import re
from typing import Any

from impactgraph.sources.format_values import (
    HEADER_NAME,
    Connection,
    FilePath,
    SecretPlace,
)
from impactgraph.topology.composite_values import ByName, PatternText
from impactgraph.topology.document import Map
from impactgraph.topology.fields import Field, Reading
from impactgraph.topology.values import Duration, Flag, Fraction, Text, Word

_PLACES = ("path", "url", "query")
_BELONGING = {
    "files": "path", "secret": "url", "header": "url", "prefix": "url", "connection": "query",
    "password": "query",
}  # fmt: skip
"""Fields that mean something with one of the places only."""
_ADDRESS = PatternText(
    re.compile(r"https://[^\s@/]+(/\S*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/\S*)?"),
    "an address with https, or with http on this machine, without a password",
)
_WORD = PatternText(re.compile(r".+"), "a word for a state")

LISTS = (
    Field("system", Text(), "The system whose lists they are.", required=True),
    Field("path", FilePath(), "Folder that lists arrive in, as CSV or JSON."),
    Field("files", Text(), "Pattern of the names to read, such as orders-*.csv; default: all."),
    Field("url", _ADDRESS, "Address that answers with the list, as CSV or JSON."),
    Field("secret", SecretPlace(), "Secret that the request is sent with."),
    Field("header", HEADER_NAME, "Header that has the secret; default: Authorization."),
    Field("prefix", Text(), "Text before it in the header; default: 'Bearer '."),
    Field("query", Text(), "Query in PostgreSQL whose rows are the list."),
    Field("connection", Connection(), "Connection string of libpq, such as 'host=db dbname=erp'."),
    Field("password", SecretPlace(), "Password of the user of the database."),
    Field("id", Text(), "Column of the ids; default: guessed by its name."),
    Field("state", Text(), "Column of the states; default: guessed."),
    Field("amount", Text(), "Column of the amounts; default: guessed."),
    Field("currency", Text(), "Column of the currencies; default: guessed."),
    Field("decimal", Word((".", ",")), "Decimal mark of the amounts; default: '.'."),
    Field("encoding", Text(), "Encoding of the files; default: UTF-8, or UTF-16 by its mark."),
    Field(
        "states",
        ByName(Text(), _WORD),
        "What the system's words for states mean: in_flight, completed, cancelled or a step.",
    ),
    Field("partial", Flag(), "Whether a list lacks what the system has; default: false."),
    Field(
        "placed_within",
        Duration(least=1),
        "A list has the orders that were placed within that time before it; default: all.",
    ),
    Field(
        "shrink",
        Fraction(),
        "By what share a list may be shorter than the one before; default: 0.2. With 1 it may be empty.",
    ),
    Field("expected", Duration(least=1), "After how long without a list the source counts as failed."),
    Field("every", Duration(least=100), "How often to look; default: 1h."),
)


def check_lists(values: dict[str, Any], node: Map, reading: Reading) -> None:
    """Records places that are missing or too many, and fields of another place."""
    places = [name for name in _PLACES if name in node]
    if len(places) != 1:
        names = " and ".join(f"`{name}`" for name in places) if places else "none of them"
        reading.wrong(f"give one of `path`, `url` and `query`: it has {names}.", node.line)
        return
    for name, place in _BELONGING.items():
        if name in node and place != places[0]:
            reading.wrong(f"`{name}` belongs to `{place}`: leave it out.", node.lines[name])
    if places == ["query"] and "connection" not in node:
        reading.wrong("`connection` is missing: the database that `query` asks.", node.line)
