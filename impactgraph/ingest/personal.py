"""Personal attributes of incoming events: hashed, masked or dropped before anything of an event is stored.

They are found by their name wherever a document has it, as an attribute of an order or elsewhere. A text that
is no JSON may have them anywhere, so it is not kept at all.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from graph_models.access import Keep
from impactgraph.errors import BadInputError, Problem

_EXACT = msgspec.json.Decoder(float_hook=lambda text: msgspec.Raw(text.encode()))
"""Keeps decimal numbers exactly as they were written."""
_HASHED = re.compile(r"hash:[0-9a-f]{32}")
_NOTHING = "***"
"""In a list, in place of values of which nothing is kept: no order has it."""
_FREE_TEXTS = frozenset({"text", "summary", "evidence", "note"})
"""Arguments that people write as they like: what is searched for, and what a report says."""
_LEAST_KEY = 16
"""Bytes of the key of hashes."""


@dataclass(frozen=True)
class PersonalRules:
    """What is kept of which attribute. Equal values have equal hashes, and nobody without the key can make
    one.
    """

    kept: Mapping[str, Keep] = field(default_factory=dict[str, Keep])
    """By the name of the attribute."""
    key: bytes = field(default=b"", repr=False)

    @staticmethod
    def of(kept: Mapping[str, str], key: bytes = b"") -> "PersonalRules":
        """Raises BadInputError where values are to be hashed and the key is missing or short."""
        rules = {name: Keep(value) for name, value in kept.items() if value != Keep.PLAIN}
        hashed = [name for name, value in rules.items() if value is Keep.HASH]
        if hashed and len(key.strip()) < _LEAST_KEY:
            raise BadInputError(
                Problem(
                    f"{', '.join(hashed)}: to keep hashes, IMPACTGRAPH_PERSONAL_KEY_FILE must name a file "
                    "with a "
                    f"secret of {_LEAST_KEY} characters at least."
                )
            )
        return PersonalRules(rules, key.strip())

    def __bool__(self) -> bool:
        return bool(self.kept)

    def lines(self, lines: Sequence[bytes]) -> Sequence[bytes]:
        """Events, with what is kept of them."""
        return [self.text(line) for line in lines] if self.kept else lines

    def text(self, text: bytes) -> bytes:
        """A document as it is kept: the same bytes where no name of a personal attribute is in it."""
        if not self.kept:
            return text
        if b"\\u" not in text and not any(name.encode() in text for name in self.kept):
            return text if _is_json(text) else _not_kept(text)
        try:
            document = _EXACT.decode(text)
            return msgspec.json.encode(document) if self._clean(document) else text
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _not_kept(text)

    def arguments(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments of an operation, as JSON has them, with what is kept of them.

        A free text may have a value of any personal attribute, so of each nothing is kept that shows it.
        """
        if not self.kept:
            return arguments
        document = msgspec.json.decode(msgspec.json.encode(arguments), type=dict[str, Any])
        self._clean(document)
        for node in nodes_of(document):
            if isinstance(node, dict):
                node.update({name: self._covered(node[name]) for name in _FREE_TEXTS & node.keys()})
        return document

    def _covered(self, value: object) -> object:
        """A free text, or several: its length and, with a key, its hash. So a text can still be compared."""
        if isinstance(value, list):
            return [self._covered(each) for each in cast("list[object]", value)]
        if not isinstance(value, str) or not value:
            return value
        digest = f", hash:{self._digest('', value)}" if self.key else ""
        return f"{len(value)} characters{digest}"

    def value(self, name: str, value: object) -> str | None:
        """A value as it is kept; None: not at all."""
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        match self.kept.get(name, Keep.PLAIN):
            case Keep.PLAIN:
                return text
            case Keep.DROP:
                return None
            case Keep.MASK:
                return f"{text.strip()[:1]}***"
            case Keep.HASH:
                if _HASHED.fullmatch(text):
                    return text
                return f"hash:{self._digest(name, text)}"

    def _digest(self, name: str, text: str) -> str:
        """Of a text without case and outer spaces, by the key."""
        content = f"{name}\0{text.strip().lower()}".encode()
        return hmac.new(self.key, content, hashlib.sha256).hexdigest()[:32]

    def _kept(self, name: str, value: object) -> str | list[str] | None:
        """As `value`; of a list, such as that of a scope, each value by itself, as orders have it. It stays a
        list where nothing is kept of its values: a scope without it would be that of all orders.
        """
        if not isinstance(value, list):
            return self.value(name, value)
        values = cast("list[object]", value)
        forms = [_NOTHING if (kept := self.value(name, each)) is None else kept for each in values]
        return list(dict.fromkeys(forms))

    def form(self, name: str, value: str) -> str:
        """The form in which a value would be kept; the value itself where none would be."""
        return self.value(name, value) or value

    def forms(self, name: str, values: Sequence[str]) -> list[str]:
        """The values, and the forms in which they are kept where those tell them apart."""
        is_hashed = self.kept.get(name) is Keep.HASH
        return list(dict.fromkeys([*values, *(self.form(name, each) for each in values if is_hashed)]))

    def document(self, text: bytes) -> bytes:
        """A refused document of a source: its fields have names of their own, so it is not kept where any
        attribute is personal.
        """
        return _not_kept(text) if self.kept else text

    def _clean(self, document: object) -> bool:
        """Whether anything of the document was changed, in place. Not recursive: it may be nested deeply."""
        has_changed = False
        for node in nodes_of(document):
            if isinstance(node, dict):
                for name in [name for name in node if name in self.kept and node[name] is not None]:
                    value = node.pop(name)
                    kept = self._kept(name, value)
                    has_changed |= kept != value
                    if kept is not None:
                        node[name] = kept
        return has_changed


def nodes_of(document: object) -> Iterator[dict[str, Any] | list[Any]]:
    """Every object and list of a JSON document, those around others first: each may be changed when it is
    given, and what it then has is gone through.
    """
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            each_object = cast("dict[str, Any]", node)
            yield each_object
            waiting.extend(each_object.values())
        elif isinstance(node, list):
            each_list = cast("list[Any]", node)
            yield each_list
            waiting.extend(each_list)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _not_kept(text: bytes) -> bytes:
    digest = hashlib.sha256(text).hexdigest()[:16]
    return (
        f"(not kept, since it may have personal attributes: {len(text)} bytes, SHA-256 {digest}...)"
    ).encode()
