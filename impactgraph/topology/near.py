"""Names similar to an unknown name."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str], most: int = 1) -> list[str]:
    """Returns up to `most` similar names, most similar first. Case is ignored."""
    by_casefold = {each.casefold(): each for each in names}
    return [by_casefold[match] for match in get_close_matches(name.casefold(), by_casefold, most)]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Returns a hint to append to a message, with a leading space; empty without a similar name."""
    matches = nearest(name, names)
    return f" Did you mean {matches[0]!r}?" if matches else ""
