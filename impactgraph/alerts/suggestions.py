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
    "queue", "topic", "integration", "api", "workload", "deployment", "job", "container", "pod", "database",
    "node", "host", "instance",
)  # fmt: skip
"""Labels that mostly name what failed, the most telling first."""
_SILENT = frozenset(("severity", "priority", "state", "status", "receiver", "environment", "env", "team"))
_WORD = re.compile(r"[^\W_]+")
_LONGEST_VALUE = 80
_LONGEST_RUN = 5
"""Words of the alert's name that are looked up together."""
_ANY = "[a-z0-9]+"
_INSTANCE = re.compile(r"[a-z]*[0-9][a-z0-9]*|[b-df-hj-np-tv-xz]{5}", re.IGNORECASE)
"""A part that numbers an instance, or that Kubernetes draws for a pod, without vowels."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    element: str
    """Full id."""
    because: str
    label: str = ""
    """Whose value names it; empty where the name of the alert does."""
    value: str = ""
    of_instance: bool = False
    """The value has the name in it, beside others."""


class Suggester:
    """Knows the names of a topology's elements."""

    def __init__(self, topology: Topology) -> None:
        self._by_name: dict[str, str] = {}
        self._by_stem: dict[str, str] = {}
        self._similar: dict[str, str | None] = {}
        for identifier, element in topology.elements.items():
            kind, key = split_id(identifier)
            if kind in ("workflow", "location", "team"):
                continue
            for name in (key, key.rpartition("/")[2], str(getattr(element, "name", "") or "")):
                if name:
                    self._by_name.setdefault(_plain(name), identifier)
        for name, identifier in self._by_name.items():
            self._by_stem.setdefault(_stem(name), identifier)
        self._most_words = max((name.count("-") + 1 for name in self._by_name), default=0)

    def suggest(self, message: Message) -> tuple[Suggestion, ...]:
        """At most three, the surest first. A label that mostly names what failed goes before one that has
        the name of an element, too: the namespace of a pod.
        """
        candidates = list(_candidates(message))
        telling = [(label, value) for label, value in candidates if label in _TELLING]
        for find, how, among in (
            (self._exact, "is its name", telling),
            (self._within, "has its name in it", telling),
            (self._exact, "is its name", candidates),
            (self._within, "has its name in it", candidates),
            (self._alike, "is similar to its name", candidates),
        ):
            suggestions: dict[str, Suggestion] = {}
            for label, value in among:
                element = find(value)
                if element is not None and element not in suggestions:
                    what = f"the label {label}={value}" if label else f"{value!r} in the name of the alert"
                    suggestions[element] = Suggestion(
                        element, f"{what} {how}", label, value if label else "", find == self._within
                    )
            if suggestions:
                return tuple(suggestions.values())[:MOST]
        return ()

    def _exact(self, value: str) -> str | None:
        return self._by_name.get(_plain(value))

    def _within(self, value: str) -> str | None:
        """The element of which the longest name is a part of the value: pods, containers, hosts and ports
        have the names of what they run, and more words.
        """
        for plain, by_name in ((_plain(value), self._by_name), (_stem(_plain(value)), self._by_stem)):
            words = plain.split("-")
            for length in range(min(self._most_words, len(words)), 0, -1):
                for start in range(len(words) - length + 1):
                    run = "-".join(words[start : start + length])
                    if len(run) > 1 and run in by_name:
                        return by_name[run]
        return None

    def _alike(self, value: str) -> str | None:
        plain = _plain(value)
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
    for length in range(min(_LONGEST_RUN, len(words)), 0, -1):
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


def _stem(plain: str) -> str:
    """Without what says only that it is a service: cartservice, cart-service and cart-svc are cart."""
    words = (word.removesuffix("service") for word in plain.split("-") if word != "svc")
    return "-".join(word for word in words if word)


def rule_text(sender: str, suggestion: Suggestion, name: str) -> str:
    """A rule to paste that says what the suggestion says, also of the other instances."""
    what = (
        f"labels: {{{suggestion.label}: {_quote(_of_all_instances(suggestion))}}}"
        if suggestion.label
        else (f"name: {_quote(name)}")
    )
    return f"- match: {{sender: {sender}, {what}}}\n  element: {suggestion.element}"


def _of_all_instances(suggestion: Suggestion) -> str:
    """The value, or a pattern in the place of what differs between instances: the next pod has another name.
    What names the element stays.
    """
    named = set(_plain(split_id(suggestion.element)[1]).split("-"))
    parts = re.split(r"([^\W_]+)", suggestion.value)
    is_instance = [part.casefold() not in named and bool(_INSTANCE.fullmatch(part)) for part in parts]
    if not suggestion.of_instance or not any(is_instance):
        return suggestion.value
    texts = (
        _ANY if each else re.escape(part).replace("\\-", "-")
        for part, each in zip(parts, is_instance, strict=True)
    )
    return f"/{''.join(texts)}/"


def _quote(text: str) -> str:
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w.-]*", text)
        else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
