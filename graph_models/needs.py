"""Synchronous dependencies of steps and systems."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives (`any_of`) in order of preference, each a tuple of ids of elements that are all needed."""

    alternatives: tuple[tuple[str, ...], ...]
    switch_after: int | None = None
    """Milliseconds until the next alternative is tried; None: as soon as the attempts are used up."""


Need: TypeAlias = str | Choice
"""The id of a required element, or a choice."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The synchronous dependencies of a step or a system."""

    required: tuple[Need, ...] = ()
    optional: tuple[str, ...] = ()
