"""Writes docs/sources.schema.json and docs/alerts.schema.json from the declared formats.

python -m scripts.print_sources_schema
"""

from pathlib import Path

from impactgraph.alerts import rules_format
from impactgraph.sources import format

DOCS = Path(__file__).parents[1] / "docs"
FILES = {"sources.schema.json": format.schema_text, "alerts.schema.json": rules_format.schema_text}

if __name__ == "__main__":
    for name, text in FILES.items():
        (DOCS / name).write_text(text())
