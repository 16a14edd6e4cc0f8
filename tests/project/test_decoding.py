"""Bytes that are no JSON: where a text is not UTF-8, msgspec raises UnicodeDecodeError, not its own error."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for name in ("graph_models", "impactgraph", "api") for path in (ROOT / name).rglob("*.py")]
OWN = {"msgspec.DecodeError", "msgspec.MsgspecError"}
"""Its ValidationError alone is caught where decoded values are converted."""
ALSO = {"UnicodeDecodeError", "UnicodeError", "ValueError", "Exception"}


def _handlers(path: Path) -> list[tuple[int, set[str]]]:
    """(line, errors) of each `except` with msgspec's error, and of each tuple of errors that has a name."""
    caught = list[ast.expr]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            caught.append(node.type)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            caught.append(node.value)
    return [(each.lineno, names) for each in caught if OWN & (names := _names(each))]


def _names(caught: ast.expr) -> set[str]:
    return {ast.unparse(each) for each in (caught.elts if isinstance(caught, ast.Tuple) else [caught])}


def test_what_catches_bad_json_catches_bad_utf_8_too() -> None:
    handlers = [(path.relative_to(ROOT), *each) for path in SOURCES for each in _handlers(path)]

    assert handlers
    assert [f"{path}:{line}" for path, line, names in handlers if not names & ALSO] == []
