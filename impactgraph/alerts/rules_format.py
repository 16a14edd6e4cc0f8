"""The format of a file of alert rules. It is read as topologies are: with lines, and all problems at once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_models.enums import ElementKind, FailureClass
from graph_models.ids import split_id
from graph_models.scope import DIMENSIONS
from graph_models.time import parse_duration
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.alerts.rules import AlertRule, AlertRules, Match, check_text, has_placeholder, is_pattern
from impactgraph.topology.config_file import ConfigFile
from impactgraph.topology.document import Items, Map, Node
from impactgraph.topology.fields import (
    WRONG,
    Body,
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
    Value,
    display_text,
    source_text,
)
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import either
from impactgraph.topology.values import Duration, Flag, Text, Word

ATTRIBUTES = "attributes."
_KINDS = tuple(kind.value.lower() for kind in ElementKind)


class _Patterns:
    """One text or a list of texts, each exact, with `*`, or a pattern between slashes."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        texts = (Several(Text(), least=1) if isinstance(node, Items) else _One()).read(
            node, line, name, reading
        )
        if texts is WRONG:
            return WRONG
        try:
            return tuple(check_text(each) for each in texts)
        except ValueError as error:
            return reading.wrong(f"`{name}`: {error}.", line)

    def schema(self) -> JsonSchema:
        one = Text().schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


class _One:
    """A single text as a tuple; a flag as its word."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        value = str(node).lower() if isinstance(node, bool) else Text().read(node, line, name, reading)
        return WRONG if value is WRONG else (value,)


class _SenderNames(_Patterns):
    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        texts = super().read(node, line, name, reading)
        if texts is WRONG:
            return WRONG
        for text in texts:
            if "*" not in text and not is_pattern(text) and text not in SENDERS:
                reading.wrong(f"`{name}`: there is no sender {text!r}.{did_you_mean(text, SENDERS)}", line)
        return texts


@dataclass(frozen=True)
class _ByName:
    """Values by a name, which may be limited."""

    value: Value
    names: tuple[str, ...] = ()
    prefix: str = ""
    """Names that begin with it are free."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map by name, not {display_text(node)}.", line)
        values: dict[str, Any] = {}
        for key, item in node.items():
            at = node.lines[key]
            is_free = not self.names or (self.prefix and key.startswith(self.prefix))
            if not is_free and key not in self.names:
                reading.wrong(f"there is no `{name}.{key}`.{did_you_mean(key, self.names)}", at)
            elif item is None:
                reading.wrong(f"`{name}.{key}` is empty.", at)
            else:
                values[key] = self.value.read(item, at, f"{name}.{key}", reading)
        return WRONG if any(value is WRONG for value in values.values()) else values

    def schema(self) -> JsonSchema:
        if not self.names:
            return {"type": "object", "additionalProperties": self.value.schema()}
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {each: self.value.schema() for each in self.names},
            "patternProperties": {"^attributes\\.": self.value.schema()},
        }


class _ElementId:
    """`kind:key`; labels may stand in it."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        kind, key = split_id(text)
        if kind in _KINDS and key:
            return text
        if text.startswith("{") and has_placeholder(text):
            return text
        prefix = text.partition(":")[0]
        return reading.wrong(
            f"`{name}` must be the id of an element, such as system:oms or system:{{service}}, not "
            f"{display_text(node)}.{did_you_mean(prefix, _KINDS)}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string"}


class _Span:
    """A duration, or a text with a label that has one."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if has_placeholder(text):
            return text
        try:
            parse_duration(text)
        except ValueError as error:
            return reading.wrong(f"`{name}`: {error}.", line)
        return text

    def schema(self) -> JsonSchema:
        return {"type": "string"}


