"""A draft mapping as data: each guess with how sure it is and what it was seen in."""

from dataclasses import dataclass, field
from enum import Enum

from impactgraph.discovery.draft import Doubt


class Sureness(Enum):
    """How sure a guess is."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Guess:
    """A value of the mapping."""

    value: str
    sureness: Sureness
    evidence: str
    """What speaks for it, with numbers, such as `different in 4,000 of 4,000 rows`."""
    is_attribute: bool = False
    """Whether the value is the name of a column or attribute, not a constant."""


@dataclass(frozen=True, slots=True)
class ActivityGuess:
    """What an activity means; without meanings it is left out of the mapping."""

    activity: str
    meanings: tuple[tuple[str, str], ...]
    """(section of the mapping, value there; empty for a list)."""
    sureness: Sureness
    evidence: str


@dataclass(slots=True)
class MappingDraft:
    """Keys of the maps are fields of the mapping format."""

    source: Guess
    order: dict[str, Guess] = field(default_factory=dict[str, Guess])
    attributes: dict[str, Guess] = field(default_factory=dict[str, Guess])
    """Further attributes of orders."""
    fulfillment: dict[str, Guess] = field(default_factory=dict[str, Guess])
    posting: dict[str, Guess] = field(default_factory=dict[str, Guess])
    """Of every posting: `amount`, `currency`, `document`."""
    csv: dict[str, Guess] = field(default_factory=dict[str, Guess])
    whole: dict[str, Guess] = field(default_factory=dict[str, Guess])
    """`time_format`, `zone`, `decimal`."""
    activities: list[ActivityGuess] = field(default_factory=list[ActivityGuess])
    spare_columns: tuple[str, ...] = ()
    """Columns, or attributes and object types, that the draft does not name."""
    rows: int = 0
    """Rows or events that were looked at."""

    def doubts(self) -> list[Doubt]:
        """What is unsure of it as a whole; each guess says by itself how sure it is."""
        lost_activities = [each for each in self.activities if not each.meanings]
        unsure = [place for place, guess in self.guesses() if guess.sureness is Sureness.UNSURE]
        unsure += [each.activity for each in self.activities if each.sureness is Sureness.UNSURE]
        doubts: list[Doubt] = []
        if unsure:
            doubts.append(Doubt("mapping", f"guessed without much to go by: {', '.join(unsure)}."))
        if lost_activities:
            names = ", ".join(each.activity for each in lost_activities)
            text = (
                f"no entry of these activities names an order, or an object of one: {names}. They "
                "are left out; another object type may be the order, or relations are missing in the log."
            )
            doubts.append(Doubt("mapping", text))
        return doubts

    def guesses(self) -> list[tuple[str, Guess]]:
        """(place in the mapping, guess) of all but the activities."""
        sections = (
            ("order.", self.order),
            ("order.attributes.", self.attributes),
            ("fulfillment.", self.fulfillment),
            ("postings.", self.posting),
            ("csv.", self.csv),
            ("", self.whole),
        )
        return [("source", self.source)] + [
            (f"{prefix}{name}", guess) for prefix, guesses in sections for name, guess in guesses.items()
        ]
