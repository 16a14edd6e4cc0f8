"""Readings of a typed or pasted text as ids: without the spaces, words, punctuation and address around."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, unquote

from graph_models.ids import key_of, split_id
from impactgraph.errors import BadInputError
from impactgraph.ports.search import OrderNumber

LONGEST = 200
Readings = tuple[str, ...]
"""Texts that are searched together."""
Identifier = tuple[str, str]
"""Kind, which may be empty, and key."""

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_QUOTES = "\"'`\u00b4\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_AROUND = f" \t\r\n{_QUOTES}<>()[]{{}}.,;:!?#"
"""Characters that stand around an id, but do not belong to it."""
_JOINT = re.compile(r"\s*([-/])\s*")
_ADDRESS = re.compile(r"^\w+://|^#/")
_KIND = re.compile(r"^(\w+)\s*:\s*")
_ORDER = re.compile(
    r"^(order|fulfillment)\b\s*(?:number|no\b\.?|nr\b\.?|id\b)?[\s:#]*(?=\S*\d)", re.IGNORECASE
)
_BREAK = re.compile(r"[\s=&,;|]+")
_NUMBER = re.compile(r"^#?(\d+)(?:/(\d+))?$")
_FEWEST_IN_PHRASE = 4
"""Digits of a number in a phrase that is read as that of an order."""
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"^(?:(?:tel|phone|mobile)\.?:?\s*)?(\+?[\d\s()./-]+)$", re.IGNORECASE)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
"""Of a phone number (ITU-T E.164 allows 15)."""
_FEWEST_UNBROKEN = 10
"""Digits of a phone number that is written as one number: shorter ones may be numbers of orders."""


@dataclass(frozen=True)
class SearchText:
    """A typed or pasted text, and the ids that it may name."""

    original: str

    @property
    def order(self) -> str:
        """The bare key of an order, if the text is nothing but its id."""
        return key_of(self.original, "order")

    @cached_property
    def text(self) -> str:
        """With plain dashes and spaces. Raises BadInputError if it is empty or too long."""
        text = plain(self.original)
        if not split_id(text)[1].strip() or len(text) > LONGEST:
            raise BadInputError(f"text must have 1 to {LONGEST} characters, such as the number of an order.")
        return text

    @cached_property
    def key(self) -> str:
        """The text without a kind before it."""
        return split_id(self.text)[1]

    @cached_property
    def groups(self) -> tuple[tuple[Identifier, ...], ...]:
        """Ids that are searched together, the most literal reading first."""
        return tuple(tuple(map(split_id, group)) for group in readings(self.text))

    @cached_property
    def contact(self) -> str | None:
        """`e-mail address` or `phone number` where it is or contains one."""
        return contact_in(self.text)


def plain(text: str) -> str:
    """The text with plain dashes and spaces, without invisible characters, and spaces at its ends."""
    return _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def readings(text: str) -> tuple[Readings, ...]:
    """What a plain text may name, the most literal reading first; no reading occurs twice."""
    texts = _parts_of_address(text) if _ADDRESS.search(text) else [text]
    earlier: set[str] = set()
    groups = (group for each in texts for group in _readings(each))
    fresh = (tuple(r for r in group if r and not (r in earlier or earlier.add(r))) for group in groups)
    return tuple(group for group in fresh if group)


def _readings(text: str) -> list[Readings]:
    joined_text = _ORDER.sub(r"\1:", _KIND.sub(r"\1:", _JOINT.sub(r"\1", text)))
    bare = joined_text.strip(_AROUND)
    groups: list[Readings] = [(text,), (joined_text,), (bare,)]
    if any(map(str.isdigit, bare)):
        groups += [("-".join(bare.split()),), ("".join(bare.split()),), _words(joined_text), _words(text)]
    return groups


def _words(text: str) -> Readings:
    """The words of a phrase that have a digit, as ids do; short numbers are usually something else."""
    words = (word.strip(_AROUND) for word in _BREAK.split(text))
    return tuple(
        dict.fromkeys(
            word
            for word in words
            if any(map(str.isdigit, word)) and not (word.isdigit() and len(word) < _FEWEST_IN_PHRASE)
        )
    )


def _parts_of_address(address: str) -> list[str]:
    """What the address of a page names: the last part of its path, and the values of its parameters."""
    place = address.partition("#")[2] or re.sub(r"^\w+://[^/?]*", "", address)
    path, _, query = place.partition("?")
    path = unquote(path.strip("/").partition("/")[2] or path.strip("/"))
    values = [value for _, value in parse_qsl(query)]
    quotes = re.findall(r'"([^"]+)"', path)
    return quotes + values if quotes else [path, *values]


def number_in(text: str) -> OrderNumber | None:
    """The number where the text is nothing else, such as 21462, 021462 or 21462/1 (its first fulfillment)."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    order, fulfillment = (part and (part.lstrip("0") or "0") for part in match.groups())
    return OrderNumber(order, fulfillment)


def contact_in(text: str) -> str | None:
    """`e-mail address` or `phone number` where a plain text is or contains one."""
    if _MAIL.search(text):
        return "e-mail address"
    phone = _PHONE.match(text)
    if phone is None:
        return None
    number = phone[1].strip()
    digits = sum(map(str.isdigit, number))
    has_prefix = number.startswith(("+", "(")) or (number.startswith("0") and digits >= _FEWEST_UNBROKEN)
    has_groups = len(re.findall(r"\d+", number)) > 1
    return "phone number" if (has_prefix or has_groups) and _FEWEST_DIGITS <= digits <= _MOST_DIGITS else None
