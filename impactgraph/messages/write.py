"""A message to the customer from its facts, in one language, form and time zone."""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from graph_models.customer_facts import (
    CustomerArrival,
    CustomerFacts,
    CustomerMessageKind,
    CustomerNotice,
    CustomerStage,
)
from graph_models.customer_message import MessageForm
from graph_models.money import Money
from graph_models.time import LAST_MOMENT, Millis
from impactgraph.messages.catalogue import Catalogue, Change, Departure, Lateness
from impactgraph.messages.gsm import as_gsm, fits
from impactgraph.messages.moments import CustomerClock, MomentKind, PhraseValues
from impactgraph.messages.template import Value

Kind = CustomerMessageKind

_ENDED = (
    Kind.COMPLETED,
    Kind.DELIVERED,
    Kind.COLLECTED,
    Kind.RETURN_COMPLETE,
    Kind.RETURN_REFUND_DUE,
    Kind.CANCELLED,
    Kind.CANCELLED_REFUND_DUE,
    Kind.CANCELLED_REFUNDED,
)
_OPEN = tuple(kind for kind in Kind if kind not in (*_ENDED, Kind.READY_TO_COLLECT, Kind.NOT_PLACED))
"""Kinds of messages about orders that the customer still waits for."""
_MONEY_NOTICES = (CustomerNotice.REFUND, CustomerNotice.REFUND_NOTICE, CustomerNotice.INVOICE)
_AHEAD: dict[CustomerStage, Departure] = {
    CustomerStage.ON_ITS_WAY: Departure.ON_ITS_WAY,
    CustomerStage.READY_TO_COLLECT: Departure.READY,
    CustomerStage.COMPLETED: Departure.DONE,
    CustomerStage.DELIVERED: Departure.DONE,
    CustomerStage.COLLECTED: Departure.DONE,
}
_MOST_NOTICES = 2
ORDER_PLACEHOLDER = "{order}"
"""What a text of the company may have in place of the number of the order."""


