"""What only a terminal sees."""

import os
import pty
import subprocess
from pathlib import Path

from tests.functional.cli.running import COMMAND, environment, run
from tests.functional.cli.small import write


def watched(*arguments: str, cwd: Path) -> tuple[str, str]:
    """(standard output, what a terminal saw on standard error)."""
    mine, its = pty.openpty()
    done = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=its,
        text=True,
        env=environment(TERM="xterm"),
    )
    os.close(its)
    seen = b""
    try:
        while part := os.read(mine, 4096):
            seen += part
    except OSError:  # the other end is closed: Linux says so by an error
        pass
    finally:
        os.close(mine)
    out, _ = done.communicate(timeout=60)
    return out, seen.decode()


def test_a_terminal_sees_how_far_the_ingest_is_and_output_stays_clean(tmp_path: Path):
    write(tmp_path)
    run("apply", "topology.yaml", cwd=tmp_path)

    out, seen = watched("ingest", "events.ndjson", cwd=tmp_path)

    assert "Ingesting" in seen
    assert out.splitlines() == [
        "events.ndjson: 7 entries: 7 accepted, 0 duplicates, 0 quarantined, 0 passed over.",
        "7 events read: 7 accepted, 0 duplicates, 0 quarantined.",
        "This was ingest 1. To take it back: `impactgraph ingest --undo 1`.",
    ]


def test_without_a_terminal_there_is_no_bar(tmp_path: Path):
    write(tmp_path)
    run("apply", "topology.yaml", cwd=tmp_path)

    assert run("ingest", "events.ndjson", cwd=tmp_path).err == ""
