"""Writes docs/sources.schema.json from the declared format of sources.

python -m scripts.print_sources_schema
"""

from pathlib import Path

from impactgraph.sources.format import schema_text

FILE = Path(__file__).parents[1] / "docs" / "sources.schema.json"

if __name__ == "__main__":
    FILE.write_text(schema_text())
