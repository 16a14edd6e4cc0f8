"""Hostile values at places of a right document."""

from typing import Any

from hypothesis import strategies as st

from tests.hostile.values import TEXT, VALUES


def spoil(draw: st.DrawFn, document: Any) -> None:
    """Sets a field at any depth to a hostile value, takes it away, or adds one."""
    node = document
    while True:
        if not node or not isinstance(node, dict | list):
            return
        key = draw(st.sampled_from([*node] if isinstance(node, dict) else [*range(len(node))]))
        if isinstance(node[key], dict | list) and draw(st.booleans()):
            node = node[key]
            continue
        match draw(st.sampled_from(("set", "set", "set", "drop", "add"))):
            case "drop":
                del node[key]
            case "add" if isinstance(node, dict):
                node[draw(TEXT)] = draw(VALUES)
            case _:
                node[key] = draw(VALUES)
        return