@dataclass(frozen=True)
class Writer:
    """Writes messages about one order."""

    catalogue: Catalogue
    language: str
    """As the customer has it, such as `es-MX`: dates and numbers follow it, the texts the catalogue."""
    form: MessageForm
    timezone: str
    now: Millis
    order: str
    """The number of the order."""
    place: str = ""
    """Where it is collected, as customers call it; empty where they know no name."""
    status: str = ""
    """The company's own text on what is going on, in place of the catalogue's; for the normal form."""

    is_zone_offset: bool = False
    """Whether the time zone is called by its offset, such as `UTC+9`."""

    def message(self, facts: CustomerFacts) -> str:
        """The message; a short one that does not fit calls the time zone by its offset."""
        if self.form is MessageForm.NORMAL:
            return self._message(facts)
        text = as_gsm(self._message(facts))
        return text if fits(text) else as_gsm(replace(self, is_zone_offset=True)._message(facts))

    def _message(self, facts: CustomerFacts) -> str:
        text = self._status(facts) or self._text("kinds", facts.kind.value.lower(), self._values(facts))
        message = self._text("frame", "text", {**self._order, "text": _tidy(text)})
        return _tidy_lines(message)

    def _status(self, facts: CustomerFacts) -> str:
        if not self.status or self.form is MessageForm.SHORT or facts.kind not in _OPEN:
            return ""
        if facts.stage is CustomerStage.ON_ITS_WAY:  # playbooks speak of what has to be done before
            return ""
        values = self._values(facts)
        parts = ("expected", "late", "parts", "changes", "notices")
        text = self.status.replace(ORDER_PLACEHOLDER, self.order)
        if self.order not in text:
            text = self._text("status", "text", {**self._order, "text": text})
        return " ".join([text, *(str(values[name]) for name in parts)])

    # ---- values of the placeholders

    def _values(self, facts: CustomerFacts) -> dict[str, Value]:
        expectation = self._expected(facts)
        late = self._late(facts, has_date=bool(expectation))
        return {
            **self._order,
            "expected": expectation,
            "late": late,
            "parts": self._parts(facts),
            "notices": " ".join([self._cancelled_parts(facts), *map(self._notice, self._due_notices(facts))]),
            "changes": self._changes(facts),
            "risk": self._text("risk", "text", self._order) if facts.is_at_risk and not late else "",
            "since": self._past(facts.since, is_lasting=True),
            "at": self._past(facts.since, is_lasting=False),
            "place": self.place,
            "amount": self._amount(facts),
            "arrival": _arrival(facts).value.lower(),
            "stage": facts.stage.value.lower(),
        }

    @property
    def _order(self) -> dict[str, Value]:
        return {"order": self.order, "brand": self.catalogue.brand}

    def _expected(self, facts: CustomerFacts) -> str:
        """When what the customer waits for is expected: not before the promise, which the customer knows."""
        moment = facts.expected_by if facts.expected_by is not None else facts.expected_at
        if facts.kind not in _OPEN or moment is None or moment > LAST_MOMENT:
            return ""
        if facts.promised_by is not None and not facts.is_late:
            moment = max(moment, facts.promised_by)
        when = self._moment(*self.clock.upcoming(moment))
        return self._text("expected", _arrival(facts).value.lower(), {**self._order, "when": when})

    def _late(self, facts: CustomerFacts, *, has_date: bool) -> str:
        lateness = self._lateness(facts, has_date=has_date)
        return self._text("late", lateness.value, self._order) if lateness is not None else ""

    def _open_lateness(self, facts: CustomerFacts, *, has_date: bool) -> Lateness:
        """Of an order that is late and still to come: a promise ahead is not broken before its time."""
        if has_date:
            return Lateness.WILL_MISS
        is_ahead = facts.promised_by is not None and facts.promised_by > self.now
        return Lateness.MAY_MISS if is_ahead else Lateness.OVERDUE

    def _lateness(self, facts: CustomerFacts, *, has_date: bool) -> Lateness | None:
        if facts.is_late and facts.kind not in _OPEN:
            return Lateness.MISSED
        if facts.is_late:
            return self._open_lateness(facts, has_date=has_date)
        promise, upper_end = facts.promised_by, facts.expected_by
        if not has_date or promise is None or upper_end is None:
            return None
        if upper_end > promise:
            return Lateness.MAY_MISS
        return Lateness.KEPT if facts.kind is Kind.DELAYED_WITH_DATE else None

    def _parts(self, facts: CustomerFacts) -> str:
        """How many parts are ahead of the others; empty where all are at one stage."""
        stages = [part.stage for part in facts.parts if part.stage is not CustomerStage.CANCELLED]
        later_stages = [_AHEAD[stage] for stage in stages if stage in _AHEAD and stage is not facts.stage]
        if not later_stages:
            return ""
        departure = next(each for each in Departure if each in later_stages)
        values: dict[str, Value] = {"shipped": later_stages.count(departure), "count": len(stages)}
        return self._text("parts", departure.value, values)

    def _cancelled_parts(self, facts: CustomerFacts) -> str:
        """How many parts of an order that goes on were cancelled; empty where none was."""
        parts = [part for part in facts.parts if part.stage is CustomerStage.CANCELLED]
        if not parts or len(parts) == len(facts.parts):
            return ""
        values: dict[str, Value] = {"cancelled": len(parts), "count": len(facts.parts)}
        return self._text("parts", "cancelled", values)

    def _due_notices(self, facts: CustomerFacts) -> tuple[CustomerNotice, ...]:
        """Those that still matter at the stage of the order, the most important first."""
        notices = [notice for notice in facts.overdue_notices if _matters(notice, facts.kind)]
        return tuple(notices[:_MOST_NOTICES])

    def _notice(self, notice: CustomerNotice) -> str:
        return self._text("notices", notice.value.lower(), self._order)

    def _changes(self, facts: CustomerFacts) -> str:
        changes = [Change.EDITED] if facts.is_edited else []
        changes += [Change.REROUTED] if facts.is_rerouted else []
        return " ".join(self._text("changes", change.value, self._order) for change in changes)

    def _past(self, at: Millis | None, *, is_lasting: bool) -> str:
        if at is None or at > self.now:
            return ""
        return self._moment(*(self.clock.since(at) if is_lasting else self.clock.past(at)))

    def _amount(self, facts: CustomerFacts) -> str:
        if facts.kind in (Kind.CANCELLED_REFUND_DUE, Kind.RETURN_REFUND_DUE):
            return self._money(_difference(facts.charged, facts.refunded))
        return self._money(facts.refunded)

    def _money(self, money: Money | None) -> str:
        """Empty for no amount, and for a currency that CLDR does not have."""
        if money is None or money.amount <= 0:
            return ""
        return _plain_spaces(format_currency(money.amount, money.currency, locale=self._locale))

    # ---- texts

    def _moment(self, kind: MomentKind, values: PhraseValues) -> str:
        return self._text("moments", kind.value, dict(values))

    def _text(self, section: str, name: str, values: dict[str, Value]) -> str:
        template = self.catalogue.template(section, name, self.form)
        return template.text(values, lambda number: str(self._locale.plural_form(number)))

    @cached_property
    def clock(self) -> CustomerClock:
        is_short = self.form is MessageForm.SHORT
        return CustomerClock(self.timezone, self._locale, self.now, is_short, self.is_zone_offset)

    @cached_property
    def _locale(self) -> Locale:
        return _locale(self.language if "-" in self.language else self.catalogue.dates)


def _arrival(facts: CustomerFacts) -> CustomerArrival:
    """What the customer still waits for: parts on their way are delivered, even if others are collected."""
    is_delivered = facts.stage is CustomerStage.ON_ITS_WAY and facts.arrival is CustomerArrival.COLLECTION
    return CustomerArrival.DELIVERY if is_delivered else facts.arrival


def _matters(notice: CustomerNotice, kind: CustomerMessageKind) -> bool:
    """Whether the customer of an order still waits for the notice."""
    if kind in _ENDED:
        return notice in _MONEY_NOTICES
    if notice is CustomerNotice.READY_NOTICE:
        return kind is Kind.READY_TO_COLLECT
    return notice is not CustomerNotice.DELIVERY_NOTICE


def _difference(charged: Money | None, refunded: Money | None) -> Money | None:
    if charged is None or refunded is None or charged.currency != refunded.currency:
        return charged
    return Money(charged.amount - refunded.amount, charged.currency)


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    """Of the language, where CLDR has none of the whole name."""
    try:
        return Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(name.partition("-")[0])


_GAP = re.compile(r"\s+")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
"""After an abbreviation at the end of a sentence, such as `Nov.`."""
_BESIDE_WIDE = re.compile(
    "(?<=[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60])\\s+|\\s+(?=[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60])"
)
"""Spaces beside letters of scripts that have none between words."""


def _tidy(text: str) -> str:
    """One space between sentences, whatever was empty; none in Japanese."""
    return _TWO_STOPS.sub(".", _BESIDE_WIDE.sub("", _GAP.sub(" ", text).strip()))


def _tidy_lines(text: str) -> str:
    """As `_tidy`, with the lines of a frame."""
    return "\n".join(map(_tidy, text.splitlines())).strip()


def _plain_spaces(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")
