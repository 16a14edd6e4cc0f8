"""The command line: its commands, exit status and error messages.

A command is imported when it is called, so that help and completion are fast.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from cyclopts import App, CycloptsError

from impactgraph.cli.commands import COMMANDS, GROUPS, SUBGROUPS
from impactgraph.cli.entries.command import Command

DONE = 0
FINDINGS = 1
"""Findings or a failed check."""
BAD_INPUT = 2
"""Wrong usage or bad input."""
DEFECT = 70
"""A defect of the program itself."""
INTERRUPTED = 130

ABOUT = """Which orders, postings and customer messages a failure affects, when, and why.

Exit status: 0 done, 1 findings or a failed check, 2 wrong usage or bad input."""


def make_app() -> App:
    """The application with all commands; `impactgraph COMMAND --help` imports only that command."""
    app = App(
        name="impactgraph",
        help=ABOUT,
        help_format="plaintext",
        version=_version,
        help_epilogue="Start with: impactgraph demo. Help with an example: impactgraph COMMAND --help",
        result_action="return_value",
    )
    groups: dict[tuple[str, ...], App] = {(): app}
    grouping = {command.words[0] for command in COMMANDS if len(command.words) > 1}
    for order, command in enumerate(COMMANDS):
        *group, name = command.words
        if not group and name in grouping:
            groups[(name,)] = _group_command(command, order)
            app.command(groups[(name,)])
            continue
        for path in (tuple(group[:length]) for length in range(1, len(group) + 1)):
            if path not in groups:
                summary = GROUPS[path[0]] if len(path) == 1 else SUBGROUPS[path]
                groups[path] = App(name=path[-1], help=summary, help_format="plaintext", sort_key=order)
                groups[path[:-1]].command(groups[path])
        groups[tuple(group)].command(
            command.function_path,
            name=name,
            help=command.help,
            help_epilogue=command.epilogue,
            sort_key=order,
        )
    app.register_install_completion_command(  # pyright: ignore[reportUnknownMemberType] - untyped arguments
        help="Installs completion for your shell (bash, zsh, fish) and prints where."
    )
    return app


def _group_command(command: Command, order: int) -> App:
    """A command that has others under it. Its module is imported at once."""
    group = App(
        name=command.name,
        help=command.help,
        help_format="plaintext",
        help_epilogue=command.epilogue,
        sort_key=order,
    )
    module, _, function = command.function_path.partition(":")
    group.default(getattr(import_module(module), function))
    return group


def main() -> None:
    """Entry point of `impactgraph`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit status; errors are printed on standard error."""
    from impactgraph.cli.output import print_error, print_problems
    from impactgraph.cli.streams import prepare_output
    from impactgraph.errors import BadInputError, ImpactGraphError

    prepare_output()
    try:
        result = make_app()(list(arguments), exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        from impactgraph.cli.usage_errors import usage_message, usage_note

        print_error(f"error: {usage_message(error)}", note=usage_note(error))
        return BAD_INPUT
    except BadInputError as error:
        print_problems("error", error.problems)
        return BAD_INPUT
    except ImpactGraphError as error:
        for line in str(error).splitlines():
            print_error(f"error: {line}")
        return BAD_INPUT
    except KeyboardInterrupt:
        print_error("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return DONE
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return DONE  # the help, whose reader has closed the pipe
    except OSError as error:
        print_error(f"error: {error}")
        return BAD_INPUT
    except Exception as error:  # noqa: BLE001 - only a developer needs the traceback of a defect
        print_error(
            f"error: {type(error).__name__}: {error}",
            note="This is a defect of impactgraph, not of your input. "
            f"Details for a report: {_write_traceback()}",
        )
        return DEFECT
    return result if isinstance(result, int) else DONE


def _write_traceback() -> str:
    """Path of a new file with the traceback of the current exception."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="impactgraph-error-", suffix=".txt", delete=False) as file:
        file.write(traceback.format_exc())
    return file.name


def _silence() -> None:
    """Discards further output, at exit too: its reader (`| head`) has closed the pipe."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version() -> str:
    from importlib.metadata import version

    return version("impactgraph")
