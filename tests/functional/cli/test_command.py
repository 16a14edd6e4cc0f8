"""The command as a whole: help, completion, what it imports, how it ends."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from impactgraph.cli.app import make_app
from impactgraph.cli.commands import COMMANDS, GROUPS
from impactgraph.cli.options import DEFAULT_STORE
from impactgraph.settings import Settings
from tests.functional.cli.running import COMMAND, environment, run

HEAVY = (
    "numpy",
    "duckdb",
    "fastapi",
    "strawberry",
    "networkx",
    "pydantic",
    "uvicorn",
    "api",
    "impactgraph.stores",
    "impactgraph.usecases",
)


def test_help_lists_every_command():
    told = run("--help")

    assert told.status == 0
    assert all(f" {command.words[0]} " in told.out for command in COMMANDS)


@pytest.mark.parametrize("group", GROUPS)
def test_help_of_a_group_lists_its_commands(group: str):
    told = run(group, "--help")

    assert told.status == 0
    assert all(f" {command.words[1]} " in told.out for command in COMMANDS if command.words[0] == group)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_of_a_command_has_an_example_and_the_options_of_all(command):
    told = run(*command.words, "--help")

    assert told.status == 0
    assert all(example in told.out for example in command.examples)
    assert "--store" in told.out and "--format" in told.out


APP = make_app()
EXAMPLES = [example for command in COMMANDS for example in command.examples]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_a_command_is_one_that_it_accepts(example: str):
    lines = (shlex.split(part) for part in re.split(r"[|<>]", example))
    arguments = next(line[1:] for line in lines if line and line[0] == "impactgraph")

    APP.parse_args(arguments, exit_on_error=False, print_error=False)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["blast-radius", "--help"], ["--version"], ["blast-radius", "--bogus"]],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]):
    loaded = modules_after(arguments)

    assert "impactgraph.cli.app" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def modules_after(*commands: Sequence[str]) -> set[str]:
    """What is imported by commands that run one after the other in a process of their own."""
    runs = "".join(f"run({list(each)!r}); " for each in commands)
    script = (
        f"import sys; from impactgraph.cli.app import run; {runs}"
        "sys.stderr.write('loaded ' + ' '.join(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
        timeout=60,
    )

    return set(done.stderr.rpartition("loaded ")[2].split())


def test_a_question_starts_without_the_validation_of_settings():
    questions = (["incidents", "--store", "nowhere"], ["incidents", "--server", "http://127.0.0.1:9"])
    loaded = modules_after(*questions)

    assert {"impactgraph.cli.answers.local", "impactgraph.cli.answers.client"} <= loaded
    assert not {"pydantic", "pydantic_settings"} & loaded


def test_the_version_is_reported():
    assert run("--version").out.strip() == "0.1.0"


def test_a_command_that_is_not_there_is_reported_with_those_that_are():
    told = run("frobnicate")

    assert (told.status, "Available commands: demo, serve" in told.err) == (2, True)


def test_completion_is_offered():
    assert "--install-completion" in run("--help").out


def test_a_question_without_a_store_says_how_to_make_one(tmp_path: Path):
    told = run("blast-radius", cwd=tmp_path)

    assert (told.status, "There is no store in the folder .impactgraph" in told.err) == (2, True)
    assert not list(tmp_path.iterdir())


def test_the_store_can_be_named_by_the_environment(tmp_path: Path):
    told = run("blast-radius", cwd=tmp_path, env={"IMPACTGRAPH_STORE": "elsewhere"})

    assert "There is no store in the folder elsewhere" in told.err


def test_a_store_of_a_kind_that_is_not_there_is_reported():
    told = run("blast-radius", "--store", "redis://localhost")

    assert (told.status, "Give the path of a folder" in told.err) == (2, True)


def test_the_default_store_is_that_of_the_settings():
    assert Settings.model_fields["store"].default == DEFAULT_STORE


def test_nobody_sees_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    import tempfile

    from impactgraph.cli import app

    def broken() -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(app, "make_app", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    status = app.run([])

    told = capsys.readouterr().err
    assert status == 70
    assert "RuntimeError: a defect" in told and "Traceback" not in told
    assert "Traceback" in next(tmp_path.iterdir()).read_text()


def test_a_reader_that_has_enough_is_no_error(shop: Path):
    script = f"{COMMAND} blast-radius --store {shop} --format csv | head -1; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, env=environment(), timeout=60
    )

    assert done.stdout.splitlines()[0].startswith("order,fulfillment,band")
    assert (done.stdout.splitlines()[1], done.stderr) == ("0", "")


def test_demo_does_not_overwrite_a_folder(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")

    told = run("demo", "--no-serve", "--keep", tmp_path)

    assert (told.status, "not an empty folder" in told.err) == (2, True)


def test_serve_answers_and_ends_on_a_signal(shop: Path):
    process = subprocess.Popen(
        [COMMAND, "serve", "--store", str(shop), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        answer = httpx.post(
            f"{address}graphql", json={"query": "{ blastRadius { totals { orders } } }"}, timeout=60
        ).json()
        found = run("blast-radius", "--store", shop)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        status = process.wait(30)

    assert answer["data"]["blastRadius"]["totals"]["orders"] > 0
    assert (found.status, found.err) == (0, "") and "affect about" in found.out
    assert status == 0


def test_serve_reports_a_port_that_is_taken(shop: Path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = run("serve", "--store", shop, "--port", str(taken.getsockname()[1]))

    assert (told.status, "Cannot listen on 127.0.0.1" in told.err) == (2, True)


def test_serve_reports_an_invalid_setting(shop: Path):
    told = run("serve", "--store", shop, env={"IMPACTGRAPH_DEADLINE": "soon"})

    assert (told.status, "IMPACTGRAPH_DEADLINE is 'soon'" in told.err) == (2, True)
