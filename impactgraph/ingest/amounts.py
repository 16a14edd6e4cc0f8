"""Amounts as logs write them, to plain decimals."""

import re

_GROUPED = {
    ".": re.compile(r"[-+]?[0-9]{1,3}(?:[,' \u00a0\u202f\u2019][0-9]{3})+(?:\.[0-9]+)?"),
    ",": re.compile(r"[-+]?(?:[0-9]{1,3}(?:[.' \u00a0\u202f\u2019][0-9]{3})+|[0-9]+)(?:,[0-9]+)?"),
}
"""By decimal mark: amounts that are not plain, with groups of three digits."""
_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_WHOLE = re.compile(r"([-+]?)([0-9]{1,30})", re.ASCII)
_MOST_DECIMALS = 9
_NO_DIGIT = re.compile(r"[^0-9+-]")


def plain_amount(text: str, mark: str) -> str:
    """The amount in plain decimal; the text itself where it is not of the form with this decimal mark."""
    signed = with_sign_first(text)
    if not _GROUPED[mark].fullmatch(signed):
        return signed if mark == "." and _PLAIN.fullmatch(signed) else text
    whole, _, fraction = signed.partition(mark)
    digits = _NO_DIGIT.sub("", whole)
    return f"{digits}.{fraction}" if fraction else digits


def with_sign_first(text: str) -> str:
    """The text with a minus in front, as `-`: SAP writes it behind, others as another character."""
    plain = text.replace("\u2212", "-")
    return f"-{plain[:-1].rstrip()}" if plain.endswith("-") and "-" not in plain[:-1] else plain


def major_amount(text: str, decimals: str) -> str:
    """An amount of minor units in the main unit: 1757 with 2 decimals is 17.57.

    A text that is no amount, and says why, where it is no whole number or the decimals are none: as it stands
    it may be a hundred times as much.
    """
    match = _WHOLE.fullmatch(text)
    if match is None or not (decimals.isascii() and decimals.isdigit()) or int(decimals) > _MOST_DECIMALS:
        return f"{text} in minor units with {decimals} decimals"
    count = int(decimals)
    digits = match[2].rjust(count + 1, "0")
    return f"{match[1]}{digits[:-count]}.{digits[-count:]}" if count else f"{match[1]}{digits}"
