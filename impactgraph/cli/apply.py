"""`impactgraph apply`: makes a topology the current version."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases.apply_topology import TopologyOutcome

Topology = Annotated[Path, Parameter(help="A YAML file, or a folder of them.")]
DryRun = Annotated[
    bool, Parameter(help="Only print what would change, and which orders in flight it affects.", negative=())
]


def apply(path: Topology, /, *, dry_run: DryRun = False, common: Common = COMMON) -> int:
    """Makes a topology the current version, or prints what would change; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.formats import count
    from impactgraph.cli.outcomes import change_rows
    from impactgraph.cli.output import present, print_error, print_problems
    from impactgraph.cli.stores import open_or_create
    from impactgraph.usecases.apply_topology import apply_path

    with open_or_create(common.store) as store:
        outcome = apply_path(store, path, system_clock(), dry_run=dry_run)
    print_problems("error", outcome.problems)
    print_problems("warning", outcome.warnings)
    encode = Encoder().encode
    present(
        common.format,
        text=lambda out: _print_outcome(out, outcome, path, dry_run),
        data=lambda: {
            "topology": encode(outcome.version),
            "unchanged": outcome.is_unchanged,
            "change": encode(outcome.change),
            "problems": encode(outcome.problems),
            "warnings": encode(outcome.warnings),
        },
        rows=lambda: change_rows(outcome.change),
    )
    if outcome.problems:
        print_error(f"{count(len(outcome.problems), 'error')} in {path}; nothing was applied.")
        return 2
    return 0


def _print_outcome(out: "Console", outcome: "TopologyOutcome", path: Path, dry_run: bool) -> None:
    from impactgraph.cli.outcomes import print_change, print_version

    if outcome.change is None:
        return
    difference = outcome.change.difference
    change_count = len({change.element for change in difference.changed})
    counts = f"{len(difference.added):,} added, {len(difference.removed):,} removed, {change_count:,} changed"
    if outcome.is_unchanged:
        out.print(f"{path} is unchanged: it is the current version.")
    elif dry_run:
        out.print(f"{path} would change the topology: {counts}. Nothing was applied.")
        print_change(out, outcome.change)
    else:
        out.print(f"{path} was applied: {counts}.")
        if outcome.version is None or len(difference.added) < outcome.version.elements:
            print_change(out, outcome.change)
    if outcome.version is not None:
        print_version(out, outcome.version)
