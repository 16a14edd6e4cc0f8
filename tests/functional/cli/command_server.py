"""Runs commands in forks of a process that has imported them all: as separate as processes of their own,
without the second that each would spend on imports.

    python -m tests.functional.cli.command_server FD

serves the socket with this number. A request is a JSON object with `arguments`, `environment` and `folder`,
accompanied by three file descriptors: standard input, output and error. The answer is the exit status, or
with `wait: false` the process, whose exit status a request with `of` asks for.
"""

import gc
import io
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

_MOST_BYTES = 1 << 20
_LENGTH = 8
_GOES_ON = 1 << 32
"""Instead of an exit status."""


class CommandServer:
    """The process, from the side of a test; one command runs at a time."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
        theirs.close()

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[int]
    ) -> int:
        """The exit status; `streams` are standard input, output and error."""
        request = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        return self._ask(request, streams)

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, streams: Sequence[int]
    ) -> int:
        """The process of a command that goes on."""
        request = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        return self._ask({**request, "wait": False}, streams)

    def ended(self, process: int) -> int | None:
        """The exit status of a process; None while it goes on. It is had once."""
        status = self._ask({"of": process}, [])
        return None if status == _GOES_ON else status

    def _ask(self, request: Mapping[str, Any], streams: Sequence[int]) -> int:
        body = json.dumps(request).encode()
        with self._lock:
            socket.send_fds(self._socket, [len(body).to_bytes(_LENGTH)], list(streams))
            self._socket.sendall(body)
            answer = self._socket.recv(_LENGTH, socket.MSG_WAITALL)
        if len(answer) < _LENGTH:
            raise RuntimeError("the server of commands has ended")
        return int.from_bytes(answer, signed=True)

    def close(self) -> None:
        self._socket.close()
        self._process.wait(30)


def serve(connection: socket.socket) -> None:
    """Runs commands until the other side is closed."""
    from impactgraph.cli.app import run

    _import_all("impactgraph", "api")
    gc.freeze()  # a fork that collects garbage would copy all of it
    while True:
        head, streams, _, _ = socket.recv_fds(connection, _LENGTH, 3)
        if not head:
            return
        request = json.loads(connection.recv(int.from_bytes(head), socket.MSG_WAITALL))
        connection.sendall(_answer(connection, run, request, streams).to_bytes(_LENGTH, signed=True))


def _import_all(*packages: str) -> None:
    for package in map(import_module, packages):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)


def _answer(connection: socket.socket, run: Any, request: dict[str, Any], streams: Sequence[int]) -> int:
    if "of" in request:
        process, state = os.waitpid(request["of"], os.WNOHANG)
        return os.waitstatus_to_exitcode(state) if process else _GOES_ON
    goes_on = not request.get("wait", True)
    process = os.fork()
    if process == 0:
        connection.close()
        os._exit(_run(run, request, streams))
    for stream in streams:
        os.close(stream)
    return process if goes_on else os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _run(run: Any, request: dict[str, Any], streams: Sequence[int]) -> int:
    """Becomes the command: its streams, folder and environment; what ends it is its exit status."""
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = ["impactgraph", *request["arguments"]]
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(2, "w", closefd=False)),
            encoding="utf-8",
            errors="backslashreplace",
            line_buffering=True,
        )
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
        try:
            status = run(request["arguments"])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        for thread in threading.enumerate():
            if thread not in (threading.current_thread(), threading.main_thread()) and not thread.daemon:
                thread.join()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - the fork must end here, whatever happened
        os.write(2, traceback.format_exc().encode())
        return 1
    else:
        return status


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
