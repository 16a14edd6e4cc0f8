"""The architecture page: every package has a paragraph, and every file that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def _packages() -> list[str]:
    folders = [path for path in (ROOT / "impactgraph").iterdir() if (path / "__init__.py").exists()]
    return ["graph_models", "api", *(f"impactgraph/{path.name}" for path in folders)]


def test_every_package_has_a_paragraph():
    assert [name for name in _packages() if f"\n**{name}** " not in PAGE] == []


def test_every_file_that_it_names_exists():
    names = set(re.findall(r"`([\w/]+\.(?:py|toml|md))`", PAGE))
    modules = {path.name for path in ROOT.glob("**/*.py") if ".venv" not in path.parts}

    missing = {name for name in names if not (ROOT / name).exists() and ("/" in name or name not in modules)}

    assert names and missing == set()
