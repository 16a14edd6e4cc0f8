"""Names of a log as keys of a topology."""

import re
from collections.abc import Iterable


def is_key(name: str) -> bool:
    """Whether a topology can have it as a key: printable, without white space, `/` and `:`."""
    return bool(name) and name.isprintable() and not re.search(r"[\s/:]", name)


def as_key(name: str) -> str:
    """The name, where it is a key; else one made of it, such as `pick-goods` of `Pick goods`."""
    if is_key(name):
        return name
    key = re.sub(r"[\s/:]+", "-", "".join(c for c in name.strip().lower() if c.isprintable() or c.isspace()))
    return key.strip("-") or "unnamed"


def distinct_keys(names: Iterable[str]) -> dict[str, str]:
    """A key for each name, no two the same."""
    keys: dict[str, str] = {}
    for name in names:
        key = base = as_key(name)
        number = 2
        while key in keys.values():
            key = f"{base}-{number}"
            number += 1
        keys[name] = key
    return keys
