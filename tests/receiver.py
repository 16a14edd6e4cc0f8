"""An HTTP server in the process of a test that takes what notices send."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass(frozen=True)
class Taken:
    path: str
    headers: dict[str, str]
    """Names in small letters."""
    body: str


@dataclass
class Receiver:
    address: str
    """host:port"""
    taken: list[Taken] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Status and headers of the next answers; then 200."""
    on_taken: Callable[[], None] = lambda: None
    """Called before each answer."""

    @property
    def ids(self) -> Sequence[str]:
        """Of Standard Webhooks, in the order of their arrival."""
        return [each.headers.get("webhook-id", "") for each in self.taken]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listens on a free port of this machine."""
    taken = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken.taken.append(Taken(self.path, headers, self.rfile.read(size).decode()))
            taken.on_taken()
            status, more = taken.answers.pop(0) if taken.answers else (200, {})
            with suppress(ConnectionError):  # the sender was killed
                self._answer(status, more)

        def _answer(self, status: int, more: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    taken.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
