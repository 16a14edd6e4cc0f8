"""XML as JSON documents have it: elements by name, a list of those with the same name, texts, attributes."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import Element

from impactgraph.ingest.text_files import open_unpacked
from impactgraph.ingest.xml_events import elements, tag_of

DEEPEST = 100
"""Levels of elements in each other."""
TEXT = "#text"
"""Name of the text of an element that has attributes or other elements beside it; of the parts between
elements together.
"""

_NIL = {"@nil": "true"}
"""`xsi:nil`: the element has no value."""


def xml_document(stream: BinaryIO) -> dict[str, Any]:
    """The root element by its name. Attributes are fields with `@` in front of their names.

    Raises ValueError with what is wrong.
    """
    parents: list[dict[str, Any]] = [{}]
    for step, element in elements(stream):
        if step == "start":
            if len(parents) > DEEPEST:
                raise ValueError(f"it has elements that are nested more than {DEEPEST} levels deep")
            parents.append({})
        else:
            fields = parents.pop()
            _add(parents[-1], tag_of(element), _value(element, fields))
            tail = element.tail  # a text of the parent, which is read with it
            element.clear()
            element.tail = tail
    return parents[0]


def xml_documents(path: Path) -> Iterator[tuple[Any, str]]:
    """The document of a file, with its place. Raises OSError, EOFError and ValueError."""
    with open_unpacked(path) as (_, stream):
        yield xml_document(stream), str(path)


def decode_xml(text: bytes) -> dict[str, Any]:
    """As `xml_document`, of a text."""
    return xml_document(BytesIO(text.lstrip()))


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    earlier = fields.get(name)
    if earlier is None:
        fields[name] = value
    elif isinstance(earlier, list):
        cast("list[Any]", earlier).append(value)
    else:
        fields[name] = [earlier, value]


def _value(element: Element, fields: dict[str, Any]) -> Any:
    """A text, empty where there is nothing; an object where there are attributes or elements."""
    texts = (text.strip() for text in (element.text, *(child.tail for child in element)) if text)
    text = " ".join(text for text in texts if text)
    attributes = {f"@{name.rpartition('}')[2]}": value for name, value in element.attrib.items()}
    if not fields and (not attributes or attributes == _NIL):
        return text
    return {**attributes, **fields, **({TEXT: text} if text else {})}
