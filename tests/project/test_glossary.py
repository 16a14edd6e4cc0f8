"""The glossary: it has every class of the domain model, and names modules that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
ROWS = [line.split(" | ") for line in GLOSSARY.splitlines() if line.startswith("| ") and "---" not in line]


def _public_classes() -> set[str]:
    trees = [ast.parse(path.read_text()) for path in (ROOT / "graph_models").glob("*.py")]
    names = {node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    return {name for name in names if not name.startswith("_")}


def test_every_public_class_of_the_domain_model_has_an_entry():
    terms = set(re.findall(r"`(\w+)`", GLOSSARY))

    assert _public_classes() - terms == set()


def test_every_owner_exists():
    owners = {owner for row in ROWS for owner in re.findall(r"`([\w/]+(?:\.py)?)`", row[1])}

    assert owners
    assert [owner for owner in owners if not (ROOT / owner).exists()] == []
