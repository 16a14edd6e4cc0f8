"""docs/durability.md: each promise names a test that exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "durability.md").read_text()
PROMISES = [
    line
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith(("| fault |", "| ---"))
]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
COMMAND = re.compile(r"python -m (tests(?:\.\w+)+)")


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.split(" | ")[0][2:50])
def test_each_promise_names_a_test_that_exists(promise: str) -> None:
    tests = TEST.findall(promise.rpartition(" | ")[2])

    assert tests
    for file, name in tests:
        tree = ast.parse((ROOT / file).read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, file


def test_each_command_exists() -> None:
    modules = set(COMMAND.findall(TEXT))

    assert modules
    for module in modules:
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
