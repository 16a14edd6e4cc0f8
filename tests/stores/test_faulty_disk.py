"""A disk that is full, read-only or broken, and a loss of power: nothing that was acknowledged is lost.

`python -m tests.disk` tries every call; each test here tries some.
"""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.disk.preload import compile_library, run_preloaded
from tests.stores.events import TOPOLOGY

FULL_EVERY, POWER_EVERY = 75, 90


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_library(tmp_path_factory.mktemp("library"))


@pytest.mark.timeout(600)
def test_a_disk_that_fails_at_any_call_refuses_and_then_goes_on(library: Path) -> None:
    done = run_preloaded(library, "tests.disk", "full", str(FULL_EVERY), "5")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(600)
def test_after_a_loss_of_power_at_any_call_everything_acknowledged_is_there(library: Path) -> None:
    done = run_preloaded(library, "tests.disk", "power", str(POWER_EVERY), "19")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("first", "error"), [(1, errno.EROFS), (2, errno.ENOSPC), (30, errno.EIO)])
def test_a_command_on_a_disk_that_fails_says_so_with_its_exit_status(
    library: Path, tmp_path: Path, first: int, error: int
) -> None:
    """`first`: the call from which on the disk fails: of the folder, of its file, and of the record."""
    (tmp_path / "shop.yaml").write_text(TOPOLOGY)
    (tmp_path / "control").write_text(f"{first} 1000000 {error}")
    disk = {
        "LD_PRELOAD": str(library),
        "FAULTY_DISK_FOLDER": str(tmp_path / "store"),
        "FAULTY_DISK_CONTROL": str(tmp_path / "control"),
        "IMPACTGRAPH_NOW": "2026-03-02T12:00:00Z",
    }

    done = subprocess.run(
        [sys.executable, "-m", "impactgraph", "apply", "shop.yaml", "--store", str(tmp_path / "store")],
        env=os.environ | disk,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert os.strerror(error) in done.stderr or "fsync failed" in done.stderr  # as DuckDB has it
