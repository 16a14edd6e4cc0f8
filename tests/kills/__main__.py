"""Kills a process at random moments of its work on a store, and compares the store with a model.

python -m tests.kills 200             so many kills, on a store in a folder
python -m tests.kills 200 7           from another seed
python -m tests.kills 20 1 neo4j      on a store in Neo4j
"""

import os
import sys
import tempfile
from pathlib import Path

import structlog

from tests.kills.run import Result, kill_often
from tests.neo4j_server import Neo4jServer, installed


def main(kills: int = 200, seed: int = 1, kind: str = "embedded") -> int:
    """Prints what came of it; the exit status."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    with tempfile.TemporaryDirectory(prefix="impactgraph-kills-") as folder:
        result = (_on_neo4j if kind == "neo4j" else _on_folder)(Path(folder), kills, seed)
    print(f"{kind}: {result}")  # noqa: T201
    return int(bool(result.wrong))


def _on_folder(home: Path, kills: int, seed: int) -> Result:
    return kill_often(str(home / "store"), kills, seed)


def _on_neo4j(home: Path, kills: int, seed: int) -> Result:
    os.environ["IMPACTGRAPH_CACHE"] = str(home / "cache")
    server = Neo4jServer(home / "server", installed())
    try:
        server.start()
        return kill_often(server.address.url, kills, seed)
    finally:
        server.kill()


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("200", "1", "embedded")[len(sys.argv) - 1 :]]
    sys.exit(main(int(arguments[0]), int(arguments[1]), arguments[2]))
