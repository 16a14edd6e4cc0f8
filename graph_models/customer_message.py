"""Messages to the customer of an order, in the forms in which they are sent."""

from dataclasses import dataclass
from enum import StrEnum


class MessageForm(StrEnum):
    """How long a message is."""

    SHORT = "SHORT"
    """For a text message: 160 letters of the GSM alphabet, or 70 others, unless the order number is long."""
    NORMAL = "NORMAL"
    """For mail or chat."""


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """What may be sent to the customer."""

    language: str
    """Such as `de` or `es-MX`."""
    form: MessageForm
    timezone: str
    """IANA name of the zone that its times are in."""
    text: str


@dataclass(frozen=True, slots=True)
class Customer:
    """In which time zone and language the customer of an order is addressed."""

    timezone: str
    """IANA name."""
    timezone_source: str
    """order, location, region, topology or default."""
    languages: tuple[str, ...]
    """The best first; the last is English."""
    language_source: str
    """Of the first."""
