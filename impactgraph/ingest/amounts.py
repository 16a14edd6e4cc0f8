"""Amounts as logs write them, to plain decimals."""

import re

_GROUPED = {
    ".": re.compile(r"[-+]?[0-9]{1,3}(?:[,' \u00a0\u202f\u2019][0-9]{3})+(?:\.[0-9]+)?"),
    ",": re.compile(r"[-+]?(?:[0-9]{1,3}(?:[.' \u00a0\u202f\u2019][0-9]{3})+|[0-9]+)(?:,[0-9]+)?"),
}
"""By decimal mark: amounts that are not plain, with groups of three digits."""
_NO_DIGIT = re.compile(r"[^0-9+-]")


def plain_amount(text: str, mark: str) -> str:
    """The amount in plain decimal; the text itself where it is not of the form with this decimal mark."""
    if not _GROUPED[mark].fullmatch(text):
        return text
    whole, _, fraction = text.partition(mark)
    digits = _NO_DIGIT.sub("", whole)
    return f"{digits}.{fraction}" if fraction else digits
