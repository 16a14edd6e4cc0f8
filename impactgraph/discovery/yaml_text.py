"""Scalars and comments of YAML drafts."""

import re
from collections.abc import Sequence

from graph_models.time import DAY, HOUR, MINUTE, SECOND, Millis

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_GRAINS = ((10 * DAY, HOUR), (DAY, 10 * MINUTE), (HOUR, MINUTE), (MINUTE, SECOND), (10 * SECOND, 100))
"""(duration from which on, what it is rounded to); below, 10 ms from one second on."""
_UNITS = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1))


def scalar(text: str) -> str:
    """The text as YAML reads it back."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def flow_list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(scalar, values))}]"


def comment(text: str) -> str:
    """Behind a value; names of a log may have any character."""
    return "  # " + "".join(c if c.isprintable() else " " for c in text)


def span_text(span: Millis) -> str:
    """A duration as topologies have it, within one percent, such as `13h42m`."""
    grain = next((grain for least, grain in _GRAINS if span >= least), 10 if span >= 1000 else 1)
    span = max(1, round(span / grain)) * grain if span else 0
    parts: list[str] = []
    for unit, length in _UNITS:
        count, span = divmod(span, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
