"""A log that a process of its own reads and maps, while this one stores the events before: two processors
work at once.

`main` is that process. It writes a block as soon as the one before is taken, so that memory has one of each.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.blocks import Block
from impactgraph.ingest.files import size_of
from impactgraph.ingest.foreign_logs import ForeignLog, open_log
from impactgraph.ingest.mapping_files import AnyMapping, load_mapping

LEAST_SIZE = 4_000_000
"""Bytes of a file that is worth the start of a process."""
_READY, _BLOCK, _END, _REFUSED = "ready", "block", "end", "refused"
"""Kinds of messages, in the order in which they come."""
# With the places of modules of this process, so that both run the same code.
_PROGRAM = """import sys
sys.path[:] = sys.argv[1].split(chr(10))
from impactgraph.ingest.read_ahead import main
main(*sys.argv[2:])
"""


def open_ahead(path: str, mapping: AnyMapping, mapping_path: Path) -> ForeignLog:
    """The log in a file, read ahead where it is large and there are two processors.

    Raises BadInputError where it cannot be read, or lacks what the mapping names.
    """
    is_worth_it = (os.cpu_count() or 1) > 1 and (size_of(path) or 0) >= LEAST_SIZE
    log = _started(path, mapping, mapping_path) if is_worth_it and sys.executable else None
    return log or open_log(path, mapping)


def _started(path: str, mapping: AnyMapping, mapping_path: Path) -> "LogAhead | None":
    """None where no process can be started, or where it finds another mapping."""
    command = [sys.executable, "-c", _PROGRAM, "\n".join(sys.path), path, str(mapping_path), mapping.digest]
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    except OSError:
        return None
    log = LogAhead(cast("BinaryIO", process.stdout), path, process)
    return log if log.is_ready() else None


class LogAhead:
    """What another process sends of a log (`ForeignLog`)."""

    def __init__(self, stream: BinaryIO, path: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
        self._stream, self._path, self._process = stream, path, process
        self._findings: list[str] = []
        self._remarks: list[str] = []

    def is_ready(self) -> bool:
        """Whether the process begins to read; else it is ended."""
        kind, *_ = self._next()
        if kind != _READY:
            self._close()
        return kind == _READY

    def blocks(self) -> Iterator[Block]:
        """As `ForeignLog`."""
        try:
            while True:
                kind, *content = self._next()
                if kind == _BLOCK:
                    yield content[0]
                elif kind == _END:
                    self._findings, self._remarks = content
                    return
                elif kind == _REFUSED:
                    raise BadInputError(*content)
                else:
                    what = "The process that reads it ended early: load the file again, or parts of it."
                    raise BadInputError(Problem(what, self._path))
        finally:
            self._close()

    def _next(self) -> tuple[Any, ...]:
        """The next message; an empty kind where there is none."""
        try:
            return pickle.load(self._stream)
        except (EOFError, pickle.UnpicklingError):
            return ("",)

    def _close(self) -> None:
        """A process that still reads or writes ends: nobody wants it."""
        self._stream.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def findings(self) -> list[str]:
        """As `ForeignLog`."""
        return self._findings

    def remarks(self) -> list[str]:
        """As `ForeignLog`."""
        return self._remarks


def send_log(path: str, mapping: AnyMapping, out: BinaryIO) -> None:
    """Writes all that `LogAhead` reads."""

    def send(*message: Any) -> None:
        pickle.dump(message, out, pickle.HIGHEST_PROTOCOL)
        out.flush()

    send(_READY)
    try:
        log = open_log(path, mapping)
        for block in log.blocks():
            send(_BLOCK, block)
        send(_END, log.findings(), log.remarks())
    except BadInputError as error:
        send(_REFUSED, *error.problems)


def main(path: str, mapping_path: str, digest: str) -> None:
    """Sends a log to the process that started this one; nothing where the mapping is not that of `digest`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process ends this one
    gc.set_threshold(50_000, 20, 20)  # as `impactgraph.bootstrap.suit_process` says
    mapping = load_mapping(Path(mapping_path))
    if mapping.digest == digest:
        with suppress(BrokenPipeError), open(sys.stdout.fileno(), "wb", closefd=False) as out:
            send_log(path, mapping, out)
