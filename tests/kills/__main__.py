"""Kills a process at random moments of its work on a store, and compares the store with a model.

python -m tests.kills 200                 so many kills, on a store in a folder
python -m tests.kills 200 7               from another seed
python -m tests.kills 200 7 --minutes 5   and no longer
python -m tests.kills 20 1 neo4j          on a store in Neo4j
"""

import os
import sys
import tempfile
from pathlib import Path

import structlog

from tests.kills.run import Result, kill_often
from tests.long_runs import options
from tests.neo4j_server import Neo4jServer, installed


def main() -> int:
    """Prints what came of it; the exit status."""
    parser = options(__doc__, "KILLS", 200, seed=1)
    parser.add_argument("kind", nargs="?", choices=("embedded", "neo4j"), default="embedded")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    with tempfile.TemporaryDirectory(prefix="impactgraph-kills-") as folder:
        kill = _on_neo4j if arguments.kind == "neo4j" else _on_folder
        result = kill(Path(folder), arguments.count, arguments.seed, arguments.minutes)
    print(f"{arguments.kind}: {result}")  # noqa: T201
    return int(bool(result.wrong))


def _on_folder(home: Path, kills: int, seed: int, minutes: float) -> Result:
    return kill_often(str(home / "store"), kills, seed, minutes)


def _on_neo4j(home: Path, kills: int, seed: int, minutes: float) -> Result:
    os.environ["IMPACTGRAPH_CACHE"] = str(home / "cache")
    server = Neo4jServer(home / "server", installed())
    try:
        server.start()
        return kill_often(server.address.url, kills, seed, minutes)
    finally:
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
