"""The events of an OCEL log in a temporary file: in memory are only the moment and the place of each."""

import os
import pickle
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.moments import instant

_CHUNK = 1 << 14
"""Events that are in memory at once."""
_WINDOW = 1 << 13
"""Bytes that are read at once."""


class OcelEvent(msgspec.Struct, gc=False):
    id: str
    type: str
    time: str
    """RFC 3339, or as the log has it where that is no moment."""
    attributes: dict[str, Any]
    objects: tuple[str, ...]
    """Ids of its objects; some may not be in the log."""
    qualifiers: dict[str, str]
    """By id of an object, where the log says more of the relation."""


class OcelEvents:
    """Events in the order of time; of one moment, in the order in which they were added."""

    def __init__(self) -> None:
        """Raises BadInputError where there is no room for the file."""
        try:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - goes with the log
        except OSError as error:
            raise _no_room(error) from error
        self._times, self._ends = array("d"), array("q", [0])

    def add(self, event: OcelEvent) -> None:
        """Raises BadInputError where there is no room for it."""
        content = pickle.dumps(msgspec.structs.astuple(event), pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(content)
        except OSError as error:
            raise _no_room(error) from error
        self._times.append(instant(event.time))
        self._ends.append(self._ends[-1] + len(content))

    def __len__(self) -> int:
        return len(self._times)

    def __iter__(self) -> Iterator[OcelEvent]:
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        order = np.argsort(np.frombuffer(self._times), kind="stable")
        for start in range(0, len(order), _CHUNK):
            indices: list[int] = order[start : start + _CHUNK].tolist()
            contents = self._contents(sorted(indices))
            for index in indices:
                yield OcelEvent(*pickle.loads(contents[index]))

    def _contents(self, indices: Sequence[int]) -> dict[int, bytes]:
        """The contents of these events, which are read in the order of the file."""
        contents: dict[int, bytes] = {}
        window, start = b"", 0
        for index in indices:
            first, end = self._ends[index], self._ends[index + 1]
            if end > start + len(window):
                self._file.seek(first)
                window, start = self._file.read(max(_WINDOW, end - first)), first
            contents[index] = window[first - start : end - start]
        self._file.seek(0, os.SEEK_END)
        return contents


def _no_room(error: OSError) -> BadInputError:
    """The disk is at fault, and not the log."""
    return BadInputError(
        Problem(
            "The events of an OCEL log need a temporary file, which cannot be written: "
            f"{error.strerror or error}. Set TMPDIR to a folder on a disk with room for it."
        )
    )
