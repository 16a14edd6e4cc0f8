"""The format of a file of retention rules: it is read with lines, and all problems at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_models.time import DAY, Millis
from impactgraph.ports.removal import RetentionRule
from impactgraph.topology.config_file import ConfigFile
from impactgraph.topology.document import Items, Map, Node
from impactgraph.topology.fields import WRONG, Field, Fields, JsonSchema, Reading, Several, display_text
from impactgraph.topology.values import Duration, Flag, Text, Word

_RULE = Fields(
    (
        Field("name", Text(), "What the rule is called.", required=True),
        Field("after", Duration(least=DAY), "Age from which on it removes.", required=True),
        Field("workflows", Several(Text(), least=1), "Only orders of which every fulfillment is in one."),
        Field("regions", Several(Text(), least=1), "Only orders of these regions."),
        Field(
            "statuses",
            Several(Word(("completed", "cancelled")), least=1),
            "Only orders that ended so; default: both.",
        ),
        Field("quarantine", Flag(), "The rule is about entries of the quarantine, not about orders."),
        Field("audit", Flag(), "The rule is about entries of the audit log, not about orders."),
    )
)


class Rules:
    """A list of rules with different names."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Items) or not node:
            return reading.wrong(f"`{name}` must be a list of rules, not {display_text(node)}.", line)
        rules: list[RuleText] = []
        for number, (each, at) in enumerate(zip(node, node.lines, strict=True)):
            if not isinstance(each, Map):
                reading.wrong(f"`{name}[{number}]` must be a map, not {display_text(each)}.", at)
                continue
            values = _RULE.read(each, reading, f"{name}[{number}].")
            if not values or {"name", "after"} - values.keys():
                continue
            if values["name"] in (rule.name for rule in rules):
                reading.wrong(f"`{name}[{number}].name` {values['name']!r} is there twice.", each.line)
            subjects = [key for key in ("quarantine", "audit") if values.get(key)]
            if len(subjects) > 1:
                reading.wrong(f"`{name}[{number}]` is about one of `quarantine` and `audit`.", each.line)
            elif subjects and {"workflows", "regions", "statuses"} & values.keys():
                subject = "the quarantine" if "quarantine" in subjects else "the audit log"
                reading.wrong(f"`{name}[{number}]` is about {subject}, which has no orders.", each.line)
            rules.append(RuleText(**values))
        return tuple(rules) or WRONG

    def schema(self) -> JsonSchema:
        return {"type": "array", "items": _RULE.schema(), "minItems": 1}


@dataclass(frozen=True)
class RuleText:
    """A rule as it is written: with an age."""

    name: str
    after: Millis
    workflows: Sequence[str] = ()
    regions: Sequence[str] = ()
    statuses: Sequence[str] = ()
    quarantine: bool = False
    audit: bool = False

    def at(self, now: Millis) -> RetentionRule:
        """The rule with the moment that its age means."""
        return RetentionRule(
            self.name,
            now - self.after,
            frozenset(self.workflows),
            frozenset(self.regions),
            frozenset(self.statuses),
            self.quarantine,
            self.audit,
        )


@dataclass(frozen=True)
class RetentionRules:
    rules: tuple[RuleText, ...]
    every: Millis = DAY
    """How often a server applies them."""

    def at(self, now: Millis) -> list[RetentionRule]:
        return [rule.at(now) for rule in self.rules]


FORMAT = Fields(
    (
        Field("rules", Rules(), "What is removed.", required=True),
        Field("every", Duration(least=1000), "How often a server applies them; default: 1d."),
    )
)


RETENTION_FILE = ConfigFile(
    "Retention",
    "Which ended orders and quarantine entries are removed.",
    "The rules of retention",
    "It must be a map with `rules` (docs/retention.md).",
    FORMAT,
)


def load_retention(path: Path) -> RetentionRules:
    """The rules of a file. Raises BadInputError with everything that is wrong in it."""
    return parse_retention(RETENTION_FILE.text_of(path), str(path))


def parse_retention(text: str, name: str = "retention.yaml") -> RetentionRules:
    """Raises BadInputError with everything that is wrong, each with its line."""
    values = RETENTION_FILE.values_of(text, name)
    return RetentionRules(**values)
