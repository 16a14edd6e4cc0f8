"""`impactgraph validate`: all problems of a topology."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

Topology = Annotated[Path, Parameter(help="A YAML file, or a folder of them.")]


def validate(path: Topology, /, *, common: Common = COMMON) -> int:
    """Prints all problems of a topology; returns the exit status."""
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.formats import count
    from impactgraph.cli.outcomes import problem_rows
    from impactgraph.cli.output import present, print_error, print_problems
    from impactgraph.usecases.validate_topology import validate_path

    checked = validate_path(path)
    valid = checked.topology is not None
    elements = len(checked.topology.elements) if checked.topology is not None else 0
    verdict = f"is valid: {elements:,} elements" if valid else "is not valid"
    encode = Encoder().encode
    present(
        common.format,
        text=lambda out: out.print(f"{path} {verdict}."),
        data=lambda: {
            "valid": valid,
            "elements": elements,
            "problems": encode(checked.errors),
            "warnings": encode(checked.warnings),
        },
        rows=lambda: problem_rows(checked.errors, checked.warnings),
    )
    print_problems("error", checked.errors)
    print_problems("warning", checked.warnings)
    if not valid:
        print_error(f"{count(len(checked.errors), 'error')} in {path}.")
    return 0 if valid else 2
