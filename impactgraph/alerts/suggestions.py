"""Which elements an alert without a rule may be about, by their names. A suggestion is never applied by
itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph_models.ids import split_id
from graph_models.topology import Topology
from impactgraph.alerts.message import Message
from impactgraph.topology.near import nearest

MOST = 3
_TELLING = (
    "element", "service", "service.name", "service_name", "app", "application", "component", "system",
    "queue", "topic", "integration", "api", "workload", "deployment", "job", "container", "host", "instance",
)  # fmt: skip
"""Labels that mostly name what failed, the most telling first."""
_SILENT = frozenset(("severity", "priority", "state", "status", "receiver", "environment", "env", "team"))
_WORD = re.compile(r"[^\W_]+")
_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class Suggestion:
    element: str
    """Full id."""
    because: str
    label: str = ""
    """Whose value names it; empty where the name of the alert does."""
    value: str = ""


class Suggester:
    """Knows the names of a topology's elements."""

    def __init__(self, topology: Topology) -> None:
        self._by_name: dict[str, str] = {}
        self._similar: dict[str, str | None] = {}
        for identifier, element in topology.elements.items():
            kind, key = split_id(identifier)
            if kind in ("workflow", "location", "team"):
                continue
            for name in (key, key.rpartition("/")[2], str(getattr(element, "name", "") or "")):
                if name:
                    self._by_name.setdefault(_plain(name), identifier)

    def suggest(self, message: Message) -> tuple[Suggestion, ...]:
        """At most three, the surest first."""
        suggestions: dict[str, Suggestion] = {}
        for exact in (True, False):
            for label, value in _candidates(message):
                element = self._element(value, exact=exact)
                if element is not None and element not in suggestions:
                    how = "is its name" if exact else "is similar to its name"
                    what = f"the label {label}={value}" if label else f"{value!r} in the name of the alert"
                    suggestions[element] = Suggestion(element, f"{what} {how}", label, value if label else "")
            if suggestions:
                break
        return tuple(suggestions.values())[:MOST]

    def _element(self, value: str, *, exact: bool) -> str | None:
        plain = _plain(value)
        if exact:
            return self._by_name.get(plain)
        if plain not in self._similar:
            near = nearest(plain, self._by_name) if len(plain) > 3 else []
            self._similar[plain] = self._by_name[near[0]] if near else None
        return self._similar[plain]


def _candidates(message: Message) -> Iterator[tuple[str, str]]:
    """(label, value), the most telling first; then runs of words of the alert's name, the longest first."""
    for label in _label_names(message.labels):
        value = message.labels[label]
        if 1 < len(value) <= _LONGEST_VALUE:
            yield label, value
    words = _WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", message.name))[:8]
    for length in range(min(3, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            yield "", " ".join(words[start : start + length])


def _label_names(labels: Mapping[str, str]) -> list[str]:
    telling = [name for name in _TELLING if name in labels]
    return telling + [
        name
        for name in labels
        if name not in telling and name not in _SILENT and not name.startswith(("annotations.", "values."))
    ]


def _plain(name: str) -> str:
    return "-".join(_WORD.findall(name.casefold()))


def rule_text(sender: str, suggestion: Suggestion, name: str) -> str:
    """A rule to paste that says what the suggestion says."""
    what = (
        f"labels: {{{suggestion.label}: {_quote(suggestion.value)}}}"
        if suggestion.label
        else (f"name: {_quote(name)}")
    )
    return f"- match: {{sender: {sender}, {what}}}\n  element: {suggestion.element}"


def _quote(text: str) -> str:
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w.-]*", text)
        else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
