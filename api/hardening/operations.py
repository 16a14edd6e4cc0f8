"""Persisted operations: GraphQL documents that are known by the SHA-256 of their text."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphql import GraphQLError

from api.json_input import read_json
from impactgraph.errors import BadInputError, Problem

OWN = Path(__file__).parents[1] / "web" / "operations.json"
"""Those of the explorer, made by `python -m scripts.print_operations`."""
NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
_SUFFIXES = (".graphql", ".gql", ".json")


class OperationError(Exception):
    """A request names an operation that is not known, or sends one that is not permitted."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    def as_graphql(self) -> GraphQLError:
        return GraphQLError(str(self), extensions={"code": self.code})


@dataclass(frozen=True)
class Operations:
    """Documents by the SHA-256 of their text, in hexadecimal digits."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    is_exclusive: bool = False
    """Whether all other documents are refused."""

    def text_of(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The document of a request, which sends its text, or its hash in `extensions.persistedQuery` as
        Apollo's clients do, or both.

        Raises OperationError.
        """
        extension = (extensions or {}).get("persistedQuery")
        if extension is not None:
            query = self._by_hash(query, extension)
        self.check(query)
        return query

    def check(self, query: str | None) -> None:
        """Raises OperationError where the text is not permitted."""
        if self.is_exclusive and (query is None or _hash(query) not in self.texts):
            raise OperationError("This server answers persisted operations only.", NOT_FOUND)

    def _by_hash(self, query: str | None, extension: object) -> str:
        digest = extension.get("sha256Hash") if isinstance(extension, dict) else None
        if not isinstance(digest, str):
            raise OperationError("`extensions.persistedQuery.sha256Hash` must be a text.", "BAD_INPUT")
        if query:
            if _hash(query) != digest.lower():
                raise OperationError("provided sha does not match query", "BAD_INPUT")
            return query
        if (text := self.texts.get(digest.lower())) is None:
            raise OperationError("PersistedQueryNotFound", NOT_FOUND)
        return text


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def read_operations(path: Path | None, *, is_exclusive: bool) -> Operations:
    """Those of a file or of all files in a folder, and those of the explorer.

    A file `.graphql` is one document; a file `.json` has texts by their hashes, or is a manifest of Apollo.

    Raises BadInputError with everything that is wrong.
    """
    texts: dict[str, str] = json.loads(OWN.read_text(encoding="utf-8"))
    problems: list[Problem] = []
    for file in _files(path) if path is not None else ():
        try:
            texts |= _texts_of(file)
        except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
            reason = getattr(error, "strerror", None) or error
            problems.append(Problem(f"These operations cannot be read: {reason}.", str(file)))
    if problems:
        raise BadInputError(*problems)
    return Operations(texts, is_exclusive)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(each for each in path.rglob("*") if each.suffix in _SUFFIXES and each.is_file())


def _texts_of(file: Path) -> dict[str, str]:
    """Raises ValueError."""
    text = file.read_bytes().decode()
    if file.suffix != ".json":
        return {_hash(text): text}
    document = read_json(text)
    if isinstance(document, dict) and isinstance(document.get("operations"), list):
        items = [each for each in document["operations"] if isinstance(each, dict)]
        document = {str(each.get("id")): each.get("body") for each in items}
    if not isinstance(document, dict):
        raise ValueError("it must have texts by their SHA-256, or be a manifest of Apollo")
    texts: dict[str, str] = {}
    for digest, each in document.items():
        if not isinstance(each, str) or _hash(each) != str(digest).lower():
            raise ValueError(f"{digest!r} is not the SHA-256 of its text")
        texts[str(digest).lower()] = each
    return texts
