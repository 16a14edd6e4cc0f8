"""Pages that can fail: every command, option and setting is told of."""

from pathlib import Path

import pytest

from impactgraph.cli.app import make_app
from impactgraph.cli.commands import COMMANDS
from impactgraph.settings import Settings
from scripts.print_cli import TARGET, app_of, page
from tests import laws_count, situations_table

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def test_the_page_of_the_command_line_is_what_the_commands_say():
    assert TARGET.read_text() == page(), "print it again: python -m scripts.print_cli"


def test_the_table_of_laws_is_that_of_the_properties():
    """Their counts are those of a check, whatever profile this runs under."""
    sentences = [law.sentence for law in laws_count.laws()]
    text = laws_count.PAGE.read_text()

    assert sentences
    assert [each for each in sentences if f"| {each} |" not in text] == [], "python -m tests.laws_count"


def test_the_table_of_situations_is_that_of_the_fixtures():
    assert situations_table.PAGE.read_text() == situations_table.page(), "python -m tests.situations_table"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_is_documented(command):
    names = {
        name
        for argument in app_of(make_app(), command).assemble_argument_collection()
        if argument.show
        for name in argument.names
    }
    text = TARGET.read_text()

    assert {"--store", "--format"} <= names
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_setting_is_documented():
    text = TARGET.read_text()

    assert (
        Settings.model_fields
        and [name for name in Settings.model_fields if f"`IMPACTGRAPH_{name.upper()}`" not in text] == []
    )


def test_the_readme_names_every_command():
    text = README.read_text()

    assert [command.name for command in COMMANDS if f"impactgraph {command.name}" not in text] == []
