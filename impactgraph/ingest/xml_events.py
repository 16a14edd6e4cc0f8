"""XML read in a stream, and safely: a document type or an entity of its own is refused."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse


def elements(stream: BinaryIO) -> Iterator[tuple[str, Element]]:
    """("start" or "end", element) in the order of the document.

    Raises ValueError with what is wrong and where.
    """
    with _readable():
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            yield event, cast("Element", element)


@contextmanager
def _readable() -> Generator[None]:
    try:
        yield
    except ParseError as error:
        raise ValueError(f"it is not XML that can be read: {error}") from None
    except DefusedXmlException as error:
        name = type(error).__name__.removesuffix("Forbidden")
        raise ValueError(
            f"it declares {_FORBIDDEN.get(name, 'what is not safe')}, which is refused"
        ) from None
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"its encoding cannot be read: {error}") from None


_FORBIDDEN: Mapping[str, str] = {
    "DTD": "a document type (DTD)",
    "Entities": "an entity",
    "ExternalReference": "an external entity",
}


def tag_of(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
