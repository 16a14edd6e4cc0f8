"""A server of its own process, for what measures it: the machine's clock is its clock."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerProcess:
    address: str
    pid: int


@contextmanager
def server_process(
    store: Path, *options: str, variables: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """A server over a store in a folder, ended with the context; `variables`: of its environment, besides."""
    server = subprocess.Popen(
        [sys.executable, "-m", "impactgraph", "serve", "--port", "0", "--store", str(store), *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(variables or {})},
    )
    try:
        assert server.stdout is not None
        address = re.search(r"http://[^/ ]+", server.stdout.readline())
        assert address is not None, "the server did not start"
        yield ServerProcess(address[0], server.pid)
    finally:
        server.terminate()
        server.wait()
