"""Keys in a file beside the record of an embedded store: also while a server has the store open."""

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from graph_models.time import Millis
from impactgraph.access.files import locked, replace_file
from impactgraph.credentials.key_text import key_from_json, key_to_json
from impactgraph.credentials.keys import ApiKey
from impactgraph.errors import StoreUnavailableError

T = TypeVar("T")

FILE = "keys.json"
LOCK = "keys.lock"
FORMAT = 1


class FileKeys:
    """The port `KeyStore`. The file is read again when it has changed: each change makes a new one."""

    def __init__(self, folder: Path) -> None:
        self._file, self._lock_file = folder / FILE, folder / LOCK
        self._reading = threading.Lock()
        self._keys: Mapping[str, ApiKey] = {}
        self._version: tuple[int, int, int] | None = None
        """Inode, size and time of change of the file that was read; None: there was none."""

    def keys(self) -> Mapping[str, ApiKey]:
        version = self._current_version()
        if version != self._version:
            with self._reading:
                self._keys = {} if version is None else self._read()
                self._version = version
        return self._keys

    def change(self, work: Callable[[Mapping[str, ApiKey]], tuple[ApiKey, T]]) -> T:
        with locked(self._lock_file):
            keys = self._read()
            key, result = work(keys)
            if keys.get(key.id) != key:
                self._write({**keys, key.id: key})
        return result

    def mark_used(self, moments: Mapping[str, Millis]) -> None:
        with locked(self._lock_file):
            keys = self._read()
            changes = {
                id: replace(keys[id], used_at=max(at, keys[id].used_at or at))
                for id, at in moments.items()
                if id in keys
            }
            if changes:
                self._write({**keys, **changes})

    def close(self) -> None:
        """Nothing is open."""

    def _current_version(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._file)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _read(self) -> Mapping[str, ApiKey]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            if document["version"] != FORMAT:
                raise self._unreadable(f"it has version {document['version']!r}, this program reads {FORMAT}")
            keys = [key_from_json(values) for values in document["keys"]]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable("it is not what `impactgraph keys` writes") from error
        return {key.id: key for key in keys}

    def _write(self, keys: Mapping[str, ApiKey]) -> None:
        document = {"version": FORMAT, "keys": [key_to_json(key) for key in keys.values()]}
        replace_file(self._file, json.dumps(document, indent=1) + "\n")

    def _unreadable(self, reason: str) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"The keys in {self._file} cannot be read: {reason}. Restore the file, or move it away and "
            "create keys anew."
        )
