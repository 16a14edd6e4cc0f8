"""A TCP proxy before a server that makes the network bad: slow, narrow, silent, cut in the middle, reset.

It hands bytes to and fro. What it does can be changed while connections stand, as with Toxiproxy, whose
toxics have these names.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.neo4j_server import Neo4jAddress

_CHUNK = 16_384


@dataclass(frozen=True)
class Toxic:
    """What happens to each chunk of bytes."""

    latency: float = 0.0
    """Seconds before it is handed on."""
    bandwidth: int = 0
    """Bytes a second, 0: any."""
    limit: int = -1
    """Bytes of a connection, both ways, after which it is reset; -1: never."""
    silent: bool = False
    """Nothing is handed on, and the connection stands: a half-open one."""
    refuses: bool = False
    """New connections are reset at once."""


SOUND = Toxic()


class BadNetwork:
    """The way to a server. Connect by `bolt://`: a routing table would lead around it."""

    def __init__(self, behind: Neo4jAddress) -> None:
        parts = urlsplit(behind.uri)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 7687)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = behind._replace(uri=f"bolt://127.0.0.1:{self._listener.getsockname()[1]}")
        self._changed = threading.Condition()
        self._toxic = SOUND
        self._sockets = set[socket.socket]()
        self._is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, toxic: Toxic) -> None:
        """From now on; what was held back is handed on where nothing holds it any more."""
        with self._changed:
            self._toxic = toxic
            self._changed.notify_all()

    def reset(self) -> None:
        """Breaks every connection that stands, without a goodbye."""
        with self._changed:
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            _reset(each)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self._toxic.refuses:
            _reset(client)
            return
        try:
            server = socket.create_connection(self._target)
        except OSError:
            _reset(client)
            return
        with self._changed:
            self._sockets |= {client, server}
        passed = [0]
        other = threading.Thread(target=self._hand_on, args=(client, server, passed), daemon=True)
        other.start()
        self._hand_on(server, client, passed)

    def _hand_on(self, source: socket.socket, sink: socket.socket, passed: list[int]) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                toxic = self._delay(len(data))
                left = toxic.limit - passed[0] if toxic.limit >= 0 else len(data)
                sink.sendall(data[: max(0, left)])
                passed[0] += len(data)
                if left < len(data):
                    break
        _reset(source)
        _reset(sink)
        with self._changed:
            self._sockets -= {source, sink}

    def _delay(self, size: int) -> Toxic:
        """Waits as long as the network is slow or silent; the network as it is then."""
        with self._changed:
            toxic = self._toxic
            seconds = toxic.latency + (size / toxic.bandwidth if toxic.bandwidth else 0)
            if seconds:
                self._changed.wait_for(lambda: self._is_closed or self._toxic is not toxic, seconds)
            self._changed.wait_for(lambda: self._is_closed or not self._toxic.silent)
            return self._toxic


@contextmanager
def bad_network(behind: Neo4jAddress) -> Iterator[BadNetwork]:
    """A sound network at first."""
    network = BadNetwork(behind)
    try:
        yield network
    finally:
        network.close()


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
