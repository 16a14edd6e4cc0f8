"""Address of a Neo4j database, `neo4j://[user:password@]host[:port][/database]`, and its credentials."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from impactgraph.errors import BadInputError

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""neo4j: routed, over a cluster too; bolt: one server. +s: encrypted; +ssc: encrypted, any certificate."""
PORT = 7687


@dataclass(frozen=True, slots=True)
class Address:
    """Server, database and credentials; `str` and `repr` omit the password."""

    uri: str
    """Scheme, host and port: all that the driver needs, and nothing secret."""
    database: str | None = None
    """None: the server's default."""
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.uri}/{self.database}" if self.database else self.uri


def read_address(
    text: str, *, user: str | None = None, password: str | None = None, password_file: Path | None = None
) -> Address:
    """The parsed address; its own user and password take precedence over the parameters.

    Raises:
        BadInputError: the address or the password file cannot be read; the message never has a password.
    """
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        schemes = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise BadInputError(f"{parts.scheme}:// is no address of Neo4j. Give one with {schemes}.")
    shape = f"{parts.scheme}://[user:password@]host[:port][/database]"
    try:
        host = parts.hostname
        port = parts.port or PORT
    except ValueError:
        raise BadInputError(
            f"The port of the store's address is no number from 1 to 65535: it is written {shape}."
        ) from None
    if not host or parts.fragment or parts.query or "/" in parts.path.strip("/"):
        raise BadInputError(
            f"The store's address cannot be read: it is written {shape}. "
            "Letters such as @ and / in a password are written %40, %2F."
        )
    return Address(
        uri=f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}",
        database=unquote(parts.path.strip("/")) or None,
        user=unquote(parts.username or "") or user or "",
        password=unquote(parts.password or "") or password or _from_file(password_file),
    )


def _from_file(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInputError(f"The password of the store cannot be read from {path}: {reason}.") from None
