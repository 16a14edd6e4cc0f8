"""Letters of the GSM 7-bit alphabet: a text message holds 160 of them, or 70 letters of any kind."""

import unicodedata

MOST_GSM = 160
MOST_OTHER = 70
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = "^{}\\[~]|€"
"""These count as two."""
_PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "œ": "oe",
    "Œ": "OE",
}
"""Quotation marks, dashes, and letters that are two."""


def as_gsm(text: str) -> str:
    """The text in GSM letters where that leaves it readable: accents that the alphabet lacks are left out.

    A text with letters that have no plain form, such as Japanese, stays as it is.
    """
    plain = "".join(map(_plain, text))
    return plain if is_gsm(plain) else text


def is_gsm(text: str) -> bool:
    return all(letter in _BASIC or letter in _TWICE for letter in text)


def fits(text: str) -> bool:
    """Whether it fits into one text message."""
    if not is_gsm(text):
        return len(text.encode("utf-16-le")) // 2 <= MOST_OTHER
    return len(text) + sum(letter in _TWICE for letter in text) <= MOST_GSM


def _plain(letter: str) -> str:
    if letter in _BASIC or letter in _TWICE:
        return letter
    if letter.isspace():
        return " "
    if letter in _PLAIN:
        return _PLAIN[letter]
    base = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
    return base if base and is_gsm(base) else letter
