"""A server that is told to stop ends what is followed."""

import os
import re
import signal
import subprocess
from pathlib import Path

import httpx

from tests.functional.cli.running import COMMAND, environment
from tests.functional.http.following import follower, streamed

RADIUS = "subscription { blastRadius { headline } }"


def test_what_is_followed_is_ended_properly_when_the_server_stops(shop: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "serve", "--store", str(shop), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None and process.stderr is not None
    found = re.search(r"http://[^/ ]+", process.stdout.readline())
    assert found is not None
    with (
        httpx.Client(base_url=found[0]) as http,
        streamed(http, RADIUS) as events,
        follower(found[0]) as reader,
    ):
        assert next(events)[0] == "next"
        reader.ask("1", RADIUS)
        reader.next("1")
        os.kill(process.pid, signal.SIGTERM)

        assert list(events) == [("complete", None)]
        assert reader.message("1") == {"id": "1", "type": "complete"}
    process.wait(60)
    assert (process.returncode, process.stderr.read()) == (0, "")
