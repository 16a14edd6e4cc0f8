"""`impactgraph doctor`: whether all is as it must be."""

from typing import TYPE_CHECKING

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.examine import Finding


def doctor(*, common: Common = COMMON) -> int:
    """Tells what every check found, and gives the exit status."""
    from impactgraph.cli.examine import examine
    from impactgraph.cli.show import Rows, present

    found = examine(common.store)
    shapes = [{"check": each.check, "state": each.state, "detail": each.detail} for each in found]
    present(
        common.format,
        people=lambda out: _tell(out, found),
        data=lambda: {"well": all(each.state != "fail" for each in found), "checks": shapes},
        rows=lambda: Rows(("check", "state", "detail"), shapes),
    )
    return 1 if any(each.state == "fail" for each in found) else 0


def _tell(out: "Console", found: "list[Finding]") -> None:
    from impactgraph.cli.show import table

    made = table("check", "", "")
    made.show_header = False
    for each in found:
        made.add_row(each.check, each.state, each.detail)
    out.print(made)
    failed = sum(each.state == "fail" for each in found)
    out.print("All is well." if not failed else f"{failed} of {len(found)} checks failed.", style="bold")
