"""The demo that is served goes on."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.functional.cli.running import COMMAND, NOW, environment, run
from tests.functional.http.following import streamed

ORDERS = 6_000
"""So many that something happens every second."""
PATIENCE = 120
"""Seconds until a demo that does not end is taken for hung."""


@contextmanager
def _served() -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The process, the address that it serves, and what it printed until then."""
    process = subprocess.Popen(
        [COMMAND, "demo", "--orders", str(ORDERS), "--port", "0", "--now", NOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        printed: list[str] = []
        for line in process.stdout:
            printed.append(line)
            if (found := re.match(r"Serving (http://[^/ ]+)", line)) is not None:
                yield process, found[1], printed
                return
        raise AssertionError("".join(printed))
    finally:
        process.kill()
        process.communicate()


def test_orders_move_while_it_is_served_until_it_is_interrupted():
    with _served() as (process, address, printed), httpx.Client(base_url=address) as http:
        with streamed(http, "subscription { blastRadius { watermark totals { orders } } }") as answers:
            watermarks = {next(answers)[1]["data"]["blastRadius"]["watermark"] for _ in range(3)}
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None and process.stderr is not None
        rest, errors = process.stdout.read(), process.stderr.read()

        assert process.wait(PATIENCE) == 0
    assert len(watermarks) == 3
    assert "Events continue while it is served" in "".join(printed)
    assert (rest, [line for line in errors.splitlines() if "Traceback" in line]) == ("", [])


def test_everything_stands_on_the_moment_that_it_is_given(tmp_path: Path):
    ran = run("demo", "--no-serve", "--orders", "200", "--now", NOW, "--keep", tmp_path / "shop")
    overdue = run("overdue", "--format", "json", "--store", tmp_path / "shop")

    assert (ran.status, "As of 2026-03-02 09:10, by" in ran.out) == (0, True)
    assert overdue.json["asOf"] == NOW


def test_a_wrong_port_is_reported_before_anything_is_loaded():
    ran = run("demo", "--port", "70000")

    assert (ran.status, ran.out, "--port is 70000" in ran.err) == (2, "", True)
