"""Writes docs/mapping.schema.json, and the reference in docs/mapping.md, from the declaration of the format.

python -m scripts.print_mapping
"""

from pathlib import Path

from impactgraph.ingest.rules_schema import reference_text, schema_text

DOCS = Path(__file__).parent.parent / "docs"
SCHEMA = DOCS / "mapping.schema.json"
PAGE = DOCS / "mapping.md"
BEGIN, END = "<!-- reference: written by python -m scripts.print_mapping -->", "<!-- end of reference -->"


def page_text(page: str) -> str:
    """The page with the present reference."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{reference_text()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text())
    PAGE.write_text(page_text(PAGE.read_text()))
