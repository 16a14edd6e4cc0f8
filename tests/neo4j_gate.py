"""A way to a server that can be closed and opened at once: a loss of the database without the ten seconds
that a start takes.

Connect by `bolt://`, not `neo4j://`: a routing table would name the server itself and lead around the gate.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.neo4j_server import Neo4jAddress


class Gate:
    """Hands bytes to and fro.

    While it is shut, standing connections are broken and new ones are refused at once.
    """

    def __init__(self, behind: Neo4jAddress) -> None:
        parts = urlsplit(behind.uri)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 7687)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = behind._replace(uri=f"bolt://127.0.0.1:{self._listener.getsockname()[1]}")
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        with self._lock:
            self._is_open = False
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _break(pair)

    def open(self) -> None:
        with self._lock:
            self._is_open = True

    def close(self) -> None:
        self.shut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        pair = (client, server)
        with self._lock:
            if self._is_open:
                self._pairs.add(pair)
            else:
                _break(pair)
                return
        threading.Thread(target=self._pass_on, args=(client, server, pair), daemon=True).start()
        self._pass_on(server, client, pair)

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with self._lock:
            self._pairs.discard(pair)
        _break(pair)


@contextmanager
def gate(behind: Neo4jAddress) -> Iterator[Gate]:
    """An open gate before the server; shut for good at the end."""
    way = Gate(behind)
    try:
        yield way
    finally:
        way.close()


def _break(pair: tuple[socket.socket, socket.socket]) -> None:
    for end in pair:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
