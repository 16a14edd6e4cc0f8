"""A Toxiproxy of our own: its program is built by Go once, and kept in .toxiproxy/ of the checkout."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
VERSION = "v2.5.0"
_MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@{VERSION}"
_NAME = "neo4j"
_TRIES = 600


def program() -> Path:
    """Built where it is missing. Raises RuntimeError where there is no Go."""
    built = ROOT / ".toxiproxy" / VERSION / "server"
    if not built.exists():
        go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
        if go is None:
            raise RuntimeError("Toxiproxy is built by Go: there is no go on the PATH.")
        subprocess.run([go, "install", _MODULE], check=True, env={**os.environ, "GOBIN": str(built.parent)})
    return built


@dataclass(frozen=True)
class Toxic:
    """What Toxiproxy does to a connection, with its own names."""

    kind: str
    attributes: Mapping[str, int]
    stream: str = "downstream"
    """`upstream`: to the database."""

    def __str__(self) -> str:
        values = ", ".join(f"{name} {value}" for name, value in self.attributes.items())
        return f"{self.kind} ({values}; {self.stream})"


class Proxy:
    """The way to one address."""

    def __init__(self, control: httpx.Client, port: int) -> None:
        self._control = control
        self.port = port

    def add(self, toxic: Toxic) -> None:
        body = {"name": "t", "type": toxic.kind, "stream": toxic.stream, "attributes": dict(toxic.attributes)}
        self._send("POST", f"/proxies/{_NAME}/toxics", body)

    def heal(self) -> None:
        """Without toxics, and up."""
        self._send("POST", "/reset", {})

    def down(self) -> None:
        """Every connection is closed, and no new one is taken."""
        self._send("POST", f"/proxies/{_NAME}", {"enabled": False})

    def _send(self, method: str, path: str, body: dict[str, Any]) -> None:
        self._control.request(method, path, json=body).raise_for_status()


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    """Before `upstream`, host and port; sound at first."""
    control_port, port = free_port(), free_port()
    running = subprocess.Popen(
        [program(), "-host", "127.0.0.1", "-port", str(control_port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    transport = httpx.HTTPTransport(retries=10)
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{control_port}", timeout=60, transport=transport
        ) as control:
            _until_it_answers(control, running)
            body = {"name": _NAME, "listen": f"127.0.0.1:{port}", "upstream": upstream, "enabled": True}
            control.post("/proxies", json=body).raise_for_status()
            yield Proxy(control, port)
    finally:
        running.kill()
        running.wait()


def _until_it_answers(control: httpx.Client, running: "subprocess.Popen[bytes]") -> None:
    for _ in range(_TRIES):
        if running.poll() is not None:
            raise RuntimeError(f"Toxiproxy ended with status {running.returncode}.")
        try:
            control.get("/version").raise_for_status()
            return
        except httpx.TransportError:
            continue
    raise RuntimeError("Toxiproxy does not answer.")
