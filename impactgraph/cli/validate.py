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

    validation = validate_path(path)
    valid = validation.topology is not None
    elements = len(validation.topology.elements) if validation.topology is not None else 0
    verdict = f"is valid: {count(elements, 'element')}" if valid else "is not valid"
    encode = Encoder().encode
    present(
        common.format,
        text=lambda out: out.print(f"{path} {verdict}."),
        data=lambda: {
            "valid": valid,
            "elements": elements,
            "problems": encode(validation.errors),
            "warnings": encode(validation.warnings),
        },
        rows=lambda: problem_rows(validation.errors, validation.warnings),
    )
    print_problems("error", validation.errors)
    print_problems("warning", validation.warnings)
    if not valid:
        print_error(f"{count(len(validation.errors), 'error')} in {path}.")
    return 0 if valid else 2
