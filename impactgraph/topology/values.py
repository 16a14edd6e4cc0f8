"""What a single value of a field may be: text, words, numbers, spans, rates and schedules, and how JSON Schema says it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cronsim import CronSim, CronSimError

from graph_models.time import HOUR, MINUTE, SECOND, moment, parse_duration
from graph_models.topology import Schedule
from impactgraph.topology.document import Node, Real
from impactgraph.topology.fields import WRONG, JsonSchema, Reading, shown, written
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import either


class Text:
    """Any text; a number is taken as it is written."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = written(node)
        return reading.wrong(f"`{name}` must be text, not {shown(node)}.", line) if text is None else text

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class Word:
    """One of a closed set; upper and lower case are the same. `make` turns the word, as the set has it, into the value."""

    words: tuple[str, ...]
    make: Callable[[str], Any] = str

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = written(node) or ""
        for word in self.words:
            if word.casefold() == text.casefold():
                return self.make(word)
        return reading.wrong(
            f"`{name}` must be {either(self.words)}, not {shown(node)}.{did_you_mean(text, self.words)}", line
        )

    def schema(self) -> JsonSchema:
        return {"enum": sorted({form for word in self.words for form in (word, word.lower(), word.upper())})}


class Flag:
    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        return (
            node
            if isinstance(node, bool)
            else reading.wrong(f"`{name}` must be true or false, not {shown(node)}.", line)
        )

    def schema(self) -> JsonSchema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Whole:
    """A whole number of at least `least`."""

    least: int = 0

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, int) and not isinstance(node, bool) and node >= self.least:
            return node
        return reading.wrong(
            f"`{name}` must be a whole number of at least {self.least}, not {shown(node)}.", line
        )

    def schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.least}


class Fraction:
    """A number from 0 to 1."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, int | Real) and not isinstance(node, bool) and 0 <= node <= 1:
            return float(node)
        return reading.wrong(f"`{name}` must be a number from 0 to 1, not {shown(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": "number", "minimum": 0, "maximum": 1}


class Amount:
    """`value`, or a fraction of it; a fraction may be more than 1, as for an amount with tax."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if node == "value":
            return 1.0
        if isinstance(node, int | Real) and not isinstance(node, bool) and 0 <= node <= 1_000:
            return float(node)
        return reading.wrong(
            f"`{name}` must be `value` or a fraction of it, such as 0.6, not {shown(node)}.", line
        )

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"const": "value"}, {"type": "number", "minimum": 0, "maximum": 1_000}]}


@dataclass(frozen=True)
class Duration:
    """A span as milliseconds; the words of one document repeat, so what they mean is kept."""

    least: int = 0
    seen: dict[str, int] = field(default_factory=dict[str, int], compare=False, repr=False)

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str):
            if node in self.seen:
                return self.seen[node]
            try:
                span = parse_duration(node)
            except ValueError:
                span = -1
            if self.least <= span <= LONGEST:
                if len(self.seen) < 10_000:
                    self.seen[node] = span
                return span
        more = " of more than 0" if self.least else ""
        return reading.wrong(
            f"`{name}` must be a duration{more} such as 30s, 15m, 4h, 2d or PT15M, not {shown(node)}.", line
        )

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/duration"}


LONGEST = 100 * 366 * 24 * HOUR
"""A hundred years: longer ones are mistakes, and sums with them would leave 64 bits."""


class Rate:
    """Messages a millisecond, from N/s, N/min or N/h."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        found = _RATE.fullmatch(node) if isinstance(node, str) else None
        rate = float(found[1]) / _RATE_UNITS[found[2]] if found else 0.0
        return (
            rate
            if rate > 0
            else reading.wrong(
                f"`{name}` must be a rate of more than 0 such as 50/s, 600/min or 9000/h, not {shown(node)}.",
                line,
            )
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{_RATE.pattern}$"}


class Cron:
    """A cron expression of five fields, in UTC."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str) and is_cron(node):
            return Schedule(cron=node)
        return reading.wrong(
            f"`{name}` must be a cron expression of five fields such as '*/15 6-22 * * *', not {shown(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$"}


class Every:
    """An interval, or a cron expression in its place."""

    interval = Duration(least=1)

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str) and len(node.split()) > 1:
            return Cron().read(node, line, name, reading)
        span = self.interval.read(node, line, name, reading)
        return span if span is WRONG else Schedule(every=span)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.interval.schema(), Cron().schema()]}


def is_cron(text: str) -> bool:
    """Whether cronsim takes it, and it ever comes due."""
    if len(text.split()) != 5:
        return False
    try:
        next(CronSim(text, moment(0)))
    except (CronSimError, StopIteration):
        return False
    return True


_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?/ ?(s|min|h)")
_RATE_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR}
