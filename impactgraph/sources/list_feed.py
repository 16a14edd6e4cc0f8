"""Follows the lists of a system: each that can be trusted is reported, as `impactgraph reconcile` does.

A list that was cut, is empty, cannot be read or is far shorter than the one before is refused with its
reason: with it, every order that it lacks would count as missing.
"""

import hashlib
import threading
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal

import msgspec

from graph_models.time import Millis
from impactgraph.errors import BadInputError
from impactgraph.ingest.list_files import ListFile
from impactgraph.ports.sources import Positions, RefusedDocument
from impactgraph.sources.config import ListSource
from impactgraph.sources.documents import Translation
from impactgraph.sources.feed import Delivery
from impactgraph.sources.list_places import FoundList, ListPlace, place_of
from impactgraph.usecases.check_listing import check_system
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.report_list import SystemListing, list_lines

PART = "list"
_TAKEN = "taken"


class ListPosition(msgspec.Struct, frozen=True):
    """The last list that was taken, and why a later one was not."""

    at: Millis = 0
    """As of which the list was; 0: none was taken."""
    rows: int = 0
    has_last_break: bool = False
    problem: str = ""


class ListFeed:
    """The lists of one system in one place."""

    def __init__(
        self,
        config: ListSource,
        systems: Callable[[], Collection[str]],
        stop: threading.Event,
        *,
        now: Callable[[], Millis],
        place: ListPlace | None = None,
    ) -> None:
        """`systems` gives the keys of those that exist."""
        self._config = config
        self._systems = systems
        self._stop = stop
        self._now = now
        self._place = place or place_of(config, stop)
        self._position = ListPosition()
        self._parts: dict[str, str] = {}
        """The outcome of each file: taken, or by which configuration it was refused."""
        self._refused_by = f"refused {_digest(config)}"
        self._lists: Iterator[FoundList] = iter(())
        self._is_read = True
        """Whether all that the last look found is read."""
        self._pause = 0.0
        """Seconds until the next look."""

    def open(self, positions: Positions) -> None:
        self._parts = dict(positions)
        if (text := self._parts.pop(PART, None)) is not None:
            self._position = msgspec.json.decode(text, type=ListPosition)

    def poll(self) -> Delivery:
        """The next list; looks for new ones after a while where all are read."""
        if self._is_read:
            self._stop.wait(self._pause)
            if self._stop.is_set():
                return Delivery()
            check_system(self._systems(), self._config.system)
            self._lists = self._place.look(self._now(), self._is_known)
            self._is_read, self._pause = False, self._config.every / 1_000
        file = next(self._lists, None)
        if file is not None:
            return self._delivery(file)
        self._is_read = True
        return self._idle()

    def _is_known(self, part: str) -> bool:
        """A file that was refused is read again once the source is declared otherwise."""
        return self._parts.get(part) in (_TAKEN, self._refused_by)

    def _idle(self) -> Delivery:
        if problem := self._position.problem or self._lateness():
            return Delivery(problem=problem)
        return Delivery(is_caught_up=True, note="" if self._position.at else self._place.emptiness)

    def _lateness(self) -> str:
        expected = self._config.expected
        if expected is None or self._now() - self._position.at <= expected:
            return ""
        since = f"since {iso(self._position.at)}" if self._position.at else "yet"
        return f"No list of {self._config.system} has come {since}: look at what writes it."

    def _delivery(self, file: FoundList) -> Delivery:
        try:
            system_list = file.read()
            reason = refusal(system_list, self._position, self._config)
        except BadInputError as error:
            return self._refusal(file, str(error))
        if reason:
            return self._refusal(file, f"{file.name}: {reason}")
        translation = Translation()
        translation.add_events(list_lines(self._listing(file, system_list)), file.name)
        for row in system_list.refused:
            translation.notes.append(
                (f"a row cannot be read: {row['reason']}", f"{file.name} {row['place']}")
            )
        self._position = ListPosition(file.at, system_list.id_count, system_list.has_last_break)
        return Delivery(translation, self._new_position(file, _TAKEN))

    def _listing(self, file: FoundList, system_list: ListFile) -> SystemListing:
        config = self._config
        return SystemListing(
            config.system,
            file.at,
            system_list.rows,
            system_list.refused,
            complete=not config.partial,
            placed_from=None if config.placed_within is None else max(0, file.at - config.placed_within),
            states=config.states or None,
        )

    def _refusal(self, file: FoundList, problem: str) -> Delivery:
        """In the quarantine once: what is asked again and again has one entry until a list is taken."""
        is_new = bool(file.part) or not self._position.problem
        self._position = msgspec.structs.replace(self._position, problem=problem)
        if not is_new:
            return Delivery(problem=problem)
        document = RefusedDocument(file.name.encode(), problem, file.name)
        return Delivery(
            Translation(refused=[document]), self._new_position(file, self._refused_by), problem=problem
        )

    def _new_position(self, file: FoundList, outcome: str) -> dict[str, str]:
        parts = {PART: msgspec.json.encode(self._position).decode()}
        if file.part:
            parts[file.part] = self._parts[file.part] = outcome
        return parts

    def after_commit(self) -> None: ...

    def close(self) -> None: ...


def refusal(system_list: ListFile, before: ListPosition, config: ListSource) -> str:
    """Why a list is not to be trusted; empty where it is."""
    ids, rows = system_list.id_count, len(system_list.rows) + len(system_list.refused)
    if system_list.is_last_refused:
        last = system_list.refused[-1]
        return f"it is probably truncated: its last row ({last['place']}) cannot be read: {last['reason']}."
    if before.has_last_break and not system_list.has_last_break:
        return "it is probably truncated: it does not end with a line break, as the list before did."
    if config.partial or config.shrink == 1:
        return ""
    if not ids:
        return "it has no rows: everything would count as missing. If it is right, `shrink: 1` accepts it."
    what = "the list before" if before.rows > rows else "it has in all"
    most = max(before.rows, rows)
    if most - ids > Decimal(str(config.shrink)) * most:
        return (
            f"it has {ids:,} rows that can be read, and {what} {most:,}: the others would count as missing. "
            f"If it is right, `shrink: {_enough(ids, most)}` accepts it."
        )
    return ""


def _enough(rows: int, most: int) -> float:
    """The share, in hundredths, by which these rows are fewer at most."""
    return -(-100 * (most - rows) // most) / 100


def _digest(config: ListSource) -> str:
    return hashlib.blake2b(repr(config).encode(), digest_size=6).hexdigest()
