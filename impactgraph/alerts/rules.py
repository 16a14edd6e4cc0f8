"""Rules that say what alerts mean: which element, class and scope. The first that matches wins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from graph_models.enums import FailureClass
from graph_models.time import Millis

_LONGEST_SHOWN = 100
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")

Texts: TypeAlias = tuple[str, ...]
"""Any of them fits: an exact text, one with `*` for any letters, or a pattern between slashes."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an alert must have; without any condition every alert fits."""

    sender: Texts = ()
    source: Texts = ()
    name: Texts = ()
    labels: Mapping[str, Texts] = field(default_factory=dict[str, Texts])


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What becomes of the alerts that it matches. Texts may have labels in braces."""

    match: Match
    line: int = 0
    """In its file."""
    ignore: bool = False
    element: str = ""
    failure_class: FailureClass | None = None
    """None: classified by its texts."""
    scope: Mapping[str, Texts] = field(default_factory=dict[str, Texts])
    delay: str | None = None
    error_rate: str | None = None
    expected_in: Millis | None = None
    keeps_for: Millis | None = None


@dataclass(frozen=True, slots=True)
class AlertRules:
    rules: Sequence[AlertRule] = ()
    file: str = ""

    def first_match(self, alert: "Subject") -> AlertRule | None:
        return next((rule for rule in self.rules if matches(rule.match, alert)), None)

    def place(self, rule: AlertRule) -> str:
        return f"the rule in {self.file}:{rule.line}" if self.file else f"the rule in line {rule.line}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules look at."""

    sender: str
    source: str
    name: str
    labels: Mapping[str, str]


def matches(match: Match, alert: Subject) -> bool:
    return (
        _fits(match.sender, alert.sender)
        and _fits(match.source, alert.source)
        and _fits(match.name, alert.name)
        and all(_fits(texts, alert.labels.get(name)) for name, texts in match.labels.items())
    )


def _fits(texts: Texts, value: str | None) -> bool:
    return not texts or (value is not None and any(_pattern_of(text).fullmatch(value) for text in texts))


@lru_cache(4_096)
def _pattern_of(text: str) -> re.Pattern[str]:
    """Raises re.error for a pattern that is none."""
    if is_pattern(text):
        return re.compile(text[1:-1], re.DOTALL)
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def is_pattern(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] == "/"


def check_text(text: str) -> str:
    """The text. Raises ValueError where it is a pattern that cannot be read."""
    try:
        _pattern_of(text)
    except (re.error, OverflowError, RecursionError) as error:
        excerpt = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
        raise ValueError(f"{excerpt!r} is not a pattern: {error}") from error
    return text


class MissingLabelError(ValueError):
    """A text needs a label that the alert does not have."""


def fill(text: str, labels: Mapping[str, str]) -> str:
    """The text with labels in the place of their names. Raises MissingLabelError."""

    def value(match: re.Match[str]) -> str:
        label = labels.get(match[1].strip())
        if not label:
            raise MissingLabelError(f"{text!r} needs the label {match[1].strip()}, which the alert lacks")
        return label

    return _PLACEHOLDER.sub(value, text)


def has_placeholder(text: str) -> bool:
    return _PLACEHOLDER.search(text) is not None
