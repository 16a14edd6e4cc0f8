"""`impactgraph validate`: everything that is wrong with a topology."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

Topology = Annotated[Path, Parameter(help="A YAML file, or a folder of them.")]


def validate(path: Topology, /, *, common: Common = COMMON) -> int:
    """Tells everything that is wrong with a topology, and gives the exit status."""
    from impactgraph.cli.outcomes import problem_rows, problem_shape
    from impactgraph.cli.show import complain, present, tell_problems
    from impactgraph.usecases.validate_topology import validate_path

    checked = validate_path(path)
    valid = checked.topology is not None
    elements = len(checked.topology.elements) if checked.topology is not None else 0
    present(
        common.format,
        people=lambda out: out.print(
            f"{path} is valid: {elements:,} elements." if valid else f"{path} is not valid."
        ),
        data=lambda: {
            "valid": valid,
            "elements": elements,
            "problems": problem_shape(checked.errors),
            "warnings": problem_shape(checked.warnings),
        },
        rows=lambda: problem_rows(checked.errors, checked.warnings),
    )
    tell_problems("error", checked.errors)
    tell_problems("warning", checked.warnings)
    if not valid:
        complain(f"{len(checked.errors)} to mend in {path}.")
    return 0 if valid else 2
