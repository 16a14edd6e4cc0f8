"""The commands over a Neo4j database, by processes that share nothing else."""

import sys
from pathlib import Path

import pytest

from impactgraph.bootstrap import open_store
from impactgraph.errors import BadInputError
from tests.functional.cli.running import CURRENT_TIME, Ran, run
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import TOPOLOGY, entered, placed, reported


@pytest.fixture
def given(neo4j_address: Neo4jAddress, tmp_path: Path) -> dict[str, str]:
    """The environment of a process: the address, and the password in a file."""
    (tmp_path / "password").write_text(neo4j_address.password + "\n")
    return {
        "IMPACTGRAPH_STORE": f"{neo4j_address.uri}/{neo4j_address.database}",
        "IMPACTGRAPH_NEO4J_USER": neo4j_address.user,
        "IMPACTGRAPH_NEO4J_PASSWORD_FILE": str(tmp_path / "password"),
        "IMPACTGRAPH_CACHE": str(tmp_path / "cache"),
    }


@pytest.fixture
def filled(given: dict[str, str], tmp_path: Path) -> list[Ran]:
    (tmp_path / "shop.yaml").write_text(TOPOLOGY)
    applied = run("apply", tmp_path / "shop.yaml", env=given)
    lines = [placed("O-1"), entered("promise", 1), reported("F-1", 2, ended_at=None), b"{broken"]
    return [applied, run("ingest", "-", given=b"\n".join(lines), env=given)]


def test_what_one_command_wrote_the_next_one_answers_from(filled: list[Ran], given: dict[str, str]) -> None:
    answer = run(
        "blast-radius",
        "--failure",
        "failure:F-1",
        "--as-of",
        "2026-03-02T12:10:00Z",
        "--format",
        "json",
        env=given,
    )

    assert [ran.status for ran in filled] == [0, 1]  # one was quarantined
    assert (answer.status, answer.json["totals"]["orders"]) == (0, 1), answer.err


@pytest.mark.usefixtures("filled")
def test_doctor_finds_the_database_fit(given: dict[str, str]) -> None:
    found = run("doctor", "--format", "json", env=given | CURRENT_TIME)

    states = {check["check"]: check["state"] for check in found.json["checks"]}
    wanted = (
        "neo4j",
        "neo4j clock",
        "neo4j rights",
        "neo4j constraints",
        "neo4j indexes",
        "neo4j record",
        "store",
    )
    assert [states[name] for name in wanted] == ["ok"] * len(wanted), found.out


def test_doctor_says_what_a_new_database_lacks(
    new_neo4j_address: Neo4jAddress, given: dict[str, str]
) -> None:
    found = run("doctor", "--format", "json", env=given)

    details = {check["check"]: check["detail"] for check in found.json["checks"] if check["state"] == "warn"}
    assert (
        "made when the store is opened" in details["neo4j constraints"]
        and "made when the store is opened" in details["neo4j record"]
    )


def test_a_wrong_password_is_reported_and_neither_it_nor_the_right_one_is_shown(
    given: dict[str, str], neo4j_address: Neo4jAddress
) -> None:
    address = given["IMPACTGRAPH_STORE"].replace("://", f"://{neo4j_address.user}:not-this-one@")
    ran = [run("doctor", "--store", address, env=given), run("ingest", "-", "--store", address, env=given)]

    told = "".join(each.out + each.err for each in ran)
    assert "refuses the user" in " ".join(told.split())
    assert ([each.status for each in ran], "not-this-one" in told, neo4j_address.password in told) == (
        [1, 2],
        False,
        False,
    )


def test_a_missing_database_is_reported_without_a_trace_of_the_program(
    given: dict[str, str],
) -> None:
    ran = run("blast-radius", "--store", "bolt://u:hidden@127.0.0.1:1", env=given)

    assert (ran.status, "cannot be reached" in ran.err, "hidden" in ran.err, "Traceback" in ran.err) == (
        2,
        True,
        False,
        False,
    )


def test_without_the_driver_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "neo4j", None)

    with pytest.raises(BadInputError, match=r"pip install 'impactgraph\[neo4j\]'"):
        open_store("neo4j://db")


def test_an_address_of_no_store_is_reported() -> None:
    with pytest.raises(BadInputError, match="no store of the kind mysql://"):
        open_store("mysql://db")
