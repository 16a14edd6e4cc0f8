"""A signal to end that comes before uvicorn handles signals, and connections that wait for requests."""

import signal
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI

from impactgraph.cli.server import (  # pyright: ignore[reportPrivateUsage]
    _config,
    _Server,
    _stopped_by_signals,
)
from impactgraph.settings import Settings


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_and_raises_nothing(number: signal.Signals) -> None:
    async def end() -> None: ...

    interrupt = signal.getsignal(signal.SIGINT)
    server = _Server(uvicorn.Config("none:none"), end)
    with _stopped_by_signals(server):
        signal.raise_signal(number)
        assert server.should_exit
    assert signal.getsignal(signal.SIGINT) is interrupt


def test_idle_connections_stay_open_for_longer_than_clients_and_proxies_keep_them() -> None:
    assert _config(FastAPI(), Settings()).timeout_keep_alive > 60
