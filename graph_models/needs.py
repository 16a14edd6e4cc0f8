"""What a step or a system cannot work without."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Choice:
    """`any_of`: alternatives in order of preference, each a tuple of element ids that are all needed."""

    alternatives: tuple[tuple[str, ...], ...]
    switch_after: int | None = None
    """Milliseconds until the next alternative is tried; None: at once when the attempts are used up."""


Need: TypeAlias = str | Choice
"""An element id that is required, or a choice."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a step or a system depends on, synchronously."""

    required: tuple[Need, ...] = ()
    optional: tuple[str, ...] = ()
