"""Members of enumerations by name, as options give them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from impactgraph.errors import BadInputError, Problem

Member = TypeVar("Member", bound=StrEnum)


def parse_members(option: str, enum: type[Member], texts: Sequence[str]) -> tuple[Member, ...]:
    """Members of an enum by name, in any case. Raises BadInputError naming the option and the members."""
    names = [text.strip().upper().replace("-", "_") for text in texts]
    unknown = [text for text, name in zip(texts, names, strict=True) if name not in enum.__members__]
    if unknown:
        available = ", ".join(member.value.lower() for member in enum)
        raise BadInputError(Problem(f"{option} is {', '.join(map(repr, unknown))}; give one of {available}."))
    return tuple(enum[name] for name in names)
