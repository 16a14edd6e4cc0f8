"""The logs of a server: lines of JSON or text on standard error, with levels that change while it runs."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.functional.cli.running import Started, run, start


@dataclass
class Logging:
    process: Started
    http: httpx.Client

    def ended(self) -> str:
        """What it wrote into its log, once it has ended."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return self.process.stderr.read_text()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ended().splitlines()]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Logging]]:
    with ExitStack() as stack:

        def serve(**settings: str) -> Logging:
            process = start(
                *("serve", "--store", tmp_path / "store", "--port", "0"),
                stderr=tmp_path / "serve.log",
                env=settings,
            )
            stack.callback(process.kill)
            address = process.stdout.readline().split()[1]
            return Logging(process, stack.enter_context(httpx.Client(base_url=address)))

        yield serve


def test_each_line_is_json_with_the_request_that_it_is_about(serve: Callable[..., Logging]) -> None:
    server = serve(IMPACTGRAPH_LOG_FORMAT="json", IMPACTGRAPH_ACCESS_LOG="true")
    server.http.get("/healthz", headers={"x-request-id": "the-first"})
    server.http.get("/nothing?token=secret", headers={"x-request-id": "the-second"})
    lines = server.lines()

    requests = [line for line in lines if line["logger"] == "impactgraph.access"]
    assert [(line["request_id"], line["path"], line["status"]) for line in requests] == [
        ("the-first", "/healthz", 200),
        ("the-second", "/nothing", 404),
    ]
    assert all({"time", "level", "message", "logger"} <= line.keys() for line in lines)
    assert "secret" not in str(lines)


def test_levels_are_those_of_the_setting_until_they_are_changed(serve: Callable[..., Logging]) -> None:
    server = serve(
        IMPACTGRAPH_LOG_FORMAT="json",
        IMPACTGRAPH_ACCESS_LOG="true",
        IMPACTGRAPH_LOG_LEVEL="info,impactgraph.access=warning",
    )
    server.http.get("/healthz", headers={"x-request-id": "unheard"})
    server.http.put("/logs", json={"impactgraph.access": "info"}, headers={"x-request-id": "the-change"})
    server.http.get("/healthz", headers={"x-request-id": "heard"})
    server.http.put("/logs", json={"impactgraph.access": "error"})
    server.http.get("/healthz", headers={"x-request-id": "unheard"})

    assert [line["request_id"] for line in server.lines()] == ["the-change", "heard"]


def test_a_signal_switches_debug_on_and_off(serve: Callable[..., Logging]) -> None:
    server = serve()
    levels: list[str] = []
    for _ in range(2):
        server.process.send_signal(signal.SIGUSR1)
        levels += [server.http.get("/logs").json()["impactgraph.api"]]

    assert levels == ["debug", "info"]


@pytest.mark.parametrize("level", ["loud", "info,", "info,impactgraph.api", "impactgraph=info"])
def test_a_level_that_there_is_not_is_bad_input(tmp_path: Path, level: str) -> None:
    ran = run("serve", "--store", tmp_path / "store", env={"IMPACTGRAPH_LOG_LEVEL": level})

    assert (ran.status, f"IMPACTGRAPH_LOG_LEVEL is '{level}'" in ran.err) == (2, True)
