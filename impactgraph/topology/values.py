"""Types of field values: text, words, numbers, durations, rates and schedules, with their JSON Schema."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cronsim import CronSim, CronSimError

from graph_models.time import HOUR, MINUTE, SECOND, OutOfRangeError, moment, parse_duration, parse_moment
from graph_models.topology import Schedule
from impactgraph.topology.document import Node, Real
from impactgraph.topology.fields import WRONG, JsonSchema, Reading, display_text, source_text
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import either


class Text:
    """Any text; of a number, its source text."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node)
        return (
            reading.wrong(f"`{name}` must be text, not {display_text(node)}.", line) if text is None else text
        )

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class Word:
    """One of a set of words, in any case. `make` converts the word, as spelled in the set, to the value."""

    words: tuple[str, ...]
    make: Callable[[str], Any] = str

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        for word in self.words:
            if word.casefold() == text.casefold():
                return self.make(word)
        return reading.wrong(
            f"`{name}` must be {either(self.words)}, not "
            f"{display_text(node)}.{did_you_mean(text, self.words)}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"enum": sorted({form for word in self.words for form in (word, word.lower(), word.upper())})}


class Flag:
    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        return (
            node
            if isinstance(node, bool)
            else reading.wrong(f"`{name}` must be true or false, not {display_text(node)}.", line)
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
            f"`{name}` must be a whole number of at least {self.least}, not {display_text(node)}.", line
        )

    def schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.least}


class Fraction:
    """A number from 0 to 1."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, int | Real) and not isinstance(node, bool) and 0 <= node <= 1:
            return float(node)
        return reading.wrong(f"`{name}` must be a number from 0 to 1, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": "number", "minimum": 0, "maximum": 1}


class Amount:
    """`value`, or a fraction of it; more than 1 is possible, such as for an amount with tax."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if node == "value":
            return 1.0
        if isinstance(node, int | Real) and not isinstance(node, bool) and 0 <= node <= 1_000:
            return float(node)
        return reading.wrong(
            f"`{name}` must be `value` or a fraction of it, such as 0.6, not {display_text(node)}.", line
        )

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"const": "value"}, {"type": "number", "minimum": 0, "maximum": 1_000}]}


@dataclass(frozen=True)
class Duration:
    """A duration in milliseconds; results are cached, since the texts of a document repeat."""

    least: int = 0
    cache: dict[str, int] = field(default_factory=dict[str, int], compare=False, repr=False)

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str):
            if node in self.cache:
                return self.cache[node]
            try:
                span = parse_duration(node)
            except OutOfRangeError as error:
                return reading.wrong(f"`{name}` is {display_text(node)}, which is {error}.", line)
            except ValueError:
                span = -1
            if self.least <= span:
                if len(self.cache) < 10_000:
                    self.cache[node] = span
                return span
        more = " of more than 0" if self.least else ""
        return reading.wrong(
            f"`{name}` must be a duration{more} such as 30s, 15m, 4h, 2d or PT15M, not {display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/duration"}


class Rate:
    """Messages per millisecond, from N/s, N/min or N/h."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        match = _RATE.fullmatch(node) if isinstance(node, str) else None
        rate = float(match[1]) / _RATE_UNITS[match[2]] if match else 0.0
        if rate > 0:
            return rate
        return reading.wrong(
            f"`{name}` must be a rate of more than 0 such as 50/s, 600/min or 9000/h, "
            f"not {display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{_RATE.pattern}$"}


class Cron:
    """A cron expression of five fields."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str) and is_cron(node):
            return Schedule(cron=node)
        return reading.wrong(
            f"`{name}` must be a cron expression of five fields such as '*/15 6-22 * * *', "
            f"not {display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$"}


class Every:
    """An interval or a cron expression."""

    interval = Duration(least=1)

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str) and len(node.split()) > 1:
            return Cron().read(node, line, name, reading)
        span = self.interval.read(node, line, name, reading)
        return span if span is WRONG else Schedule(every=span)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.interval.schema(), Cron().schema()]}


class TimeOrMoment:
    """A time of day (milliseconds of the day), or a moment."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str):
            if match := _TIME_OF_DAY.fullmatch(node):
                hours, minutes, seconds = (int(part or 0) for part in match.groups())
                return hours * HOUR + minutes * MINUTE + seconds * SECOND
            try:
                return parse_moment(node)
            except OutOfRangeError as error:
                return reading.wrong(f"`{name}` is {display_text(node)}, which is {error}.", line)
            except ValueError:
                pass
        return reading.wrong(
            f"`{name}` must be a time of day such as 02:30, or a moment such as 2026-03-01T02:30Z, "
            f"not {display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": rf"^{_TIME_OF_DAY.pattern}$|^\d{{4}}-\d{{2}}-\d{{2}}"}


def is_cron(text: str) -> bool:
    """Whether the cron expression is valid and has at least one run."""
    if len(text.split()) != 5:
        return False
    try:
        next(CronSim(text, moment(0)))
    except (CronSimError, StopIteration):
        return False
    return True


_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?/ ?(s|min|h)")
_RATE_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR}
