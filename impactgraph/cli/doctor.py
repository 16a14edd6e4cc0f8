"""`impactgraph doctor`: checks of the installation, the configuration, the store and the clock."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.checks import CheckResult

Topologies = Annotated[
    tuple[Path, ...], Parameter(help="Topologies to check as well: YAML files, or folders of them.")
]
Config = Annotated[
    bool,
    Parameter(
        negative=(),
        help="Check everything that `serve` reads when it starts, and open no store: the settings, the files "
        "and secrets that they name, and what those files name.",
    ),
]


def doctor(topologies: Topologies = (), /, *, config: Config = False, common: Common = COMMON) -> int:
    """Prints the result of every check; returns the exit status."""
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.output import Rows, present

    results = _results(topologies, config, common)
    rows = Encoder().encode(results)
    healthy = all(result.state != "fail" for result in results)
    present(
        common.format,
        text=lambda out: _print_results(out, results),
        data=lambda: {"well": healthy, "checks": rows},
        rows=lambda: Rows(("check", "state", "detail"), rows),
    )
    return 0 if healthy else 1


def _results(topologies: tuple[Path, ...], config: bool, common: Common) -> "list[CheckResult]":
    """Raises BadInputError for topologies without --config."""
    if config:
        from impactgraph.cli.config_checks import check_config

        return check_config(common, topologies)
    if topologies:
        from impactgraph.errors import BadInputError

        raise BadInputError(
            "Topologies are checked with --config, or by `impactgraph validate`; without it, `doctor` checks "
            f"a store: give a folder with --store, not {topologies[0]}."
        )
    from impactgraph.cli.checks import run_checks

    return run_checks(common)


def _print_results(out: "Console", results: "list[CheckResult]") -> None:
    from impactgraph.cli.formats import count
    from impactgraph.cli.output import table

    rows = table("check", "", "")
    rows.show_header = False
    for result in results:
        rows.add_row(result.check, result.state, result.detail)
    out.print(rows)
    failures = sum(result.state == "fail" for result in results)
    out.print(
        f"{failures} of {count(len(results), 'check')} failed." if failures else "No check failed.",
        style="bold",
    )
