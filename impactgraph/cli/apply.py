"""`impactgraph apply`: make a topology the current version."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases.apply_topology import TopologyOutcome

Topology = Annotated[Path, Parameter(help="A YAML file, or a folder of them.")]
DryRun = Annotated[
    bool, Parameter(help="Only tell what would be other, and which orders in flight it touches.", negative=())
]


def apply(path: Topology, /, *, dry_run: DryRun = False, common: Common = COMMON) -> int:
    """Makes a topology the current version, or tells what would be other, and gives the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.outcomes import change_rows, change_shape, problem_shape, version_shape
    from impactgraph.cli.show import complain, present, tell_problems
    from impactgraph.cli.stores import opened
    from impactgraph.usecases.apply_topology import apply_path

    with opened(common.store) as store:
        outcome = apply_path(store, path, system_clock(), dry_run=dry_run)
    tell_problems("error", outcome.problems)
    tell_problems("warning", outcome.warnings)
    present(
        common.format,
        people=lambda out: _tell(out, outcome, path, dry_run),
        data=lambda: {
            "topology": version_shape(outcome.version),
            "unchanged": outcome.unchanged,
            "change": change_shape(outcome.change),
            "problems": problem_shape(outcome.problems),
            "warnings": problem_shape(outcome.warnings),
        },
        rows=lambda: change_rows(outcome.change),
    )
    if outcome.problems:
        complain(f"{len(outcome.problems)} to mend in {path}; nothing was applied.")
        return 2
    return 0


def _tell(out: "Console", outcome: "TopologyOutcome", path: Path, dry_run: bool) -> None:
    from impactgraph.cli.outcomes import tell_change, tell_version

    if outcome.change is None:
        return
    found = outcome.change.difference
    what = f"{len(found.added):,} new, {len(found.removed):,} gone, {len({c.element for c in found.changed}):,} changed"
    if outcome.unchanged:
        out.print(f"{path} is unchanged: it is what is current.")
    elif dry_run:
        out.print(f"{path} would change the topology: {what}. Nothing was applied.")
        tell_change(out, outcome.change)
    else:
        out.print(f"{path} is applied: {what}.")
        if outcome.version is None or len(found.added) < outcome.version.elements:
            tell_change(out, outcome.change)
    if outcome.version is not None:
        tell_version(out, outcome.version)
