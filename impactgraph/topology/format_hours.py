"""Fields of opening hours, holidays and pick-ups."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from graph_models.hours import Holidays, OpeningHours, PickupRule, Pickups, Spans
from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.topology.document import Items, Map, Node
from impactgraph.topology.fields import WRONG, JsonSchema, Reading, display_text, source_text
from impactgraph.topology.near import did_you_mean

CLOSED = "closed"
EVERY_DAY = "daily"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = r"([01]?\d|2[0-4]):([0-5]\d)"
_SPAN = re.compile(rf"{_TIME}\s*-\s*{_TIME}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS_AND_REST = re.compile(r"(\S*[A-Za-z]\S*|\d{4}-\d{2}-\d{2})(?:\s+(.+))?")
_EPOCH = date(1970, 1, 1)
_WHICH = "days such as mon, mon-fri or sat,sun, or a date such as 2026-12-24"
_SPAN_FORM = "a span such as 09:00-20:00, or several, or closed"


class Hours:
    """A map from days to spans, or a text such as `mon-fri 09:00-20:00; sat 10:00-18:00`.

    The value is OpeningHours. Days that are not named are closed.
    """

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        week: list[Spans] = [()] * 7
        dates: dict[int, Spans] = {}
        before = len(reading.problems)
        for days, spans, at in self._entries(node, line, name, reading):
            numbers, day = days_of(days), day_of(days)
            read = _spans(spans)
            if numbers is None and day is None:
                hint = did_you_mean(days.casefold(), (*DAYS, *_NAMES, EVERY_DAY))
                reading.wrong(f"`{name}` has {days!r}, which must be {_WHICH}.{hint}", at)
            elif read is None:
                reading.wrong(f"`{name}.{days}` must be {_SPAN_FORM}, not {display_text(spans)}.", at)
            elif numbers is None:
                dates[day or 0] = read
            else:
                for number in numbers:
                    week[number] = read
        if len(reading.problems) > before:
            return WRONG
        if not any(week):
            return reading.wrong(f"`{name}` is closed all week: give the hours of one day at least.", line)
        return OpeningHours(tuple(week), tuple(sorted(dates.items())))

    def _entries(self, node: Node, line: int, name: str, reading: Reading) -> Iterator[tuple[str, Node, int]]:
        if isinstance(node, Map):
            yield from ((days, spans, node.lines[days]) for days, spans in node.items())
            return
        if not isinstance(node, str):
            reading.wrong(
                f"`{name}` must be a map from days to hours, such as {{mon-fri: 09:00-20:00}}, not "
                f"{display_text(node)}.",
                line,
            )
            return
        for part in filter(None, map(str.strip, node.split(";"))):
            match = _DAYS_AND_REST.fullmatch(part)
            yield (match[1], match[2], line) if match else (EVERY_DAY, part, line)

    def schema(self) -> JsonSchema:
        span: JsonSchema = {
            "type": "string",
            "pattern": rf"^({CLOSED}|{_SPAN.pattern}(,\s*{_SPAN.pattern})*)$",
        }
        spans = {"anyOf": [span, {"type": "array", "items": span}]}
        return {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": spans}]}


class HolidayList:
    """The name of a calendar, a date, or a list of them; the value is Holidays."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        before = len(reading.problems)
        names: list[str] = []
        days: list[int] = []
        for item, at in _items(node, line, ";,"):
            text = source_text(item) or ""
            if (day := day_of(text)) is not None:
                days.append(day)
            elif text and text in reading.holidays:
                names.append(text)
            else:
                hint = did_you_mean(text, reading.holidays)
                reading.wrong(
                    f"`{name}` must name a calendar of `holidays` at the top of a document, or a date such "
                    f"as 2026-12-25, not {display_text(item)}.{hint}",
                    at,
                )
        return WRONG if len(reading.problems) > before else Holidays(tuple(names), tuple(sorted(set(days))))

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


class HolidayCalendars:
    """A list of dates, for all locations, or a map from the name of a calendar to a list of dates.

    The value has days by name; the empty name is for all locations.
    """

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Map):
            read = {
                key: self._days(each, node.lines[key], f"{name}.{key}", reading)
                for key, each in node.items()
                if each is not None
            }
        else:
            read = {"": self._days(node, line, name, reading)}
        return WRONG if any(days is None for days in read.values()) else read

    def _days(self, node: Node, line: int, name: str, reading: Reading) -> tuple[int, ...] | None:
        days: list[int] = []
        before = len(reading.problems)
        for item, at in _items(node, line, ";,"):
            day = day_of(source_text(item) or "")
            if day is None:
                reading.wrong(f"`{name}` must be dates such as 2026-12-25, not {display_text(item)}.", at)
            else:
                days.append(day)
        return None if len(reading.problems) > before else tuple(sorted(set(days)))

    def schema(self) -> JsonSchema:
        dates: JsonSchema = {"type": "array", "items": {"type": "string", "pattern": f"^{_DATE.pattern}$"}}
        return {"anyOf": [dates, {"type": ["object", "null"], "additionalProperties": dates}]}


