"""Notices and measures on the command line."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from impactgraph.cli.measures_text import print_measures
from tests.functional.cli import small
from tests.functional.cli.running import Ran, run

NOW = {"IMPACTGRAPH_NOW": "2026-03-02T09:30:00Z", "IMPACTGRAPH_URL": "https://shop.example"}
RULES = """\
channels: {desk: {kind: webhook, url: "http://localhost/x", secret: {env: DESK_SECRET}}}
rules:
  all: {to: [desk]}
  night: {to: [desk], when: {level: critical}}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with orders that a failure holds, and rules."""
    folder = tmp_path_factory.mktemp("shop")
    topology, events = small.write(folder)
    (folder / "notices.yaml").write_text(RULES)
    for arguments in (("apply", topology.name), ("ingest", events.name)):
        assert command(folder, *arguments).status == 0
    return folder


def command(folder: Path, *arguments: str, **env: str) -> Ran:
    return run(*arguments, cwd=folder, env=NOW | env)


def test_rules_are_tried_without_a_secret_and_without_sending(shop: Path) -> None:
    ran = command(shop, "notices", "try", "--notices", "notices.yaml")

    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert (lines[0], lines[2]) == ("1 notice would be sent now.", "To desk, by the rule all (new):")
    assert lines[3].startswith("  [low] ") and "F-1" in lines[3]
    assert "  https://shop.example/#/radius?failure=F-1&asOf=2026-03-02T09%3A30%3A00.000Z" in lines
    assert "No notices: `serve --notices FILE` sends them" in command(shop, "notices").out


def test_the_file_may_be_named_by_the_environment_and_rows_have_all_of_a_notice(shop: Path) -> None:
    ran = command(shop, "notices", "try", "--format", "json", IMPACTGRAPH_NOTICES="notices.yaml")

    (due,) = ran.json
    assert (due["incident"], due["kind"], due["level"], due["channel"]) == (
        "incident:F-1",
        "NEW",
        "LOW",
        "desk",
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("notices", "try"), "Name the file of rules with --notices or IMPACTGRAPH_NOTICES."),
        (("notices", "try", "--notices", "none.yaml"), "none.yaml: error: The notices cannot be read"),
        (("notices", "--first", "0"), "first is 0"),
        (("serve", "--notices", "notices.yaml"), "channel desk: The secret in the environment variable DESK"),
        (("measures", "--since", "+2d"), "since is after the moment of the answer"),
        (("measures", "--asked", "1000"), "asked is 1000"),
    ],
)
def test_what_cannot_be_done_is_an_error_that_says_why(
    shop: Path, arguments: tuple[str, ...], problem: str
) -> None:
    ran = command(shop, *arguments)

    assert (ran.status, problem in " ".join(ran.err.split())) == (2, True), ran.err


def test_measures_have_a_row_for_each_figure(shop: Path) -> None:
    ran = command(shop, "measures", "--by", "month", "--format", "csv")

    rows = ran.out.splitlines()
    assert rows[0] == "period,of,key,measure,value,unit"
    assert "2026-03,all,,incidents,1," in rows
    assert any(row.startswith(",element,integration:release,orders,3.0") for row in rows)


def test_measures_have_columns_of_alerts_only_where_there_are_alerts(shop: Path) -> None:
    answer = json.loads(command(shop, "measures", "--format", "json").out)
    text = printed_measures(answer)
    assert "alerts per" not in text
    assert "No failure was made from an alert: there are no figures on alerts." in text

    answer["periods"][-1]["figures"] |= {"alerts": 4, "alertsPerIncident": 2.0, "quietShare": 0.25}
    text = printed_measures(answer)
    assert "alerts per" in text and "25 %" in text


def printed_measures(answer: dict[str, Any]) -> str:
    out = StringIO()
    print_measures(Console(file=out, width=150), answer)
    return out.getvalue()
