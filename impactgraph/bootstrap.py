"""Composition root: the only place that names a concrete store."""

import ctypes
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from graph_models.time import Millis, millis, parse_moment
from impactgraph.errors import BadInputError
from impactgraph.ports.access import AuditTrail, KeyStore
from impactgraph.ports.backup import PartCleaner
from impactgraph.ports.condition import HealthCheck
from impactgraph.ports.store import Store

if TYPE_CHECKING:
    from impactgraph.ingest.personal import PersonalRules
    from impactgraph.settings import Settings
    from impactgraph.stores.local.store import LocalStore
    from impactgraph.stores.neo4j.address import Address
    from impactgraph.stores.neo4j.database import Database

_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_MOST_ARENAS = -8
"""Parameters of glibc's mallopt (malloc.h)."""
FIXED_NOW = "IMPACTGRAPH_NOW"
"""Environment variable for tests and examples: an ISO 8601 moment at which the clock of every command stands
still.
"""
_PERSONAL = ("IMPACTGRAPH_PERSONAL", "IMPACTGRAPH_ACCESS")
"""Environment variables that say what is kept of personal attributes."""
_ROTATION = "IMPACTGRAPH_AUDIT_ROTATE"
_DATABASES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_DRIVER_MISSING = (
    "A store in Neo4j needs the driver, which is not installed: pip install 'impactgraph[neo4j]'."
)


def _quiet(_: str) -> None: ...


def system_clock() -> Millis:
    """The current moment; for tests and examples, the fixed one that the environment variable
    IMPACTGRAPH_NOW names.

    Raises BadInputError where that variable is not an ISO 8601 moment.
    """
    fixed_moment = os.environ.get(FIXED_NOW)
    if not fixed_moment:
        return millis(datetime.now(UTC))
    try:
        return parse_moment(fixed_moment)
    except (ValueError, OverflowError):
        raise BadInputError(
            f"{FIXED_NOW} is {fixed_moment!r}; give a moment such as 2026-03-02T09:10:00Z."
        ) from None


def store_exists(address: str) -> bool:
    """Whether a store was made at the address: of a folder that is looked into, of anything else only opening
    it tells.
    """
    if "://" in address:
        return True
    from impactgraph.stores.local.record_file import FILE

    return (Path(address) / FILE).is_file()


def shown_address(address: str) -> str:
    """The address without user and password."""
    scheme, separator, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if separator else address


def open_store(
    address: str,
    *,
    now: Callable[[], Millis] = system_clock,
    say: Callable[[str], None] = _quiet,
    personal: "PersonalRules | None" = None,
) -> Store:
    """The store at `address`: a folder, or a Neo4j database; created or set up where there is none.

    `say` is called with the progress of what takes long. `personal`: what is kept of personal attributes;
    None: what the settings say.

    Raises:
        BadInputError: the address cannot be read, or is of an unknown kind.
        StoreUnavailableError: the store is in use or cannot be reached.
    """
    scheme, separator, _ = address.partition("://")
    if separator:
        _check_scheme(scheme)
    suit_process()
    if personal is None:
        personal = personal_by_settings()
    store = _open_neo4j(address, now, say) if separator else _open_embedded(address, now)
    if personal is not None:
        store.keep_personal(personal)
    return store


def personal_by_settings() -> "PersonalRules | None":
    """As `read_personal`, by the environment; None: it says nothing of it."""
    # Settings take a tenth of a second to import: only where they say something.
    return read_personal(_settings()) if any(os.environ.get(name) for name in _PERSONAL) else None


def read_personal(settings: "Settings") -> "PersonalRules":
    """What the access file says is kept of personal attributes, and where they name one, the settings.

    Raises BadInputError where the secret of hashes is missing, short, or cannot be read, and where the access
    file is invalid.
    """
    from impactgraph.ingest.personal import PersonalRules

    forms: dict[str, str] = {}
    if settings.access is not None:
        from impactgraph.access.format import load_access

        forms = {name: each.keep.value for name, each in load_access(settings.access).personal.items()}
    file = settings.personal_key_file
    try:
        key = b"" if file is None else file.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"IMPACTGRAPH_PERSONAL_KEY_FILE: {file} cannot be read: {error.strerror or error}."
        ) from error
    return PersonalRules.of(forms | settings.kept_personal, key)


def _open_embedded(address: str, now: Callable[[], Millis]) -> "LocalStore":
    # DuckDB takes a third of a second to import: only commands that open a store wait for it.
    from impactgraph.stores.embedded import EmbeddedStore

    return EmbeddedStore.open(Path(address), now=now)


def check_address(address: str, settings: "Settings") -> None:
    """Raises BadInputError where `open_store` would not know what to open, or cannot read the password that
    it needs; connects to nothing.
    """
    scheme, separator, _ = address.partition("://")
    if separator:
        _check_scheme(scheme)
        _neo4j_address(address, settings)


