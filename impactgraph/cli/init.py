"""`impactgraph init`: a starter topology with example events, to be replaced by one's own."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

Folder = Annotated[Path, Parameter(help="Folder to write into; created if it does not exist.")]

TOPOLOGY = Path("topology", "topology.yaml")
EVENTS = Path("events", "example.ndjson")
IGNORED = Path(".gitignore")
STORE_RULE = ".impactgraph/"


def init(path: Folder = Path(), /, *, common: Common = COMMON) -> None:
    """Writes the starter files, and prints the next commands."""
    from importlib.resources import files

    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.output import console
    from impactgraph.errors import BadInputError, Problem

    existing = [path / file for file in (TOPOLOGY, EVENTS) if (path / file).exists()]
    if existing:
        raise BadInputError(
            *(
                Problem(f"{file} exists already; nothing was written. Name another folder.")
                for file in existing
            )
        )
    topology = files("impactgraph.cli").joinpath("starter", "topology.yaml").read_text()
    try:
        for file, text in ((TOPOLOGY, topology), (EVENTS, example_events(system_clock()))):
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_text(text)
        _ignore_store(path / IGNORED)
    except OSError as error:
        raise BadInputError(Problem(f"{path} cannot be written: {error.strerror or error}.")) from error
    out = console()
    for line in next_steps(path):
        out.print(line, soft_wrap=True)


def next_steps(path: Path) -> list[str]:
    """What was written, and the commands to try next."""
    inside = [] if path == Path() else [f"  cd {path}"]
    return [
        f"{path / TOPOLOGY}: a starter topology, with a comment on each section",
        f"{path / EVENTS}: example events, two orders and a failure",
        f"{path / IGNORED}: keeps the store, .impactgraph, out of the repository",
        "Next:",
        *inside,
        "  impactgraph apply topology",
        f"  impactgraph ingest {EVENTS}",
        "  impactgraph blast-radius",
    ]


def example_events(now: int) -> str:
    """Two orders that were placed within the last hour and a failure that holds one of them, as NDJSON."""
    import json

    from graph_models.time import MINUTE, moment

    def event(number: int, kind: str, minutes_ago: int, **data: object) -> str:
        time = moment(now - minutes_ago * MINUTE).isoformat(timespec="seconds")
        name = {"specversion": "1.0", "id": str(number), "source": "/example", "type": kind, "time": time}
        return json.dumps(name | {"data": data})

    def placed(number: int, order: str, minutes_ago: int) -> str:
        fulfillment = {"fulfillment": f"{order}/1", "workflow": "ship-from-store", "location": "store-001"}
        promised_by = moment(now + 8 * 60 * MINUTE).isoformat(timespec="seconds")
        return event(
            number,
            "order.placed",
            minutes_ago,
            order=order,
            channel="web",
            mode="ship_from_store",
            region="north",
            currency="EUR",
            value="129.90",
            promised_by=promised_by,
            fulfillments=[fulfillment],
        )

    def entered(number: int, order: str, step: str, minutes_ago: int) -> str:
        part = f"{order}/1"
        return event(number, "fulfillment.entered", minutes_ago, order=order, fulfillment=part, step=step)

    failure = {"failure": "F-1", "target": "integration:pick-confirm", "class": "outage"}
    started_at = moment(now - 20 * MINUTE).isoformat(timespec="seconds")
    expected_end = moment(now + 120 * MINUTE).isoformat(timespec="seconds")
    lines = [
        placed(1, "O-1", 55),
        entered(2, "O-1", "promise", 55),
        entered(3, "O-1", "pick", 54),
        placed(4, "O-2", 2),
        entered(5, "O-2", "promise", 2),
        event(6, "failure.reported", 18, **failure, started_at=started_at, expected_end=expected_end),
    ]
    return "\n".join(lines) + "\n"


def _ignore_store(file: Path) -> None:
    """Adds the store to the rules of git, once."""
    rules = file.read_text() if file.exists() else ""
    if STORE_RULE not in rules.splitlines():
        separator = "" if not rules or rules.endswith("\n") else "\n"
        file.write_text(f"{rules}{separator}{STORE_RULE}\n")
