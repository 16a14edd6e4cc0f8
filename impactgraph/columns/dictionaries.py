"""Dictionary encoding: the values that codes in the columns stand for. A code indexes a list; code 0 is the
empty string.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Dictionary:
    """Values by code, and codes by value. Only ever appended to, so that a code keeps its meaning."""

    def __init__(self, values: list[str] | None = None) -> None:
        self.values = values or [""]
        self.asked_as: Callable[[str], str] | None = None
        """Makes the form in which a value is kept of the value that a question names."""
        self._codes = {value: code for code, value in enumerate(self.values)}

    def encode(self, value: str | None) -> int:
        """The value's code, a new one where it has none."""
        value = value or ""
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
        return code

    def encode_all(self, values: Sequence[str | None]) -> list[int]:
        """As `encode`, of many: most of them have a code."""
        codes = self._codes
        try:
            return [codes[value or ""] for value in values]
        except KeyError:
            return [self.encode(value) for value in values]

    def find(self, value: str) -> int | None:
        """The code of a value that a question names, None where it has none."""
        code = self._codes.get(value)
        return self._codes.get(self.asked_as(value)) if code is None and self.asked_as else code

    def truncate(self, size: int) -> None:
        """Drops all but the first `size` values. No array may contain their codes."""
        for value in self.values[size:]:
            del self._codes[value]
        del self.values[size:]

    def mask_of(self, values: Iterable[str]) -> NDArray[np.bool_]:
        """(codes,): True where the code's value is one of these."""
        mask = np.zeros(len(self.values), bool)
        mask[[code for value in values if (code := self.find(value)) is not None]] = True
        return mask

    def __len__(self) -> int:
        return len(self.values)


class PartialDictionary(Dictionary):
    """Some values of a dictionary, under the same codes. The others are blank, and are not found."""

    def __init__(self, whole: Dictionary, is_shown: NDArray[np.bool_]) -> None:
        """`is_shown`: by code; not more codes than the dictionary has."""
        self._whole = whole
        self.is_shown = is_shown
        values = np.array(whole.values[: len(is_shown)], object)
        self.values = np.where(is_shown, values, "").tolist()

    def find(self, value: str) -> int | None:
        code = self._whole.find(value)
        return code if code is not None and code < len(self) and (not code or self.is_shown[code]) else None


class MaskedDictionary(Dictionary):
    """The codes of a dictionary without their values, of which none is found: all read the same."""

    def __init__(self, count: int, mask: str) -> None:
        super().__init__(["", *[mask] * (count - 1)])
        self._codes = {"": 0}


@dataclass
class WorkflowDictionary:
    """Steps and records of a workflow by the index that columns use.

    Only ever appended to, so that an index keeps its meaning over versions of the topology.
    """

    key: str
    steps: list[str] = field(default_factory=list[str])
    """Bare keys."""
    records: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(RecordKind value, type) by the bit of a fulfillment's `records`. At most 63."""
    emitters: list[int] = field(default_factory=list[int])
    """By record: index of the step that emits it (of several, the first) when the record was added."""


def dictionary(domain: str) -> Any:
    """Declares a dictionary that events add values to; a record stores its values under `domain`."""
    return field(default_factory=Dictionary, metadata={"domain": domain})


@dataclass
class Dictionaries:
    """The dictionaries of all columns."""

    workflows: list[WorkflowDictionary] = field(default_factory=list[WorkflowDictionary])
    channels: Dictionary = dictionary("channel")
    modes: Dictionary = dictionary("mode")
    regions: Dictionary = dictionary("region")
    tiers: Dictionary = dictionary("tier")
    currencies: Dictionary = dictionary("currency")
    locations: Dictionary = dictionary("location")
    """Bare keys."""
    elements: Dictionary = dictionary("element")
    """Origins of errors, as the events name them."""
    types: Dictionary = dictionary("type")
    """Of records: `invoice`, `shipped`, ..."""
    fail_codes: Dictionary = dictionary("fail_code")
    attributes: dict[str, Dictionary] = field(default_factory=dict[str, Dictionary])
    """By attribute name; carrier, supplier and payload_version are among them."""
