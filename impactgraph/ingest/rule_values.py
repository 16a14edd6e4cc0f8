"""Values of a mapping of version 2 as functions: from a record to the text that an event has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from impactgraph.ingest.amounts import major_amount, plain_amount
from impactgraph.ingest.event_texts import shown
from impactgraph.ingest.expressions import AsText, Expression, Notes, Template, text_of
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.rules import RuleMapping, ValueRule

ReadValue: TypeAlias = Callable[[Any, Notes], str | None]
"""From a record, or a member of a list in one, to text; None where it has no value."""
MOMENTS = frozenset({"time", "promised_by"})
AMOUNTS = frozenset({"value", "amount", "on_hand"})
IDS = frozenset({"id", "order", "fulfillment"})
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ValueDefaults:
    """What values of a mapping have where they do not say it themselves."""

    time_format: str | None
    zone: str | None
    decimal: str | None
    maps: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, mapping: RuleMapping) -> "ValueDefaults":
        return cls(mapping.time_format, mapping.zone, mapping.decimal, mapping.maps)


def value_reader(value: ValueRule, place: str, defaults: ValueDefaults) -> ReadValue:
    """What reads a value; the last name of `place` says whether it is a moment, an amount or an id."""
    section, _, name = place.rpartition(".")
    is_id = name in IDS and not section.endswith(".attributes")  # an attribute may have any name
    read = _source(value, _id_text(place) if is_id else _text)
    if value.map is not None:
        read = _mapped(read, value, place, defaults.maps)
    elif value.default is not None:
        read = _defaulted(read, value.default)
    if name in MOMENTS and value.constant is None:
        return _moment(read, value, defaults)
    if value.decimals is not None:
        return _minor(read, value.decimals)
    decimal = value.decimal or defaults.decimal
    if name in AMOUNTS and decimal is not None and value.constant is None:
        return _amount(read, decimal)
    return read


class ValueReaders:
    """Reads several values of a record into the data of an event."""

    def __init__(self, values: Mapping[str, ValueRule], place: str, defaults: ValueDefaults) -> None:
        """By name in the data; `place` is what comes before the name in the place of a value."""
        self._readers = [
            (name, _plain_field(value, name, defaults), value_reader(value, place + name, defaults))
            for name, value in values.items()
        ]

    def read_into(self, data: dict[str, Any], context: Mapping[str, Any], notes: Notes) -> None:
        """Adds the values that the record has. Most are one field: read here, without a call for each."""
        field_value = context.get
        for name, field, read in self._readers:
            if field is None:
                text = read(context, notes)
            else:
                text = field_value(field)
                if type(text) is str:
                    text = text.strip()
                elif text is not None:
                    text = text_of(text)
            if text:
                data[name] = text

    def __bool__(self) -> bool:
        return bool(self._readers)


def _plain_field(value: ValueRule, name: str, defaults: ValueDefaults) -> str | None:
    """The field whose text the value is, without any conversion; None where there is more to it."""
    is_converted = (
        name in MOMENTS
        or (name in AMOUNTS and (value.decimal or defaults.decimal) is not None)
        or value.map is not None
        or value.default is not None
        or value.decimals is not None
    )
    if is_converted or len(value.alternatives) > 1 or (value.template and len(value.template.parts) != 1):
        return None
    expressions = value.expressions
    return expressions[0].path[0] if len(expressions) == 1 and len(expressions[0].path) == 1 else None


def _text(value: Any, _: Notes) -> str | None:
    return text_of(value)


def _id_text(place: str) -> AsText:
    """As `_text`; an object, a list or a truth value is no id, and is a finding."""

    def text(value: Any, notes: Notes) -> str | None:
        if isinstance(value, bool | list | dict):
            what = shown(cast("Any", value))
            notes.append(f"`{place}` finds {what}, and an id is a text or a number: name a field of it.")
            return None
        return text_of(value)

    return text


def _source(value: ValueRule, as_text: AsText) -> ReadValue:
    if value.alternatives:
        if len(value.alternatives) == 1:
            return _expression_reader(value.alternatives[0], as_text)
        expressions = value.alternatives

        def first_of(context: Any, notes: Notes) -> str | None:
            for expression in expressions:
                if (text := as_text(expression.value(context, notes), notes)) is not None:
                    return text
            return None

        return first_of
    assert value.template is not None
    constant = value.constant
    if constant is not None:
        bare_text = constant.strip() or None
        return lambda _, __: bare_text
    template = value.template
    if len(template.parts) == 1:
        return _expression_reader(template.expressions[0], as_text)
    return lambda context, notes: text_of(template.value(context, notes, as_text))


def _expression_reader(expression: Expression, as_text: AsText) -> ReadValue:
    """Most values are one field: read without a call of the expression."""
    if len(expression.path) != 1:
        return lambda context, notes: as_text(expression.value(context, notes), notes)
    name = expression.path[0]

    def field(context: Any, notes: Notes) -> str | None:
        try:
            value = context.get(name)
        except AttributeError:
            return None
        if type(value) is str:
            return value.strip() or None
        return None if value is None else as_text(value, notes)

    return field


def _mapped(
    read: ReadValue, value: ValueRule, place: str, maps: Mapping[str, Mapping[str, str]]
) -> ReadValue:
    map_ = maps[value.map] if isinstance(value.map, str) else value.map
    assert map_ is not None
    default = value.default

    def mapped(context: Any, notes: Notes) -> str | None:
        text = read(context, notes)
        if text is None:
            return default
        result = map_.get(text, default)
        if result is None:
            shown_text = repr(text) if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]!r}..."
            notes.append(f"the map of `{place}` has no value for {shown_text}.")
        return result

    return mapped


def _defaulted(read: ReadValue, default: str) -> ReadValue:
    return lambda context, notes: read(context, notes) or default


def _moment(read: ReadValue, value: ValueRule, defaults: ValueDefaults) -> ReadValue:
    moments = MomentReader(value.time_format or defaults.time_format, value.zone or defaults.zone)

    def moment(context: Any, notes: Notes) -> str | None:
        text = read(context, notes)
        return None if text is None else moments.rfc3339(text)

    return moment


def _minor(read: ReadValue, decimals: Template) -> ReadValue:
    def amount(context: Any, notes: Notes) -> str | None:
        text, digits = read(context, notes), text_of(decimals.value(context, notes))
        return None if text is None else major_amount(text, digits or "no")

    return amount


def _amount(read: ReadValue, decimal: str) -> ReadValue:
    def amount(context: Any, notes: Notes) -> str | None:
        text = read(context, notes)
        return None if text is None else plain_amount(text, decimal)

    return amount
