"""Passwords are in nothing that is printed, whatever goes wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from impactgraph.addresses import without_credentials
from impactgraph.settings import Settings
from impactgraph.sources.config import Secret
from impactgraph.stores.neo4j.address import read_address

SECRET = "hunter2-of-nobody"
CASES = (
    ("doctor", {"STORE": f"neo4j://u:{SECRET}@127.0.0.1:1"}),
    ("orders", {"STORE": f"neo4j://u:{SECRET}@127.0.0.1:x"}),
    ("orders", {"STORE": f"mysql://u:{SECRET}@host/x"}),
    ("orders", {"SERVER": f"http://u:{SECRET}@127.0.0.1:1"}),
    ("orders", {"SERVER": f"ftp://u:{SECRET}@host"}),
    ("serve", {"CHAT": f"http://u:{SECRET}@host", "NEO4J_PASSWORD": SECRET}),
    ("orders", {"STORE": "neo4j://127.0.0.1:1", "NEO4J_USER": "u", "NEO4J_PASSWORD": SECRET}),
)


@pytest.mark.parametrize(("command", "variables"), CASES)
def test_no_command_prints_a_password(tmp_path: Path, command: str, variables: dict[str, str]) -> None:
    environment = os.environ | {f"IMPACTGRAPH_{name}": value for name, value in variables.items()}
    ran = subprocess.run(
        [sys.executable, "-m", "impactgraph", command],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=environment | {"XDG_CACHE_HOME": str(tmp_path)},
        check=False,
    )

    assert ran.returncode in (1, 2, 3), ran.stderr
    assert ran.stdout + ran.stderr
    assert SECRET not in ran.stdout + ran.stderr


def test_no_object_that_has_a_password_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IG_SECRET", SECRET)
    address = f"neo4j://u:{SECRET}@host/db"
    settings = Settings(store=address, neo4j_password=SECRET, url=f"https://u:{SECRET}@host")  # pyright: ignore[reportArgumentType] - pydantic makes it a secret
    shown = [repr(settings), str(settings), repr(read_address(address)), repr(Secret(env="IG_SECRET"))]

    assert not [text for text in shown if SECRET in text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://u:p@host/x", "http://***@host/x"),
        ("neo4j://p@host", "neo4j://***@host"),
        ("http://host/x@y", "http://host/x@y"),
        ("a folder", "a folder"),
    ],
)
def test_user_and_password_of_an_address_are_hidden(text: str, shown: str) -> None:
    assert without_credentials(text) == shown
