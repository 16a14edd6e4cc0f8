"""Sends hostile lines to `impactgraph mcp`, and says what went wrong."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from impactgraph.bootstrap import open_store
from tests.functional.cli.running import environment
from tests.functional.http.shop import NOW, fill

_INSIDE = ("Traceback (most recent call last)", "Internal Server Error")
_HANDSHAKE: tuple[dict[str, Any], ...] = (
    {
        "id": "first",
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "x", "version": "1"},
        },
    },
    {"method": "notifications/initialized"},
)


class LineEndpoint:
    """The command over a store in this folder, which it makes; counts its answers."""

    def __init__(self, folder: Path) -> None:
        store = open_store(str(folder), now=lambda: NOW)
        fill(store, 20)
        store.close()
        self.answers: Counter[str] = Counter()
        self._number = 0
        self._errors = TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "impactgraph", "mcp", "--store", str(folder)],
            env=environment(IMPACTGRAPH_NOW="2026-03-02T09:30:00Z"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        for message in _HANDSHAKE:
            self.send(_line(message))

    def send(self, line: bytes) -> None:
        """Raises AssertionError where the server does not answer any more, answers with something that is no
        message, or shows its inside. A question whose answer must come follows each line.
        """
        self._number += 1
        name = f"question-{self._number}"
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + _line({"id": name, "method": "ping"}))
        self._process.stdin.flush()
        for text in self._process.stdout:
            assert not any(inside.encode() in text for inside in _INSIDE), line[:1000]
            answer = json.loads(text)
            if answer.get("id") == name:
                return
            self.answers["line error" if "error" in answer else "line answer"] += 1
        raise AssertionError(f"the server ended: {self.errors()[-1000:]} after {line[:1000]!r}")

    def errors(self) -> str:
        """What the command wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def close(self) -> None:
        """Raises AssertionError where the command ends with an error, or said anything of one."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        rest = self._process.stdout.read()
        status = self._process.wait()
        self._process.stdout.close()
        errors = self.errors()
        self._errors.close()
        assert (status, errors) == (0, ""), f"{status}: {errors[-1000:]} {rest[-300:]!r}"


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
