"""`impactgraph reconcile` over the demo: what a list of the ERP lacks or has otherwise, and what heals it."""

import csv
import io
import shutil
from pathlib import Path

import pytest

from graph_models.time import parse_moment
from impactgraph.bootstrap import open_store
from tests.functional.cli.lists import write_list
from tests.functional.cli.running import NOW, Ran, run

MOMENT = parse_moment(NOW)


@pytest.fixture(scope="module")
def own(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of its own, to which lists are added."""
    folder = tmp_path_factory.mktemp("reconcile") / "shop"
    shutil.copytree(shop, folder)
    return folder


@pytest.fixture(scope="module")
def listed(own: Path) -> Path:
    path = own.parent / "erp.csv"
    store = open_store(str(own), now=lambda: MOMENT)
    write_list(store, path, MOMENT)
    store.close()
    return path


@pytest.fixture(scope="module")
def compared(own: Path, listed: Path) -> Ran:
    arguments = ("--system", "erp", "--states", "CLSD=completed", "--as-of", "-30m", "--format", "json")
    return run("reconcile", listed, *arguments, "--store", own)


def test_every_row_is_accounted_for(compared: Ran, listed: Path) -> None:
    rows = compared.json["rows"]
    lines = len(listed.read_text().splitlines()) - 1

    assert compared.status == 1
    assert rows["total"] == lines == sum(rows[name] for name in rows if name != "total")
    assert (rows["repeated"], rows["refused"]) == (1, 2) and rows["unknown"] >= 2


def test_what_it_lacks_is_named_with_what_should_have_brought_it(compared: Ran) -> None:
    found = [edge["node"] for edge in compared.json["findings"]["edges"]]

    assert {each["kind"] for each in compared.json["totals"]} >= {"MISSING", "UNKNOWN", "AMOUNT", "CURRENCY"}
    assert found[0]["listing"]["kind"] == "MISSING" and found[0]["listing"]["step"].startswith("step:")
    assert found[0]["due"] and found[0]["amount"]


def test_columns_that_were_not_read_are_named(compared: Ran) -> None:
    assert "id from Order no, state from Status" in compared.err and "Not read: Plant." in compared.err
    assert "ingest --undo 1" in compared.err


def test_csv_has_every_finding(own: Path, compared: Ran) -> None:
    out = run("reconcile", "--system", "erp", "--as-of", "-30m", "--format", "csv", "--store", own).out

    assert len(list(csv.DictReader(io.StringIO(out)))) == compared.json["findings"]["totalCount"]


def test_findings_are_seen_in_records_and_why_until_a_later_list_heals_them(
    own: Path, compared: Ran, listed: Path
) -> None:
    order = compared.json["findings"]["edges"][0]["node"]["order"]["id"]
    where = ("--where", f"orders={order}", "--type", "erp")

    assert "not in ERP finance as of 08:40" in _words(run("why", order, "--store", own).out)
    assert "missing" in _words(run("records", *where, "--store", own).out)

    later = listed.parent / "later.json"
    later.write_text(f'[{{"id": "{order}", "status": "open"}}]')
    healed = run("reconcile", later, "--system", "erp", "--partial", "--as-of", "-10m", "--store", own)
    assert "A partial list: nothing counts as missing" in healed.out
    assert "not in ERP" not in run("why", order, "--store", own).out
    assert run("records", *where, "--store", own).status in (0, 1)
    assert "No record that matches" in run("records", *where, "--effect", "missing", "--store", own).out

    assert run("ingest", "--undo", "2", "--store", own).status == 0
    assert "not in ERP finance" in _words(run("why", order, "--store", own).out)


@pytest.mark.parametrize(
    ("arguments", "text", "expected"),
    [
        ((), "", "It is empty"),
        ((), "a;b\n1;2\n", "Which column has the ids is unclear: name it with --id. There are a, b."),
        (("--id", "orders"), "order,x\nO-1,2\n", "It has no column 'orders'. Did you mean 'order'?"),
        (("--states", "CLSD"), "id\nO-1\n", "--states is 'CLSD'; give WORD=MEANING"),
        ((), "id,id\n1,2\n", "It has the column 'id' twice: rename one."),
        (("--states", "X=compleeted"), "id\nO-1\n", "States: 'X' is to mean 'compleeted'"),
        (("--states", "X=pikc"), "id\nO-1\n", "completed, cancelled). Did you mean 'pick'?"),
        (
            ("--as-of", "2027-01-01"),
            "id\nO-1\n",
            "The list is as of 2027-01-01T00:00:00.000Z, and it is 2026-",
        ),
        ((), '[{"id": 1}', "It is not JSON"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_and_nothing_is_stored(
    own: Path, tmp_path: Path, arguments: tuple[str, ...], text: str, expected: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)

    refused = run("reconcile", path, "--system", "tms", *arguments, "--store", own)

    assert (refused.status, refused.out) == (2, "") and expected in refused.err
    assert (
        "There is no list of system:tms as of 20" in run("reconcile", "--system", "tms", "--store", own).err
    )


def test_an_unknown_system_is_an_error_with_near_names(own: Path, listed: Path) -> None:
    refused = run("reconcile", listed, "--system", "epr", "--store", own)

    assert refused.status == 2 and "Did you mean system:erp?" in refused.err
    assert "epr" not in run("aside", "--store", own).out


def _words(text: str) -> str:
    return " ".join(text.split())
