"""JSON that clients and operators send: parsed once, and refused where a key is there twice."""

from typing import Any

import orjson

from impactgraph.usecases.json_text import refuse_repeated_key


def read_json(text: bytes | str) -> Any:
    """The value. Raises ValueError with what is wrong."""
    value = orjson.loads(text)
    refuse_repeated_key(text, value)
    return value
