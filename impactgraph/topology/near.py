"""The names nearest to one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Up to `most` of the known names that look like this one, the most alike first; none where nothing does. Case is ignored."""
    by_folded = {each.casefold(): each for each in known}
    return [by_folded[found] for found in get_close_matches(name.casefold(), by_folded, most)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint to put behind a message, with a space before it; empty where nothing is near."""
    found = nearest(name, known)
    return f" Did you mean {found[0]!r}?" if found else ""
