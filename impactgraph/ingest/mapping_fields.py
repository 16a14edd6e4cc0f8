"""Types of field values that mappings of every version share: names of the log, formats, zones, encodings."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from impactgraph.ingest.moments import TIME_WORDS
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import WRONG, JsonSchema, Reading, display_text, source_text

_PLACEHOLDER = re.compile(r"\{(.*?)\}")
_DELIMITERS = {"tab": "\t", "\\t": "\t"}


class Name:
    """A name as the log has it; spaces around it do not count, as they do not in logs."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = (source_text(node) or "").strip()
        return text or reading.wrong(f"`{name}` must be text, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class Checked:
    """Text that a check accepts: it returns the value, and raises ValueError with what is expected."""

    check: Callable[[str], str]

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        try:
            return self.check(source_text(node) or "")
        except ValueError as error:
            return reading.wrong(f"`{name}` must be {error}, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class ByName:
    """A map from names of the log, such as activities, to values."""

    value: Any

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map, not {display_text(node)}.", line)
        values: dict[str, Any] = {}
        for key, item in node.items():
            at = node.lines[key]
            if item is None:
                reading.wrong(f"`{name}.{key}` has no value.", at)
                continue
            value = self.value.read(item, at, f"{name}.{key}", reading)
            if value is not WRONG:
                values[key.strip()] = value
        return values

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.value.schema()}


def _delimiter(text: str) -> str:
    mark = _DELIMITERS.get(text, text)
    if len(mark) != 1 or mark in '"\r\n':
        raise ValueError("one character, such as ; or tab")
    return mark


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except (LookupError, ValueError):
        raise ValueError("an encoding that Python knows, such as utf-8, cp1252 or iso-8859-15") from None
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone such as Europe/Berlin") from None
    return text


def _time_format(text: str) -> str:
    expectation = "a pattern such as '%d/%m/%Y %H:%M', or epoch, epoch_ms or excel"
    if text in TIME_WORDS:
        return text
    if "%" not in text:
        raise ValueError(expectation)
    try:
        sample = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).strftime(text)
        datetime.strptime(sample, text)  # noqa: DTZ007 - only the pattern is of interest
    except ValueError:
        raise ValueError(expectation) from None
    return text


def _template(text: str) -> str:
    names = _PLACEHOLDER.findall(text)
    if "fulfillment" not in names or not set(names) <= {"order", "fulfillment"}:
        raise ValueError("a template with {fulfillment}, and {order} where needed: '{order}/{fulfillment}'")
    return text


NAME = Name()
DELIMITER = Checked(_delimiter)
ENCODING = Checked(_encoding)
ZONE = Checked(_zone)
TIME_FORMAT = Checked(_time_format)
PART_ID = Checked(_template)
