"""Every key of a topology with its place, and what a reference stands for."""

from dataclasses import dataclass, field

from graph_models.ids import split_id
from impactgraph.topology.near import nearest

MOST_COMPARED = 2_000_000
"""Names to compare in search of near ones: in a large document with thousands of errors the hints would take minutes."""


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class Known:
    """All keys by kind (steps as `workflow/step`), and for each workflow its steps and the types of postings that it emits."""

    places: dict[str, dict[str, Place]] = field(default_factory=dict[str, dict[str, Place]])
    steps: dict[str, dict[str, Place]] = field(default_factory=dict[str, dict[str, Place]])
    postings: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    compared: int = 0

    def has(self, kind: str, key: str) -> bool:
        return key in self.places.get(kind, ())

    def resolve(self, text: str, kinds: tuple[str, ...]) -> tuple[str, str] | str:
        """(kind, key) of a bare key or `kind:key` where one of these kinds is expected; else what is wrong with it."""
        said, key = split_id(text)
        if said and said not in kinds:
            return f"{text!r} is of a kind that may not stand here: it must be {either(kinds)}."
        found = [kind for kind in ((said,) if said else kinds) if self.has(kind, key)]
        if len(found) == 1:
            return found[0], key
        if found:
            return f"{text!r} may be {either([f'{kind}:{key}' for kind in found])}: write which."
        return self._unknown(text, key, (said,) if said else kinds)

    def _unknown(self, text: str, key: str, kinds: tuple[str, ...]) -> str:
        message = f"There is no {' or '.join(kinds)} {key!r}."
        if elsewhere := [kind for kind in self.places if kind not in kinds and self.has(kind, key)]:
            return f"{message} There is {either([f'{kind}:{key}' for kind in elsewhere], 'and')}, but here it must be {either(kinds)}."
        self.compared += sum(len(self.places.get(kind, ())) for kind in kinds)
        if self.compared > MOST_COMPARED:
            return message
        near = nearest(key, (other for kind in kinds for other in self.places.get(kind, ())))
        return f"{message} Did you mean {near[0]!r}?" if near else message


def either(words: list[str] | tuple[str, ...], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
