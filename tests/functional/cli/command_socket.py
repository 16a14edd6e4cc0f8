"""An `impactgraph` for shell scripts that asks the server of commands, which saves a second each time."""

import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Self

from tests.functional.cli.running import command_server

_CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    request = dict(arguments=sys.argv[1:], environment=dict(os.environ), folder=os.getcwd())
    body = json.dumps(request).encode()
    socket.send_fds(server, [len(body).to_bytes(8)], [0, 1, 2])
    server.sendall(body)
    sys.exit(int.from_bytes(server.recv(8, socket.MSG_WAITALL)))
"""


class CommandSocket:
    """While it is open, scripts with its environment find the client as `impactgraph`; one command runs at a
    time.
    """

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory()
        address = str(Path(self._folder.name, "socket"))
        client = Path(self._folder.name, "impactgraph")
        client.write_text(_CLIENT.format(python=sys.executable, address=address))
        client.chmod(0o755)
        self.environment = {
            "PATH": f"{self._folder.name}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": self._folder.name,
        }
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(address)
        self._socket.listen()
        self._thread = Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        self._folder.cleanup()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client:
                head, streams, _, _ = socket.recv_fds(client, 8, 3)
                request = json.loads(client.recv(int.from_bytes(head), socket.MSG_WAITALL))
                status = command_server().run(
                    request["arguments"], request["environment"], Path(request["folder"]), streams
                )
                for stream in streams:
                    os.close(stream)
                client.sendall((status % 256).to_bytes(8))
