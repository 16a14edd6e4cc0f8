"""While a server has the store open, commands find it and ask it; a server that is gone is noticed."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.cli import small
from tests.functional.cli.running import CURRENT_TIME, Started, run, start

ORDER = {
    "order": "O-9",
    "channel": "web",
    "mode": "ship",
    "currency": "EUR",
    "value": "1",
    "fulfillments": [{"fulfillment": "O-9/1", "workflow": "ship", "location": "dc-1"}],
}


@dataclass(frozen=True)
class Served:
    folder: Path
    process: Started
    address: str

    @property
    def store(self) -> Path:
        return self.folder / "store"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    topology, events = small.write(tmp_path)
    store = tmp_path / "store"
    assert run("apply", topology, "--store", store).status == 0
    assert run("ingest", events, "--store", store).status == 0
    process = start(
        *("serve", "--store", store, "--port", "0"),
        stderr=tmp_path / "serve.log",
        env={"IMPACTGRAPH_DEADLINE": "120"},
    )
    yield Served(tmp_path, process, process.stdout.readline().split()[1])
    process.kill()
    process.wait(30)


def test_commands_ask_the_server_that_has_the_store_open(served: Served) -> None:
    topology, events = served.folder / "topology.yaml", served.folder / "more.ndjson"
    events.write_bytes(small.event("late", "order.placed", small.PLACED, **ORDER) + b"\n{}\n")

    before = run("blast-radius", "--store", served.store, "--format", "json")
    ingested = run("ingest", events, "--store", served.store)
    why = run("why", "9", "--store", served.store)
    applied = run("apply", topology, "--store", served.store)
    resolved = run("failure", "resolve", "F-1", "--yes", "--store", served.store)
    after = run("blast-radius", "--server", served.address, "--format", "json")

    assert before.json["totals"]["orders"] == 3
    assert ingested.status == 1 and "A server took the events" in ingested.out
    assert "2 events read: 1 accepted, 0 duplicates, 1 quarantined.\n" in ingested.out
    assert f"{events}:2: quarantined:" in ingested.err
    assert why.out.startswith("Order O-9 ") and why.err == "Found O-9.\n"
    assert "is unchanged: it is the current version." in applied.out
    assert resolved.status == 0 and after.json["failures"] == []


def test_what_works_on_the_store_alone_says_who_has_it(served: Served) -> None:
    aside = run("aside", "--store", served.store)
    doctor = run("doctor", "--store", served.store, env=CURRENT_TIME)
    misused = run("aside", "--server", served.address)

    assert aside.status == 2 and f"is in use by the server at {served.address.rstrip('/')}" in aside.err
    assert doctor.status == 0 and "is in use by that server" in doctor.out
    assert misused.status == 2 and "`aside` works on a store" in misused.err


def test_an_address_that_a_crash_left_behind_is_noticed(served: Served) -> None:
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait(30)

    assert (served.store / "server.json").is_file()
    assert run("blast-radius", "--store", served.store, "--format", "json").json["totals"]["orders"] == 3


def test_an_address_is_withdrawn_when_the_server_ends(served: Served) -> None:
    announced = json.loads((served.store / "server.json").read_text())
    served.process.send_signal(signal.SIGTERM)

    assert served.process.wait(60) == 0
    assert announced["address"] == served.address.rstrip("/")
    assert not (served.store / "server.json").exists()


def test_a_copy_of_a_served_store_is_another_store(served: Served, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "server.json").write_bytes((served.store / "server.json").read_bytes())

    refused = run("why", "O-1", "--store", copy)

    assert refused.status == 2 and "There is no store in the folder" in refused.err


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("http://127.0.0.1:9", "does not answer"),
        ("ftp://there", "--server is 'ftp://there'; give the address of a server"),
        ("127.0.0.1:none", "--server is '127.0.0.1:none'"),
    ],
)
def test_a_server_that_cannot_be_asked_is_an_error_in_a_line(server: str, said: str) -> None:
    for told in (
        run("why", "O-1", "--server", server),
        run("why", "O-1", env={"IMPACTGRAPH_SERVER": server}),
    ):
        assert (told.status, told.out) == (2, "")
        assert said in told.err and "Traceback" not in told.err
