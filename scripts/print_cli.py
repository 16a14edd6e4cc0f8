"""Writes docs/cli.md from the commands themselves and the settings.

python -m scripts.print_cli
"""

from collections.abc import Iterator
from pathlib import Path

from cyclopts import App, Parameter

from impactgraph.cli.app import make_app
from impactgraph.cli.commands import COMMANDS
from impactgraph.cli.entries.command import Command
from impactgraph.cli.options import EVERYWHERE
from impactgraph.settings import Settings

TARGET = Path(__file__).parent.parent / "docs" / "cli.md"

HEAD = """\
# Command line

`impactgraph COMMAND --help` prints the same, with examples. `impactgraph --install-completion` installs completion for your shell.

- **Exit status**: 0 done; 1 findings or a failed check; 2 wrong usage or bad input; 70 a defect of impactgraph itself.
- **Errors** go to standard error, as `file:line: error: what is wrong and how to correct it` where there is a file.
- **Answers** go to standard output: tables for people, or `--format json` and `--format csv` for programs. JSON has the names and shapes of GraphQL.
  JSON and CSV are UTF-8; in tables, letters that the terminal's encoding lacks are replaced, and control characters are shown as `\\x1b`.
- **Filters and scopes** (`--where`, `--scope`) name values that the topology or an order has; others are errors with similar values. An empty answer under a filter says so.
- **Moments** are ISO 8601 (UTC where no zone is given), `now`, or relative: `-2h`, `+30m`. **Durations** are `30s`, `15m`, `4h`, `2d`, `PT15M`.
- **Orders** are found by anything that names one: the id in any case, the number alone (`21462`), a fulfillment (`O-021462/1`), an external id, the document number of a posting, with spaces in it,
  or in a pasted phrase or address. Where several orders fit, they are listed, with exit status 2. E-mail addresses and phone numbers are not searched.
- **A server** is asked where `--server` or `IMPACTGRAPH_SERVER` names one, or where one has the store in the folder open: it writes its address there (`server.json`, for its own user only). Where it requires authentication, `IMPACTGRAPH_TOKEN` or `--token-file` has the key ([access](access.md)). The output is the same as from the store itself; only cursors
  and, of `ingest`, the numbers of quarantined events differ. `aside`, `alerts waiting` and `alerts replay` work on the store only.
- **Ids** are `kind:key`, such as `system:oms`; where the option implies the kind, as `--failure` does, the bare key is accepted too.

This page is printed from the commands and the settings (`python -m scripts.print_cli`); a test compares it.
"""

SETTINGS = """\
## Settings

From the environment; options of a command take precedence. Nothing is sent anywhere but the notices that you declare: there is no telemetry.

| variable | default | description |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page, as it is committed."""
    app = make_app()
    parts = [
        HEAD,
        _section(
            "Options of every command",
            "",
            [_row(option) for option in _options(app, COMMANDS[0], everywhere=True)],
        ),
    ]
    parts += [_command(app, command) for command in COMMANDS]
    return "\n".join([*parts, SETTINGS + "\n".join(_settings())]) + "\n"


def _command(app: App, command: Command) -> str:
    usage = f"{command.details}\n\n```sh\n" + "\n".join(command.examples) + "\n```\n"
    return _section(
        f"`impactgraph {command.name}`",
        f"{command.summary} {usage}",
        [_row(option) for option in _options(app, command, everywhere=False)],
    )


def _section(title: str, text: str, rows: list[str]) -> str:
    table = "| option | description |\n| --- | --- |\n" + "\n".join(rows) + "\n" if rows else ""
    return f"## {title}\n\n" + (f"{text}\n" if text else "") + table


def _options(
    app: App, command: Command, *, everywhere: bool
) -> Iterator[tuple[tuple[str, ...], Parameter, object]]:
    """(names, parameter, default) of those that every command has, or of the others."""
    for argument in app_of(app, command).assemble_argument_collection():
        if argument.show and (argument.parameter.group == (EVERYWHERE,)) == everywhere:
            yield argument.names, argument.parameter, argument.field_info.default


def app_of(app: App, command: Command) -> App:
    """The application of a command, within that of its group if it has one."""
    for word in command.words:
        app = app[word]
    return app


def _row(option: tuple[tuple[str, ...], Parameter, object]) -> str:
    names, parameter, default = option
    sentences = [(parameter.help or "").replace("|", "\\|")]
    if parameter.env_var:
        sentences.append(f"Environment: `{', '.join(parameter.env_var)}`.")
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        sentences.append(f"Default: `{default}`.")
    return f"| {', '.join(f'`{name}`' for name in names)} | {' '.join(sentences)} |"


def _settings() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        default = "-" if field.default is None else f"`{field.default}`"
        yield f"| `IMPACTGRAPH_{name.upper()}` | {default} | {field.description} |"


if __name__ == "__main__":
    TARGET.write_text(page())
