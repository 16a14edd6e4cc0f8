"""The messages that may be sent to the customer of one order, and their facts as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from graph_models.customer_facts import CustomerArrival, CustomerFacts, CustomerStage
from graph_models.customer_message import Customer, CustomerMessage, MessageForm
from graph_models.money import Money
from graph_models.orders import Order
from graph_models.playbooks import LanguageTexts, base_language
from graph_models.time import LAST_MOMENT, Millis
from graph_models.topology import Topology
from graph_models.zones import local
from impactgraph.errors import BadInputError
from impactgraph.messages.catalogue import Catalogues
from impactgraph.messages.customer import DEFAULT_LANGUAGE, customer_of
from impactgraph.messages.internal_names import InternalNames
from impactgraph.messages.promises import PromiseBounds, without_early_promises
from impactgraph.messages.write import Writer
from impactgraph.topology.locale_fields import as_language
from impactgraph.topology.near import did_you_mean

JsonFacts = dict[str, Any]
_MOMENTS = ("placed_at", "since", "expected_at", "expected_by", "promised_by")


@dataclass(frozen=True)
class CustomerMessages:
    """Messages about one order at one moment, written when they are asked for."""

    catalogues: Catalogues
    topology: Topology
    order: Order
    facts: CustomerFacts
    now: Millis
    next_at: Millis | None = None
    """When the order is expected to move on; None where there is no date."""
    texts: tuple[LanguageTexts, ...] = ()
    """The company's own texts on what is going on, the best first."""

    @cached_property
    def customer(self) -> Customer:
        collects = self.facts.arrival is CustomerArrival.COLLECTION
        return customer_of(self.topology, self.order, collects=collects)

    @cached_property
    def language(self) -> str:
        """The customer's, or the first that there is a catalogue of."""
        return self.catalogues.closest(*self.customer.languages)[0]

    def write(self, form: MessageForm = MessageForm.NORMAL, language: str | None = None) -> CustomerMessage:
        """By default in the customer's language.

        Raises BadInputError for a language without a catalogue.
        """
        name = self.language if language is None else self._check(language)
        _, catalogue = self.catalogues.closest(name)
        writer = Writer(
            catalogue=catalogue,
            language=name,
            form=form,
            timezone=self.customer.timezone,
            now=self.now,
            order=self.order.key,
            place=self._place,
            status=self.own_text(name) if form is MessageForm.NORMAL else "",
        )
        return CustomerMessage(name, form, self.customer.timezone, writer.message(self.facts))

    def all(
        self, language: str | None = None, form: MessageForm | None = None
    ) -> tuple[CustomerMessage, ...]:
        """In every language and form, or in one: the customer's language first. Raises as `write`."""
        others = (each for each in self.catalogues.languages if each != base_language(self.language))
        languages: Iterable[str] = (self.language, *others) if language is None else (language,)
        forms = tuple(MessageForm) if form is None else (form,)
        return tuple(self.write(each_form, each) for each in languages for each_form in forms)

    def facts_json(self) -> JsonFacts:
        """The facts, with moments in the customer's time zone; nothing that a customer may not see."""
        values: JsonFacts = {
            "order": self.order.key,
            "kind": self.facts.kind.value,
            "stage": self.facts.stage.value,
            "arrival": self.facts.arrival.value,
            "language": self.language,
            "languageSource": self.customer.language_source,
            "timezone": self.customer.timezone,
            "timezoneSource": self.customer.timezone_source,
        }
        for field in fields(self.facts):
            value = getattr(self.facts, field.name)
            if field.name in _MOMENTS:
                values[_camel_case(field.name)] = self._moment(value)
            elif isinstance(value, bool):
                values[_camel_case(field.name)] = value
            elif isinstance(value, Money) or field.name in ("charged", "refunded", "value"):
                values[_camel_case(field.name)] = _money(value)
        values["overdueNotices"] = [notice.value for notice in self.facts.overdue_notices]
        values["parts"] = [
            {
                "stage": part.stage.value,
                "value": _money(part.value),
                "since": self._moment(part.since),
                "expectedAt": self._moment(part.expected_at),
                "expectedBy": self._moment(part.expected_by),
            }
            for part in self.facts.parts
        ]
        return values

    def _check(self, language: str) -> str:
        name = as_language(language)
        if name is not None and {name, base_language(name)} & set(self.catalogues.languages):
            return name
        languages = ", ".join(self.catalogues.languages)
        raise BadInputError(
            f"There are no messages in the language {language!r}."
            f"{did_you_mean(language, self.catalogues.languages)} Known: {languages}."
        )

    def own_text(self, language: str) -> str:
        """The first of the company's own texts in the language that names nothing internal and promises no
        earlier date than the forecast's; empty where there is none.
        """
        _, catalogue = self.catalogues.closest(language)
        bounds = PromiseBounds(self.now, self.customer.timezone, self.next_at, self.facts.expected_by)
        for texts in self.texts:
            text = texts.within(language, self.topology.language or DEFAULT_LANGUAGE)
            if text is None or InternalNames.of(self.topology).first_in(text):
                continue
            own_text = without_early_promises(
                text, bounds, language=language, time_words=catalogue.time_words
            )
            if own_text:
                return own_text
        return ""

    @property
    def _place(self) -> str:
        """The display name of the store where the order is ready to collect."""
        if self.facts.arrival is not CustomerArrival.COLLECTION:
            return ""
        ready = (part for part in self.facts.parts if part.stage is CustomerStage.READY_TO_COLLECT)
        locations = (self.topology.locations.get(part.location) for part in ready if part.location)
        names = {location.name for location in locations if location and location.name != location.key}
        return names.pop() if len(names) == 1 else ""

    def _moment(self, at: Millis | None) -> str | None:
        """ISO 8601 with the offset of the customer's time zone."""
        if at is None or at > LAST_MOMENT:
            return None
        return local(at, self.customer.timezone).isoformat(timespec="seconds")


def _money(money: Money | None) -> JsonFacts | None:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
