"""Names that customers must not see: of systems, interfaces, integrations, data, workflows, steps, teams and
playbooks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from graph_models.topology import Element, Location, Topology

_WORD = re.compile(r"[\w.-]*\w")
_MOST_WORDS = 6


@dataclass(frozen=True)
class InternalNames:
    """Names of the elements of a topology that are more than an everyday word.

    A name of several words, one with a digit or a mark within (`release-to-store`), and one in capitals
    (`ERP`) is recognized; `orders` is not, since every text to a customer has such words.
    """

    names: frozenset[str]

    @classmethod
    def of(cls, topology: Topology) -> "InternalNames":
        return _names_of(_Identity(topology))

    def first_in(self, text: str) -> str | None:
        """The first name of an element that a text has; None where it has none."""
        words = list(_WORD.finditer(text))
        for start, first in enumerate(words):
            for last in words[start : start + _MOST_WORDS]:
                phrase = " ".join(text[first.start() : last.end()].split())
                if phrase in self.names or phrase.casefold() in self.names:
                    return phrase
        return None


@dataclass(frozen=True)
class _Identity:
    """A topology as a key of the cache, by identity: comparing topologies costs more than the answer."""

    topology: Topology

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.topology is other.topology

    def __hash__(self) -> int:
        return id(self.topology)


@lru_cache(maxsize=4)
def _names_of(identity: _Identity) -> InternalNames:
    elements = identity.topology.elements.values()
    return InternalNames(
        frozenset(name for each in elements if not isinstance(each, Location) for name in _names(each))
    )


def _names(element: Element) -> Iterator[str]:
    for name in (element.key, element.name):
        words = _WORD.findall(name)
        if len(words) > 1 or re.search(r"\w[-._]\w|\d", name):
            yield " ".join(name.split()).casefold()
        elif len(name) > 1 and name.isupper():
            yield name
