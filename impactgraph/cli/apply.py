"""`impactgraph apply`: makes a topology the current version."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.encode.values import Json

Topology = Annotated[Path, Parameter(help="A YAML file, or a folder of them.")]
DryRun = Annotated[
    bool, Parameter(help="Only print what would change, and which orders in flight it affects.", negative=())
]


def apply(path: Topology, /, *, dry_run: DryRun = False, common: Common = COMMON) -> int:
    """Makes a topology the current version, or prints what would change; returns the exit status."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.decode import problems_in
    from impactgraph.cli.formats import count
    from impactgraph.cli.outcomes import change_rows
    from impactgraph.cli.output import present, print_error, print_problems

    with find_target(common).open(create=True) as answers:
        outcome = answers.apply(path, dry_run=dry_run)
    problems = problems_in(outcome["problems"])
    print_problems("error", problems)
    print_problems("warning", problems_in(outcome["warnings"]))
    present(
        common.format,
        text=lambda out: _print_outcome(out, outcome, path, dry_run),
        data=lambda: outcome,
        rows=lambda: change_rows(outcome["change"]),
    )
    if problems:
        print_error(f"{count(len(problems), 'error')} in {path}; nothing was applied.")
        return 2
    return 0


def _print_outcome(out: "Console", outcome: "Json", path: Path, dry_run: bool) -> None:
    from impactgraph.cli.outcomes import print_change, print_version

    change, version = outcome["change"], outcome["topology"]
    if change is None:
        return
    additions = len(change["added"])
    change_count = len({each["id"] for each in change["changed"]})
    is_first = version is not None and additions >= version["elements"]
    counts = f"{additions:,} added, {len(change['removed']):,} removed, {change_count:,} changed"
    if outcome["unchanged"]:
        out.print(f"{path} is unchanged: it is the current version.")
    elif dry_run:
        out.print(f"{path} would change the topology: {counts}. Nothing was applied.")
        print_change(out, change)
    else:
        out.print(f"{path} was applied{': it is the first version' if is_first else f': {counts}'}.")
        if not is_first:
            print_change(out, change)
    if version is not None:
        print_version(out, version)