def _check_scheme(scheme: str) -> None:
    if scheme not in _DATABASES:
        raise BadInputError(
            f"There is no store of the kind {scheme}://. "
            "Give the path of a folder, such as .impactgraph, or neo4j://host."
        )


def open_empty_store(
    address: str, *, now: Callable[[], Millis] = system_clock, say: Callable[[str], None] = _quiet
) -> Store:
    """As `open_store`, for a backup to be restored into; what an interrupted restore left is removed."""
    if address.partition("://")[0] in _DATABASES:
        location = _neo4j_address(address, _settings())
        from impactgraph.stores.neo4j.store import clear_unfinished_restore

        clear_unfinished_restore(location)
    return open_store(address, now=now, say=say)


def backup_cleaner(removals: Sequence[bytes]) -> PartCleaner:
    """Cleans the parts of an earlier backup of what was removed; `removals`: the parts that say what."""
    from impactgraph.stores.local.part_cleaner import BackupCleaner

    return BackupCleaner(removals)


def examine_store(address: str, *, now: Callable[[], Millis] = system_clock) -> Iterator[HealthCheck]:
    """Health checks of a Neo4j database that need no open store. Raises as `open_store` does."""
    if address.partition("://")[0] in _DATABASES:
        location = _neo4j_address(address, _settings())
        from impactgraph.stores.neo4j.doctor import health_checks

        yield from health_checks(location, now)


def open_keys(address: str) -> KeyStore:
    """The keys of the store at `address`, also while another process has it open. Raises as `open_store`."""
    if "://" not in address:
        from impactgraph.access.key_file import FileKeys

        return FileKeys(Path(address))
    from impactgraph.stores.neo4j.keys import Neo4jKeys

    return Neo4jKeys(_database(address))


def open_audit(
    address: str, *, now: Callable[[], Millis] = system_clock, personal: "PersonalRules | None" = None
) -> AuditTrail:
    """The audit log of the store at `address`, as `open_keys`; `personal`: what is kept of personal
    attributes in what is written to it.
    """
    log = _open_audit(address, now)
    if not personal:
        return log
    from impactgraph.access.personal_audit import PersonalAudit

    return PersonalAudit(log, personal)


def _open_audit(address: str, now: Callable[[], Millis]) -> AuditTrail:
    if "://" not in address:
        from impactgraph.access.audit_file import FileAudit
        from impactgraph.access.rotation import Rotation, read_rotation

        # Settings take a tenth of a second to import: only where they say something.
        is_set = os.environ.get(_ROTATION)
        rotation = read_rotation(_settings().audit_rotate) if is_set else Rotation()
        return FileAudit(Path(address), now, rotation)
    from impactgraph.stores.neo4j.audit import Neo4jAudit

    return Neo4jAudit(_database(address))


def _database(address: str) -> "Database":
    """Raises BadInputError."""
    location = _neo4j_address(address, _settings())
    from impactgraph.stores.neo4j.database import Database

    return Database(location)


def _open_neo4j(address: str, now: Callable[[], Millis], say: Callable[[str], None]) -> "LocalStore":
    settings = _settings()
    location = _neo4j_address(address, settings)
    from impactgraph.stores.neo4j.store import Neo4jStore

    return Neo4jStore.open(location, now=now, cache=settings.cache or _cache(), say=say)


def _settings() -> "Settings":
    from pydantic import ValidationError

    from impactgraph.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        raise BadInputError(
            *(f"IMPACTGRAPH_{str(detail['loc'][0]).upper()}: {detail['msg']}" for detail in error.errors())
        ) from None


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "impactgraph"


def _neo4j_address(address: str, settings: "Settings") -> "Address":
    if find_spec("neo4j") is None:
        raise BadInputError(_DRIVER_MISSING)
    from impactgraph.stores.neo4j.address import read_address

    password = settings.neo4j_password.get_secret_value() if settings.neo4j_password else None
    return read_address(
        address, user=settings.neo4j_user, password=password, password_file=settings.neo4j_password_file
    )


def suit_process() -> None:
    """Tunes the whole process for arrays and many small objects.

    With glibc, freed arrays stay with the process for the next question: mapping them anew takes a tenth of
    its time. The arrays of all threads come from one arena, since the others give memory back in pieces of
    64 MB. The cyclic garbage collector runs less often: events are thousands of new objects without cycles,
    and scanning them takes a fifth of an ingest.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, 256 * 2**20)
        mallopt(_MMAP_THRESHOLD, 32 * 2**20)
        mallopt(_MOST_ARENAS, 1)
    gc.set_threshold(50_000, 20, 20)
