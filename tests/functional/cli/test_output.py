"""Output that cannot be shown as it is: other encodings, control characters, closed pipes."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from impactgraph.cli import app
from tests.functional.cli.running import COMMAND, environment, run

TOPOLOGY = Path(__file__).parents[3] / "fixtures" / "topologies" / "retailer.yaml"
NOW = "2026-03-02T09:30:00Z"
ODD_ID = 'a,"b"\n[red]c[/red]\x1b[31m\u202e'
COMMANDS = {
    "why": ("why", "K"),
    "blast-radius": ("blast-radius", "--target", "system:oms", "--class", "outage", "--until", "+2h"),
    "cost-of-delay": ("cost-of-delay", "--target", "system:oms", "--class", "outage"),
    "overdue": ("overdue", "--as-of", "+1d"),
    "records": ("records", "--as-of", "+2d"),
    "payloads": ("payloads",),
    "drift": ("drift",),
    "aside": ("aside",),
    "doctor": ("doctor",),
    "explain": ("explain", "F-1", "K"),
    "validate": ("validate", str(TOPOLOGY)),
}


def events() -> Iterator[dict[str, object]]:
    for order, mode in (("K", "Łódź"), (ODD_ID, "m")):
        placed = {
            "order": order,
            "channel": "web",
            "mode": mode,
            "currency": "KWD",
            "value": "1.239",
            "fulfillments": [
                {"fulfillment": f"{order}/1", "workflow": "ship-from-store", "location": "store-001"}
            ],
        }
        yield {"type": "order.placed", "time": "2026-03-02T09:00:00Z", "data": placed}
        entered = {"order": order, "fulfillment": f"{order}/1", "step": "pick"}
        yield {"type": "fulfillment.entered", "time": "2026-03-02T09:10:00Z", "data": entered}
    failure = {
        "failure": "F-1",
        "target": "integration:labels",
        "class": "outage",
        "started_at": "2026-03-02T09:05:00Z",
        "summary": "Etiketten fehlen \x1b[2J\u2028für Łódź",
    }
    yield {"type": "failure.reported", "time": "2026-03-02T09:06:00Z", "data": failure}
    yield {"type": "Łódź\x1b[31m", "time": "2026-03-02T09:06:00Z", "data": {}}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    path = folder / "store"
    common = {"specversion": "1.0", "source": "/test"}
    lines = [json.dumps({**common, "id": str(n), **each}) for n, each in enumerate(events())]
    (folder / "events.ndjson").write_text("\n".join(lines))
    env = {"IMPACTGRAPH_NOW": NOW}
    assert run("apply", TOPOLOGY, "--store", path, env=env).status == 0
    assert "3 quarantined" in run("ingest", folder / "events.ndjson", "--store", path, env=env).out
    return path


def output(store: Path, *arguments: str, encoding: str = "utf-8") -> tuple[int, bytes, bytes]:
    """Status and output of a command, run in this process with standard streams in an encoding."""
    where = () if arguments[0] == "validate" else ("--store", str(store))
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setenv("IMPACTGRAPH_NOW", NOW)
        patch.setenv("COLUMNS", "160")
        status = app.run([*arguments, *where])
        out.flush()
        err.flush()
    return status, _bytes_of(out), _bytes_of(err)


def _bytes_of(stream: io.TextIOWrapper) -> bytes:
    return cast("io.BytesIO", stream.buffer).getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_letters_that_the_output_cannot_encode_are_replaced(store: Path, command: str) -> None:
    status, out, err = output(store, *COMMANDS[command], encoding="ascii")

    assert status in (0, 1), err
    assert out.isascii()
    assert out


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_letters_that_it_can_encode_stay(store: Path, encoding: str) -> None:
    _, out, _ = output(store, "why", "K", encoding=encoding)

    assert "?ód?" in out.decode(encoding)


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "doctor"])
def test_json_and_csv_are_utf_8_in_every_encoding(store: Path, command: str, form: str) -> None:
    arguments = (*COMMANDS[command], "--format", form)

    status, out, err = output(store, *arguments, encoding="cp1252")

    assert status in (0, 1), err
    assert (status, out) == output(store, *arguments)[:2]
    if form == "json":
        json.loads(out)


@pytest.mark.parametrize("command", COMMANDS)
def test_control_characters_are_escaped_and_no_line_ends_with_spaces(store: Path, command: str) -> None:
    _, out, err = output(store, *COMMANDS[command])

    for text in (out.decode(), err.decode()):
        assert not {*text} & {*"\x1b\u202e\u2028\x9b\r"}
        assert [line for line in text.split("\n") if line.endswith(" ")] == []


def test_a_text_with_control_characters_can_be_recognised(store: Path) -> None:
    out = output(store, "blast-radius", "--failure", "F-1")[1].decode()

    assert r"Etiketten fehlen \x1b[2J\u2028für Łódź" in out


@pytest.mark.parametrize(
    "arguments", [("--help",), COMMANDS["blast-radius"], (*COMMANDS["blast-radius"], "--format", "json")]
)
def test_a_reader_that_has_seen_enough_ends_the_command_quietly(
    store: Path, arguments: tuple[str, ...]
) -> None:
    where = () if arguments == ("--help",) else ("--store", str(store))
    process = subprocess.Popen(
        [COMMAND, *arguments, *where],
        env=environment(IMPACTGRAPH_NOW=NOW),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=60) == 0
    assert err == b""


def test_output_that_cannot_be_written_is_an_error_with_its_reason(store: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "why", "K", "--store", str(store)],
            env=environment(IMPACTGRAPH_NOW=NOW),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )

    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
