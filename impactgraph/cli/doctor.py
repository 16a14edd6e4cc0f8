"""`impactgraph doctor`: checks of the installation, the configuration, the store and the clock."""

from typing import TYPE_CHECKING

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.checks import CheckResult


def doctor(*, common: Common = COMMON) -> int:
    """Prints the result of every check; returns the exit status."""
    from impactgraph.cli.checks import run_checks
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.output import Rows, present

    results = run_checks(common)
    rows = Encoder().encode(results)
    healthy = all(result.state != "fail" for result in results)
    present(
        common.format,
        text=lambda out: _print_results(out, results),
        data=lambda: {"well": healthy, "checks": rows},
        rows=lambda: Rows(("check", "state", "detail"), rows),
    )
    return 0 if healthy else 1


def _print_results(out: "Console", results: "list[CheckResult]") -> None:
    from impactgraph.cli.output import table

    rows = table("check", "", "")
    rows.show_header = False
    for result in results:
        rows.add_row(result.check, result.state, result.detail)
    out.print(rows)
    failures = sum(result.state == "fail" for result in results)
    out.print(
        f"{failures} of {len(results)} checks failed." if failures else "No check failed.", style="bold"
    )
