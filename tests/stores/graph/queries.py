"""The queries of docs/cypher.md, by their headings."""

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[3] / "docs" / "cypher.md"
_QUERY = re.compile(r"^### (?P<title>.+?)\n.*?```cypher\n(?P<text>.*?)```", re.MULTILINE | re.DOTALL)


class Query(NamedTuple):
    who: str
    title: str
    text: str

    @property
    def parameters(self) -> set[str]:
        return set(re.findall(r"\$(\w+)", self.text))


def queries() -> dict[str, Query]:
    """By title."""
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    found = [
        Query(section.partition("\n")[0], match["title"], match["text"])
        for section in sections
        for match in _QUERY.finditer(section)
    ]
    return {query.title: query for query in found}
