"""Keys of a topology with their places, and the resolution of references between elements."""

from dataclasses import dataclass, field

from graph_models.ids import split_id
from impactgraph.topology.near import nearest

MOST_COMPARED = 2_000_000
"""Maximum number of name comparisons for hints: with thousands of errors they would take minutes."""


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class KeyIndex:
    """All keys by kind (steps as `workflow/step`); for each workflow its steps and posting types."""

    places: dict[str, dict[str, Place]] = field(default_factory=dict[str, dict[str, Place]])
    steps: dict[str, dict[str, Place]] = field(default_factory=dict[str, dict[str, Place]])
    postings: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    comparisons: int = 0

    def has(self, kind: str, key: str) -> bool:
        return key in self.places.get(kind, ())

    def resolve(self, text: str, kinds: tuple[str, ...]) -> tuple[str, str] | str:
        """Returns (kind, key) of a reference to an element of one of these kinds, or the message of the
        problem.
        """
        prefix, key = split_id(text)
        if prefix and prefix not in kinds:
            return f"{text!r} is of a kind that may not stand here: it must be {either(kinds)}."
        matches = [kind for kind in ((prefix,) if prefix else kinds) if self.has(kind, key)]
        if len(matches) == 1:
            return matches[0], key
        if matches:
            return f"{text!r} may be {either([f'{kind}:{key}' for kind in matches])}: write which."
        return self._unknown(key, (prefix,) if prefix else kinds)

    def _unknown(self, key: str, kinds: tuple[str, ...]) -> str:
        message = f"There is no {' or '.join(kinds)} {key!r}."
        if elsewhere := [kind for kind in self.places if kind not in kinds and self.has(kind, key)]:
            others = either([f"{kind}:{key}" for kind in elsewhere], "and")
            return f"{message} There is {others}, but here it must be {either(kinds)}."
        self.comparisons += sum(len(self.places.get(kind, ())) for kind in kinds)
        if self.comparisons > MOST_COMPARED:
            return message
        near = nearest(key, (other for kind in kinds for other in self.places.get(kind, ())))
        return f"{message} Did you mean {near[0]!r}?" if near else message


def either(words: list[str] | tuple[str, ...], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
