"""The modules of the explorer that touch no page, by Node's own test runner."""

import subprocess
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).parent / "web").glob("*.test.mjs"))


@pytest.mark.parametrize("module", TESTS, ids=[path.name.removesuffix(".test.mjs") for path in TESTS])
def test_what_the_pages_compute_is_right(module: Path) -> None:
    ran = subprocess.run(
        ["node", "--test", "--test-reporter=spec", module],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
