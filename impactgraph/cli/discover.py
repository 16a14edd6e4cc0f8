"""`impactgraph discover`: a draft mapping and a draft topology from a log."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from impactgraph.usecases.discover import Drafts

Files = Annotated[
    tuple[str, ...],
    Parameter(
        help="A CSV file of order steps, an OCEL 2.0 log (JSON, SQLite), or files of CloudEvents; gzip too.",
        show_default=False,
    ),
]
MappingFile = Annotated[
    Path | None,
    Parameter(
        help="A mapping for the columns of a CSV file or the objects of an OCEL log; by default guessed."
    ),
]
Out = Annotated[Path, Parameter(help="Folder for the drafts, mapping.yaml and topology.yaml.")]
Minimum = Annotated[
    float,
    Parameter(
        help="Steps that a smaller share of a workflow's fulfillments visited are left out, and transitions "
        "that a smaller share of a step's visits took."
    ),
]

TOPOLOGY = "topology.yaml"
MAPPING = "mapping.yaml"


def discover(
    files: Files = (),
    /,
    *,
    mapping: MappingFile = None,
    out: Out = Path("draft"),
    minimum: Minimum = 0.01,
    common: Common = COMMON,
) -> None:
    """Writes the drafts and prints how sure they are.

    Raises BadInputError where a file cannot be read or a draft exists already.
    """
    from impactgraph.cli.discover_data import drafts_json, step_rows
    from impactgraph.cli.discover_text import print_drafts
    from impactgraph.cli.formats import count
    from impactgraph.cli.output import present
    from impactgraph.cli.progress import progress_bar
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.discover import discover as draft

    if not files:
        raise BadInputError(Problem("There is nothing to draft from: name the files of a log."))
    if not 0 <= minimum < 1:
        raise BadInputError(Problem(f"--minimum must be a share from 0 to less than 1, not {minimum:g}."))
    _check_free(out, has_mapping=mapping is None)
    with progress_bar("Reading", None) as advance:
        drafts = draft(
            files, mapping, minimum=minimum, progress=lambda n: advance(n, count(n, "entry", "entries"))
        )
    paths = _write(drafts, out)
    present(
        common.format,
        text=lambda console: print_drafts(console, drafts, paths, files),
        data=lambda: drafts_json(drafts, paths),
        rows=lambda: step_rows(drafts.topology),
    )


def _check_free(out: Path, *, has_mapping: bool) -> None:
    from impactgraph.errors import BadInputError, Problem

    names = (MAPPING, TOPOLOGY) if has_mapping else (TOPOLOGY,)
    existing = [out / name for name in names if (out / name).exists()]
    if existing:
        raise BadInputError(
            *(
                Problem(f"{file} exists already; nothing was written. Name another --out.")
                for file in existing
            ),
        )


def _write(drafts: "Drafts", out: Path) -> dict[str, Path]:
    """The drafts by kind, `mapping` and `topology`, where they were written."""
    from impactgraph.errors import BadInputError, Problem

    texts = {"topology": (out / TOPOLOGY, drafts.topology_text)}
    if drafts.mapping_text:
        texts = {"mapping": (out / MAPPING, drafts.mapping_text), **texts}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, text in texts.values():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(Problem(f"{out} cannot be written: {error.strerror or error}.")) from error
    return {kind: file for kind, (file, _) in texts.items()}
