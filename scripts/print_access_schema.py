"""Writes docs/access.schema.json from the declared format of access files.

python -m scripts.print_access_schema
"""

from pathlib import Path

from impactgraph.access.format import schema_text

FILE = Path(__file__).parents[1] / "docs" / "access.schema.json"

if __name__ == "__main__":
    FILE.write_text(schema_text())