class _Share:
    """A number from 0 to 1 or a percentage, or a text with a label that has one."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if has_placeholder(text):
            return text
        try:
            share_of(text)
        except ValueError as error:
            return reading.wrong(f"`{name}`: {error}.", line)
        return text

    def schema(self) -> JsonSchema:
        return {"type": ["number", "string"]}


def share_of(text: str) -> float:
    """Of `0.07` or `7 %`. Raises ValueError where it is no share."""
    number = text.strip().removesuffix("%").strip()
    try:
        share = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"{text[:40]!r} is not a share such as 0.07 or 7 %")
    return share


MATCH = Fields(
    (
        Field("sender", _SenderNames(), "Kind of system that sends, such as alertmanager."),
        Field("source", _Patterns(), "Key of the source in the file of sources."),
        Field("name", _Patterns(), "Name of the monitor or rule that raised the alert."),
        Field("labels", _ByName(_Patterns()), "Labels, tags or fields of the alert by name."),
    )
)
RULE = Fields(
    (
        Field(
            "match",
            Body(MATCH, make=lambda values: Match(**values)),
            "What the alert must have: each text is exact, has `*` for any letters, or is a pattern between "
            "slashes; of a list any; `{}` fits every alert.",
            required=True,
        ),
        Field("ignore", Flag(), "Such alerts are passed over; nothing else may be said of them."),
        Field("element", _ElementId(), "Element that fails, such as system:oms or system:{service}."),
        Field(
            "class",
            Word(
                tuple(each.value.lower() for each in FailureClass),
                make=lambda word: FailureClass[word.upper()],
            ),
            "Class of the failure; without, classified by the texts of the alert.",
            attribute="failure_class",
        ),
        Field(
            "scope",
            _ByName(_Patterns(), DIMENSIONS, ATTRIBUTES),
            "Orders that it is limited to, by dimension; labels may stand in the values.",
        ),
        Field("delay", _Span(), "Delay that it causes, such as 15m or {lag}."),
        Field("error_rate", _Share(), "Share of requests that fail: 0.07, 7 % or {error_rate}."),
        Field("expected_in", Duration(least=1), "How long it is expected to last."),
        Field(
            "keeps_for",
            Duration(least=1),
            "How long after its last message it ends, where the sender reports no end.",
        ),
    )
)


class _Rules:
    """A list of rules."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Items):
            return reading.wrong(
                f"`{name}` must be a list of rules, each with `match`, not {display_text(node)}.", line
            )
        rules: list[AlertRule] = []
        for item, at in zip(node, node.lines, strict=True):
            if not isinstance(item, Map):
                reading.wrong(f"a rule must be a map with `match`, not {display_text(item)}.", at)
                continue
            before = len(reading.problems)
            values = RULE.read(item, reading)
            if len(reading.problems) == before:
                rule = AlertRule(**values, line=at)
                _check(rule, rules, reading)
                rules.append(rule)
        return tuple(rules)

    def schema(self) -> JsonSchema:
        return {"type": "array", "items": RULE.schema()}


def _check(rule: AlertRule, former: list[AlertRule], reading: Reading) -> None:
    for each in former:
        if each.match == rule.match:
            reading.wrong(
                f"it matches what the rule in line {each.line} matches: the first one wins, so that this one "
                "never applies.",
                rule.line,
            )
    others = (rule.element, rule.failure_class, rule.scope, rule.delay, rule.error_rate)
    if rule.ignore and any((*others, rule.expected_in, rule.keeps_for)):
        reading.wrong("`ignore: true` stands alone: such alerts are passed over.", rule.line)
    if rule.ignore and rule.match == Match():
        reading.wrong(
            "`match` has no condition: every alert would be passed over. Name what to ignore, or write "
            '`match: {name: "*"}` if all are meant.',
            rule.line,
        )
    if not rule.ignore and not rule.element:
        reading.wrong("`element` is missing: name the element that fails, or `ignore: true`.", rule.line)


FORMAT = Fields((Field("rules", _Rules(), "The rules; the first that matches wins.", required=True),))


RULES_FILE = ConfigFile(
    "Alert rules",
    f"What alerts mean. Senders are {either(list(SENDERS), 'and')}.",
    "The rules",
    "It must be a map with `rules` (docs/alerts.md).",
    FORMAT,
)


def load_rules(path: Path) -> AlertRules:
    """Raises BadInputError with everything that is wrong in the file."""
    return parse_rules(RULES_FILE.text_of(path), str(path))


def parse_rules(text: str, name: str = "alerts.yaml") -> AlertRules:
    """Raises BadInputError with everything that is wrong, each with its line."""
    values = RULES_FILE.values_of(text, name)
    return AlertRules(values["rules"], name)


def rules_schema() -> JsonSchema:
    """The format as a JSON Schema (2020-12) for editors."""
    return RULES_FILE.schema()


def schema_text() -> str:
    """As committed in docs/alerts.schema.json."""
    return json.dumps(rules_schema(), indent=2) + "\n"
