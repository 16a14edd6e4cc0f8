"""The command line: which commands there are, and what becomes of their errors.

A command is imported when it is called, so that help and completion stay quick.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from impactgraph.cli.commands import COMMANDS

DONE, FINDINGS, WRONG, BROKEN = 0, 1, 2, 70
"""Exit status: done; findings or a failed check; wrong use or bad input; a defect of the program itself."""

INTERRUPTED = 130

ABOUT = """Which orders, postings and customer messages a failure hits, when, and why.

Exit status: 0 done, 1 findings or a failed check, 2 wrong use or bad input."""


def make_app() -> App:
    """All commands; `impactgraph COMMAND --help` imports the one command."""
    app = App(
        name="impactgraph",
        help=ABOUT,
        help_format="plaintext",
        version=_version,
        help_epilogue="First: impactgraph demo. Help with an example: impactgraph COMMAND --help",
        result_action="return_value",
    )
    for order, command in enumerate(COMMANDS):
        app.command(
            command.where,
            name=command.name,
            help=command.help,
            help_epilogue=command.epilogue,
            sort_key=order,
        )
    app.register_install_completion_command(  # pyright: ignore[reportUnknownMemberType] - its further arguments are untyped
        help="Installs completion for your shell (bash, zsh, fish) and says where."
    )
    return app


def main() -> None:
    """Entry point of `impactgraph`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and gives its exit status; what went wrong is on standard error."""
    from impactgraph.cli.show import complain, tell_problems
    from impactgraph.errors import BadInputError, ImpactGraphError

    try:
        result = make_app()(list(arguments), exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        complain(f"error: {error}", note="How it is used: impactgraph --help, impactgraph COMMAND --help")
        return WRONG
    except BadInputError as error:
        tell_problems("error", error.problems)
        return WRONG
    except ImpactGraphError as error:
        complain(f"error: {error}")
        return WRONG
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return DONE
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody but a developer wants its traceback
        complain(
            f"error: {type(error).__name__}: {error}",
            note=f"This is a defect of impactgraph, not of your input. What a report needs is in {_kept()}.",
        )
        return BROKEN
    return result if isinstance(result, int) else DONE


def _kept() -> str:
    """Path of a file with the traceback of the exception that is handled."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="impactgraph-error-", suffix=".txt", delete=False) as file:
        file.write(traceback.format_exc())
    return file.name


def _silence() -> None:
    """Whoever read the output has gone (`| head`): nothing more may be written to it, at exit neither."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version() -> str:
    from importlib.metadata import version

    return version("impactgraph")
