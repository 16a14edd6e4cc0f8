from pathlib import Path

import pytest

from tests.functional.cli.running import Ran, run

ORDERS = 2_000
"""Enough orders for every kind of failure and finding."""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The folder that the demo kept, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    return folder, run("demo", "--no-serve", "--orders", str(ORDERS), "--keep", folder)


@pytest.fixture(scope="session")
def shop(loaded: tuple[Path, Ran]) -> Path:
    """The demo's store: asked, never changed."""
    return loaded[0]
