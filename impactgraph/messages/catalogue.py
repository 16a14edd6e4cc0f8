"""Catalogues of messages: the texts of a language, each with the placeholders that it may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph_models.customer_facts import CustomerArrival, CustomerMessageKind, CustomerNotice
from graph_models.customer_message import MessageForm
from impactgraph.messages.moments import MomentKind
from impactgraph.messages.template import Template


class Lateness(StrEnum):
    """How an order stands to its promise; each has a text."""

    KEPT = "kept"
    """Although it is held up."""

    OVERDUE = "overdue"
    """It has passed, and there is no new date."""
    WILL_MISS = "will_miss"
    MAY_MISS = "may_miss"
    MISSED = "missed"
    """What was promised has happened, too late."""


class Departure(StrEnum):
    """What the parts of a split order that are ahead of the others have become; each has a text."""

    ON_ITS_WAY = "on_its_way"
    READY = "ready"
    DONE = "done"


class Change(StrEnum):
    """What changed about an order; each has a text."""

    EDITED = "edited"
    REROUTED = "rerouted"


_ORDER = frozenset({"order", "brand"})
_CLOCK = frozenset({"time", "hour", "zone"})
_DATE = frozenset({"date"})
_KIND = _ORDER | {
    "expected",
    "late",
    "parts",
    "notices",
    "changes",
    "risk",
    "since",
    "at",
    "place",
    "amount",
    "arrival",
    "stage",
}
_MOMENT_NAMES: Mapping[str, frozenset[str]] = {
    **{kind.value: frozenset[str]() for kind in MomentKind},
    **{kind.value: _CLOCK for kind in (MomentKind.TODAY, MomentKind.AT_TODAY, MomentKind.SINCE_TODAY)},
    **{kind.value: _DATE for kind in (MomentKind.DAY, MomentKind.AT_DAY, MomentKind.SINCE_DAY)},
}

SECTIONS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "frame": {"text": _ORDER | {"text"}},
    "status": {"text": _ORDER | {"text"}},
    "moments": _MOMENT_NAMES,
    "expected": {each.value.lower(): _ORDER | {"when"} for each in CustomerArrival},
    "late": {each.value: _ORDER for each in Lateness},
    "parts": {
        **{each.value: frozenset({"shipped", "count"}) for each in Departure},
        "cancelled": frozenset({"cancelled", "count"}),
    },
    "notices": {each.value.lower(): _ORDER for each in CustomerNotice},
    "changes": {each.value: _ORDER for each in Change},
    "risk": {"text": _ORDER},
    "kinds": {each.value.lower(): _KIND for each in CustomerMessageKind},
}
"""Sections of a catalogue: the texts that each must have, with the placeholders that they may have."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in both forms."""

    short: Template
    normal: Template

    def of(self, form: MessageForm) -> Template:
        return self.short if form is MessageForm.SHORT else self.normal


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language."""

    language: str
    """Such as `de`, with hyphens."""
    dates: str
    """CLDR locale of dates and numbers where the customer's language names no region, such as `en-GB`."""
    brand: str = ""
    time_words: tuple[str, ...] = ()
    """Words that name a time, in small letters: a sentence of a playbook with one may promise too much."""
    sections: Mapping[str, Mapping[str, Texts]] = field(default_factory=dict[str, Mapping[str, Texts]])
    """By section and name: all that SECTIONS names."""

    def template(self, section: str, name: str, form: MessageForm) -> Template:
        return self.sections[section][name].of(form)


@dataclass(frozen=True)
class Catalogues:
    """Catalogues by language."""

    by_language: Mapping[str, Catalogue]

    @property
    def languages(self) -> tuple[str, ...]:
        """English first, then by name."""
        return tuple(sorted(self.by_language, key=lambda each: (each != "en", each)))

    def closest(self, *languages: str | None) -> tuple[str, Catalogue]:
        """The first of these languages that has a catalogue, or whose base language has one; else English."""
        for language in languages:
            for key in (language, language.partition("-")[0]) if language else ():
                if key in self.by_language:
                    return language or key, self.by_language[key]
        return "en", self.by_language["en"]
