"""Playbooks: the written procedure for an incident, and its texts in several languages.

Durations are milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph_models.enums import FailureClass
from graph_models.time import Millis


class StepEffectKind(StrEnum):
    END = "end"
    """Ends the failure of an element."""
    DRAIN = "drain"
    """Clears the backlog of an element faster."""
    ALTERNATIVE = "alternative"
    """Opens another way in place of the failed element."""
    MOVE = "move"
    """Moves orders to another workflow or step."""
    HOLD = "hold"
    """Holds records or messages."""


@dataclass(frozen=True, slots=True)
class StepEffect:
    """What a step of a playbook changes. It is proposed and recorded, never carried out."""

    kind: StepEffectKind
    target: str | None = None
    """Full id; None: the element that failed."""
    within: Millis | None = None
    """DRAIN: how long the backlog takes then."""
    source: str | None = None
    """MOVE: full id of the step or workflow whose orders are moved."""
    records: tuple[str, ...] = ()
    """HOLD: types of the records that are held; none: all."""


@dataclass(frozen=True, slots=True)
class PlaybookStep:
    text: str
    owner: str | None = None
    approval: str | None = None
    effect: StepEffect | None = None
    automation: str | None = None
    """Channel of notices that takes a request when somebody starts the step; None: people do all of it."""


@dataclass(frozen=True, slots=True)
class LanguageTexts:
    """A text in one language or several."""

    plain: str = ""
    """In the language of the topology; empty where `by_language` has the texts."""
    by_language: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    def __bool__(self) -> bool:
        return bool(self.plain or self.by_language)

    def __str__(self) -> str:
        """The plain text, else the English one, else the first."""
        return self.plain or self.by_language.get("en") or next(iter(self.by_language.values()), "")

    def within(self, language: str, default_language: str) -> str | None:
        """The text in the language, or in the one without its region; None where there is none."""
        if self.plain:
            return self.plain if base_language(language) == base_language(default_language) else None
        return self.by_language.get(language) or self.by_language.get(base_language(language))


def base_language(language: str) -> str:
    """`pt` of `pt-BR`."""
    return language.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Playbook:
    key: str
    steps: tuple[PlaybookStep, ...]
    elements: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    classes: tuple[FailureClass, ...] = ()
    message: LanguageTexts = LanguageTexts()
    name: str = ""
