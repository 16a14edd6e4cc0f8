"""`impactgraph init`, and the module as a command."""

import subprocess
import sys
from pathlib import Path

from tests.functional.cli.running import environment, run


def test_the_starter_answers_a_first_question_by_the_commands_that_it_names(tmp_path: Path) -> None:
    made = run("init", "mine", cwd=tmp_path)

    commands = [line.split() for line in made.out.partition("Next:")[2].splitlines() if line.strip()]
    assert made.status == 0
    assert [words[0] for words in commands] == ["cd", *["impactgraph"] * 3]
    folder = tmp_path / commands[0][1]
    results = [run(*words[1:], cwd=folder) for words in commands[1:]]
    assert [each.status for each in results] == [0, 0, 0]
    assert "0 quarantined" in results[1].out and "affects 2 orders" in results[2].out
    assert run("validate", "topology", cwd=folder).err == ""
    assert ".impactgraph/" in (folder / ".gitignore").read_text().splitlines()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/")
    assert run("init", tmp_path).status == 0
    (tmp_path / "topology" / "topology.yaml").write_text("mine")

    again = run("init", tmp_path)

    assert again.status == 2 and "exists already; nothing was written" in again.err
    assert (tmp_path / "topology" / "topology.yaml").read_text() == "mine"
    assert (tmp_path / ".gitignore").read_text() == "build/\n.impactgraph/\n"


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "impactgraph", "--version"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
        timeout=60,
    )

    assert done.stdout == run("--version").out