class PickupTimes:
    """A list of times such as `16:00`, `mon-fri 19:30` or `sat 12:00`; the value is Pickups."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        week: list[set[Millis]] = [set() for _ in DAYS]
        before = len(reading.problems)
        for item, at in _items(node, line, ";" if isinstance(node, str) and ";" in node else ","):
            text = (source_text(item) or "").strip()
            match = _DAYS_AND_REST.fullmatch(text)
            days = days_of(match[1] if match else EVERY_DAY)
            time = _time((match[2] or "") if match else text)
            if days is None or time is None or time >= DAY:
                hint = did_you_mean(match[1].casefold(), (*DAYS, *_NAMES)) if match and days is None else ""
                reading.wrong(
                    f"`{name}` must be times such as 16:00, or with days such as mon-fri 19:30, not "
                    f"{display_text(item)}.{hint}",
                    at,
                )
                continue
            for day in days:
                week[day].add(time)
        if len(reading.problems) > before:
            return WRONG
        if not any(week):
            return reading.wrong(f"`{name}` must have one time at least.", line)
        return Pickups(tuple(tuple(sorted(times)) for times in week))

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


class PickupsByCarrier:
    """Times of pick-ups, or a map from carrier to such times; the value has (carrier, Pickups)."""

    times = PickupTimes()

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            value = self.times.read(node, line, name, reading)
            return WRONG if value is WRONG else (("", value),)
        read = [
            (carrier, self.times.read(each, node.lines[carrier], f"{name}.{carrier}", reading))
            for carrier, each in node.items()
        ]
        return WRONG if any(value is WRONG for _, value in read) else tuple(read)

    def schema(self) -> JsonSchema:
        times = self.times.schema()
        return {"anyOf": [*times["anyOf"], {"type": "object", "additionalProperties": times}]}


class Pickup:
    """`true`: the pick-ups of the location; a carrier: its pick-ups there; a list: these times, at locations
    without their own. The value is a PickupRule, or None for `false`.
    """

    times = PickupTimes()

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, bool):
            return PickupRule() if node else None
        if (
            isinstance(node, str)
            and days_of(node.split()[0] if node.split() else "") is None
            and not _time(node)
        ):
            return PickupRule(node)
        if not isinstance(node, str | Items):
            return reading.wrong(
                f"`{name}` must be true, the name of a carrier, or a list of times such as [16:00], not "
                f"{display_text(node)}.",
                line,
            )
        value = self.times.read(node, line, name, reading)
        return WRONG if value is WRONG else PickupRule(usual=value)

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"type": "boolean"}, *self.times.schema()["anyOf"]]}


def with_cutoff(
    pickups: tuple[tuple[str, Pickups], ...], cutoff: Millis | None
) -> tuple[tuple[str, Pickups], ...]:
    """The pick-ups of a location with its cut-off."""
    return tuple((carrier, replace(each, cutoff=cutoff)) for carrier, each in pickups)


def days_of(text: str) -> tuple[int, ...] | None:
    """Days of the week (0 Monday) of `mon`, `monday`, `mon-fri`, `sat,sun` or `daily`; else None."""
    if text.casefold() == EVERY_DAY:
        return tuple(range(7))
    days: list[int] = []
    for part in text.casefold().split(","):
        first, is_range, last = (each.strip() for each in part.partition("-"))
        since, until = _day(first), _day(last if is_range else first)
        if since is None or until is None:
            return None
        days += [(since + n) % 7 for n in range((until - since) % 7 + 1)]
    return tuple(days)


def day_of(text: str) -> int | None:
    """Days since 1970-01-01 of a date such as 2026-12-25; else None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        return None


def _day(name: str) -> int | None:
    for names in (DAYS, _NAMES):
        if name in names:
            return names.index(name)
    return None


def _time(text: str) -> Millis | None:
    match = re.fullmatch(_TIME, text.strip())
    if match is None:
        return None
    time = int(match[1]) * HOUR + int(match[2]) * MINUTE
    return time if time <= DAY else None


def _spans(node: Node) -> Spans | None:
    """Spans of a day; one that ends no later than it begins ends on the next day. None: they are wrong."""
    if isinstance(node, str):
        texts: list[Node] = [*node.split(",")]
    else:
        texts = list(node) if isinstance(node, Items) else [None]
    if len(texts) == 1 and isinstance(texts[0], str) and texts[0].strip().casefold() == CLOSED:
        return ()
    spans: list[tuple[Millis, Millis]] = []
    for text in texts:
        match = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
        if match is None:
            return None
        since, until = _time(f"{match[1]}:{match[2]}"), _time(f"{match[3]}:{match[4]}")
        if since is None or until is None or since == DAY:
            return None
        spans.append((since, until if until > since else until + DAY))
    return tuple(sorted(spans))


def _items(node: Node, line: int, marks: str) -> Iterator[tuple[Node, int]]:
    """Items of a list, or of a text that has them separated by one of the marks."""
    if isinstance(node, Items):
        yield from zip(node, node.lines, strict=True)
    elif isinstance(node, str):
        yield from ((part.strip(), line) for part in re.split(f"[{marks}]", node))
    else:
        yield node, line
