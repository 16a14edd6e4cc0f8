"""Places of the lists of a system: files of a folder, an address, a query in PostgreSQL."""

import json
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from graph_models.time import Millis
from impactgraph.errors import BadInputError
from impactgraph.http_opener import opener_without_redirects
from impactgraph.ingest.list_files import ListFile, ListLayout, list_of_rows, read_list
from impactgraph.ingest.text_files import MOST_UNPACKED
from impactgraph.sources.config import ListSource
from impactgraph.sources.feed import SourceUnavailableError
from impactgraph.sources.folder import is_unfinished
from impactgraph.sources.postgres import CONNECT_SECONDS, require_postgres, translated_error
from impactgraph.usecases.failure_events import iso

SETTLE_SECONDS = 1.0
"""A file that is the same at two looks, so far apart, is complete."""
TIMEOUT_SECONDS = 30.0
"""After which a silent address is given up."""
WHOLE_SECONDS = 300.0
"""That an answer may take."""
_CHUNK = 1 << 20
_TRANSIENT = frozenset({408, 425, 429})
"""Answers below 500 that pass by themselves."""


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list that is there."""

    name: str
    """For messages."""
    at: Millis
    """The moment as of which it says what is there."""
    part: str
    """What it is remembered by; empty: another look gives another list."""
    read: Callable[[], ListFile]
    """Raises BadInputError where what is there cannot be used, SourceUnavailableError where nothing is."""


class FolderOfLists:
    """Files of a folder, the oldest first; they stay where they are."""

    def __init__(self, config: ListSource, folder: Path, stop: threading.Event) -> None:
        self._config, self._folder, self._stop = config, folder, stop
        self.settle_seconds = SETTLE_SECONDS

    def look(self, now: Millis, is_known: Callable[[str], bool]) -> Iterator[FoundList]:
        """Those that are not known and do not change any more, as of their last change."""
        before = self._files()
        if all(is_known(part) for part, _ in before.values()):
            return
        self._stop.wait(self.settle_seconds)
        after = self._files()
        for path, (part, at) in sorted(after.items(), key=lambda item: (item[1][1], item[0])):
            if before.get(path) == (part, at) and not is_known(part):
                yield FoundList(path.name, min(at, now), part, lambda path=path: read_list(path, self.layout))

    @property
    def layout(self) -> ListLayout:
        return layout_of(self._config)

    @property
    def emptiness(self) -> str:
        """What is said where nothing was ever found."""
        return f"no file in {self._folder} is named {self._config.files}"

    def _files(self) -> dict[Path, tuple[str, Millis]]:
        files: dict[Path, tuple[str, Millis]] = {}
        try:
            for path in self._folder.iterdir():
                if is_unfinished(path.name) or not fnmatch(path.name, self._config.files):
                    continue
                if path.is_file():
                    stat = path.stat()
                    at = stat.st_mtime_ns // 1_000_000
                    files[path] = (f"{path.name} {iso(at)} {stat.st_size}", at)
        except OSError as error:
            raise SourceUnavailableError(
                f"The folder {self._folder} cannot be read: {error.strerror or error}."
            ) from error
        return files


class AddressOfLists:
    """What an address answers; the list is as of the moment before it was asked."""

    def __init__(self, config: ListSource, url: str, stop: threading.Event) -> None:
        self._config, self._url, self._stop = config, url, stop
        parts = urlsplit(url)
        self._name = f"{parts.scheme}://{parts.netloc}{parts.path}"
        """Without what follows a question mark, which may be secret."""

    emptiness = ""

    def look(self, now: Millis, is_known: Callable[[str], bool]) -> Iterator[FoundList]:
        yield FoundList(self._name, now, "", self._read)

    def _read(self) -> ListFile:
        with tempfile.NamedTemporaryFile(prefix="impactgraph-list-") as file:
            with self._answer() as response:
                self._copy(response, cast("BinaryIO", file))
            file.flush()
            try:
                return read_list(Path(file.name), layout_of(self._config))
            except BadInputError as error:
                raise BadInputError(*(replace(each, file=self._name) for each in error.problems)) from error

    @contextmanager
    def _answer(self) -> Generator[HTTPResponse]:
        headers = {"Accept": "text/csv, application/json;q=0.9, */*;q=0.5", "User-Agent": "impactgraph"}
        if self._config.secret is not None:
            headers[self._config.header] = self._config.prefix + self._config.secret.read()
        try:
            request = Request(self._url, headers=headers)
            with opener_without_redirects().open(request, timeout=TIMEOUT_SECONDS) as response:
                yield response
        except HTTPError as error:
            with error:
                raise self._refusal(error.code, error.reason) from None
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise SourceUnavailableError(f"{self._name} cannot be read: {reason}.") from None
        except ValueError as error:  # a line break in the secret
            raise BadInputError(f"{self._name} cannot be asked: {error}.") from None

    def _refusal(self, code: int, reason: str) -> BadInputError | SourceUnavailableError:
        text = f"{self._name} answered {code} {reason}."
        if 300 <= code < 400:
            return BadInputError(f"{text} Redirects are not followed: name the other address.")
        return SourceUnavailableError(text) if code >= 500 or code in _TRANSIENT else BadInputError(text)

    def _copy(self, response: HTTPResponse, file: BinaryIO) -> None:
        """Raises BadInputError where it is one page of several or too large, SourceUnavailableError where it
        is cut.
        """
        if response.status == 206 or 'rel="next"' in (response.headers.get("Link") or ""):
            raise BadInputError(f"{self._name} answered with one page of several: ask it for the whole list.")
        size, end = 0, time.monotonic() + WHOLE_SECONDS
        while chunk := response.read(_CHUNK):
            size += file.write(chunk)
            if size > MOST_UNPACKED:
                raise BadInputError(f"{self._name} answered with more than {MOST_UNPACKED:,} bytes.")
            if time.monotonic() > end or self._stop.is_set():
                raise SourceUnavailableError(f"{self._name} did not answer in {WHOLE_SECONDS:.0f} s.")
        size_header = response.headers.get("Content-Length")
        if size_header is not None and size_header.isdecimal() and size < int(size_header):
            raise SourceUnavailableError(
                f"The answer of {self._name} is cut: {size:,} of {int(size_header):,} bytes."
            )


class QueryOfLists:
    """Rows of a query; the list is as of the moment before it was asked."""

    def __init__(self, config: ListSource, query: str) -> None:
        self._config, self._query = config, query

    emptiness = ""

    def look(self, now: Millis, is_known: Callable[[str], bool]) -> Iterator[FoundList]:
        yield FoundList("the query", now, "", self._read)

    def _read(self) -> ListFile:
        require_postgres()
        import psycopg

        config = self._config
        password = config.password.read() if config.password is not None else None
        try:
            with psycopg.connect(
                config.connection,
                password=password,
                connect_timeout=CONNECT_SECONDS,
                application_name=f"impactgraph {config.key}",
                options="-c default_transaction_read_only=on -c datestyle=iso -c timezone=UTC",
            ) as connection:
                rows = connection.execute(self._statement())
                return list_of_rows("the query", _decode_rows(rows), layout_of(config))
        except psycopg.Error as error:
            raise translated_error(error) from error

    def _statement(self) -> bytes:
        return f"select row_to_json(q)::text from ({self._query.strip().rstrip(';')}\n) q".encode()


def _decode_rows(rows: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Rows in JSON with the digits of their numbers as PostgreSQL wrote them."""
    for (text,) in rows:
        yield json.loads(text, parse_float=str, parse_int=str)


def layout_of(config: ListSource) -> ListLayout:
    columns = {name: getattr(config, name) for name in ("id", "state", "amount", "currency")}
    return ListLayout(
        {name: column for name, column in columns.items() if column}, config.decimal, config.encoding
    )


ListPlace = FolderOfLists | AddressOfLists | QueryOfLists


def place_of(config: ListSource, stop: threading.Event) -> ListPlace:
    """The one that the source declares."""
    if config.path is not None:
        return FolderOfLists(config, config.path, stop)
    if config.url is not None:
        return AddressOfLists(config, config.url, stop)
    return QueryOfLists(config, config.query or "")
