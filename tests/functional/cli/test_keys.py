"""Keys and the audit log on the command line, with a server that has the store open."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from impactgraph.access import audit_file, key_file
from tests.functional.cli import small
from tests.functional.cli.running import run, start

ACCESS = "version: 1\nmetrics: open\n"


@dataclass(frozen=True)
class Served:
    store: Path
    address: str
    lines: list[str]
    """What was printed first."""

    def ask(self, token: str | None = None, *arguments: str) -> "tuple[int, str]":
        """Asks over the address, as from another machine."""
        env = {} if token is None else {"IMPACTGRAPH_TOKEN": token}
        ran = run("failure", "list", "--server", self.address, *arguments, env=env)
        return ran.status, ran.out + ran.err


@pytest.fixture
def store(tmp_path: Path) -> Path:
    topology, events = small.write(tmp_path)
    folder = tmp_path / "store"
    assert run("apply", topology, "--store", folder).status == 0
    assert run("ingest", events, "--store", folder).status in (0, 1)
    return folder


@contextmanager
def serving(store: Path, *arguments: str, lines: int = 1, **env: str) -> Iterator[Served]:
    process = start(
        "serve", "--store", store, "--port", "0", *arguments, stderr=store.parent / "serve.log", env=env
    )
    try:
        printed = [process.stdout.readline() for _ in range(lines)]
        assert printed[0].startswith("Serving "), printed
        yield Served(store, printed[0].split()[1].rstrip("/"), printed)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        process.stdout.close()


def create(store: Path, role: str = "viewer", *arguments: str) -> str:
    ran = run("keys", "create", "--name", role, "--role", role, "--store", store, *arguments)
    assert ran.status == 0, ran.err
    assert "It is not shown again" in ran.err
    return ran.out.strip()


def test_an_open_server_says_whom_it_serves_and_closes_with_the_first_key(store: Path) -> None:
    with serving(store) as server:
        assert "to this machine only, without authentication" in server.lines[0]
        assert server.ask()[0] == 0

        token = create(store)

        status, text = server.ask()
        assert status == 2
        assert "IMPACTGRAPH_TOKEN" in text and "--token-file" in text
        assert server.ask(token)[0] == 0
        assert run("keys", "revoke", "viewer", "--store", store).status == 0
        assert "was revoked" in server.ask(token)[1]


def test_whoever_reads_the_folder_needs_no_key(store: Path) -> None:
    create(store)
    with serving(store) as server:
        assert "to whoever authenticates" in server.lines[0]
        assert run("failure", "list", "--store", store).status == 0
        assert "the chain is whole" in run("doctor", "--store", store).out
        refused = run("failure", "list", "--store", store, env={"IMPACTGRAPH_TOKEN": "ig_a_b"})

    assert refused.status == 2
    assert "does not know who asks" in refused.err


def test_a_key_comes_from_a_file_and_its_role_is_enforced(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(create(store) + "\n")
    target = ("failure", "resolve", "F-1", "--yes", "--token-file", str(file))
    with serving(store) as server:
        assert server.ask(None, "--token-file", str(file))[0] == 0
        refused = run(*target, "--server", server.address)

    assert refused.status == 2
    assert "does not permit this" in refused.err and "responder" in refused.err


@pytest.mark.parametrize("text", ["", "two words", "ig_ä"])
def test_a_file_without_a_token_is_refused(store: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)

    ran = run("failure", "list", "--server", "http://127.0.0.1:9", "--token-file", file)

    assert ran.status == 2
    assert f"--token-file {file}" in ran.err


def test_another_address_needs_a_way_in(store: Path, tmp_path: Path) -> None:
    refused = run("serve", "--store", store, "--host", "0.0.0.0", "--port", "0")
    assert refused.status == 2
    for advice in ("keys create --role admin", "IMPACTGRAPH_ADMIN_KEY_FILE", "IMPACTGRAPH_OPEN=1", "--host"):
        assert advice in refused.err

    with serving(store, "--host", "0.0.0.0", lines=2, IMPACTGRAPH_OPEN="1") as server:
        assert "to everybody, without authentication" in server.lines[0]
        assert server.lines[1].startswith("Warning:")
        assert server.ask()[0] == 0

    key = run("keys", "generate").out
    (tmp_path / "admin").write_text(key)
    env = {"IMPACTGRAPH_ADMIN_KEY_FILE": str(tmp_path / "admin")}
    with serving(store, "--host", "0.0.0.0", lines=1, **env) as server:
        assert server.ask()[0] == 2
        assert server.ask(key.strip())[0] == 0


def test_an_access_file_requires_authentication_on_this_machine_too(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(ACCESS)
    with serving(store, "--access", str(file), lines=2) as server:
        assert "keys create --role admin" in server.lines[1]
        assert server.ask()[0] == 2
    file.write_text(ACCESS + "metric: open\n")

    refused = run("serve", "--store", store, "--access", file)
    assert refused.status == 2
    assert f"{file}:3: error: there is no field `metric`" in refused.err


def test_keys_are_listed_without_their_secrets(store: Path) -> None:
    token = create(store, "service-desk", "--region", "DE", "--expires", "+90d")
    (key,) = run("keys", "list", "--store", store, "--format", "json").json["keys"]
    table = run("keys", "list", "--store", store).out

    assert (key["name"], key["orders"], key["state"], key["lastUsedAt"]) == (
        "service-desk",
        "regions DE",
        "valid",
        None,
    )
    assert key["expiresAt"] == "2026-05-31T09:10:00Z"
    assert key["id"] in table
    for secret in (token, token.rpartition("_")[2]):
        assert secret not in table
        assert secret not in (store / key_file.FILE).read_text()


def test_a_rotated_key_is_valid_twice(store: Path) -> None:
    former = create(store)
    rotated = run("keys", "rotate", "viewer", "--store", store)
    with serving(store) as server:
        assert [server.ask(token)[0] for token in (former, rotated.out.strip())] == [0, 0]
        run("keys", "rotate", "viewer", "--overlap", "0s", "--store", store)
        assert [server.ask(token)[0] for token in (former, rotated.out.strip())] == [2, 2]

    assert "Its former secret is valid until 2026-03-09 09:10 UTC" in rotated.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("revoke", "nothing"), "There is no key 'nothing'"),
        (("create", "--name", " ", "--role", "viewer", "--expires", "-1d"), "--expires has passed"),
        (("list", "--server", "http://127.0.0.1:9"), "`keys` works on the store of the server"),
    ],
)
def test_what_cannot_be_done_to_keys_is_an_error(
    store: Path, arguments: tuple[str, ...], message: str
) -> None:
    ran = run("keys", *arguments, "--store", store)

    assert ran.status == 2
    assert message in ran.err


def test_the_audit_log_is_read_here_and_over_the_server(store: Path) -> None:
    admin = create(store, "admin")
    with serving(store) as server:
        env = {"IMPACTGRAPH_TOKEN": admin}
        resolved = run("failure", "resolve", "F-1", "--yes", "--server", server.address, env=env)
        there = run("audit", "--server", server.address, "--format", "json", env=env)
        here = run("audit", "--store", store, "--format", "json")
        refused = run("audit", "--server", server.address)

    assert resolved.status == 0, resolved.err
    assert there.json == here.json
    assert refused.status == 2
    assert [(each["operation"], each["outcome"]) for each in here.json["entries"]][:6] == [
        (operation, outcome)
        for operation in ("applyTopologyFiles", "ingest", "keys create")
        for outcome in ("begun", "done")
    ]
    last = run("audit", "--store", store, "--format", "csv").out.splitlines()[-1]
    assert "resolveFailure" in last and ",admin," in last and last.endswith(",done")
    assert "audit log" in run("doctor", "--store", store).out


def test_doctor_names_the_first_broken_place(store: Path) -> None:
    create(store)
    file = store / audit_file.FILE
    file.write_text(file.read_text().replace('"viewer"', '"admin"', 1))

    ran = run("doctor", "--store", store)

    assert ran.status == 1
    assert "line 5 (entry 5)" in ran.out
    assert run("audit", "--store", store).status == 2


def test_no_process_shows_a_token(store: Path) -> None:
    token = create(store)
    with serving(store, IMPACTGRAPH_TOKEN=token) as server:
        server.ask(token)
        shown = [
            (path / "cmdline").read_bytes()
            for path in Path("/proc").iterdir()
            if path.name.isdigit() and os.access(path / "cmdline", os.R_OK)
        ]

    assert not any(token.encode() in each for each in shown)
    announced = json.loads(run("keys", "list", "--store", store, "--format", "json").out)
    assert token not in json.dumps(announced)
