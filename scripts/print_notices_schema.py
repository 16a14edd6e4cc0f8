"""Writes docs/notices.schema.json from the declared format of notices.

python -m scripts.print_notices_schema
"""

from pathlib import Path

from impactgraph.notices.format import schema_text

FILE = Path(__file__).parents[1] / "docs" / "notices.schema.json"

if __name__ == "__main__":
    FILE.write_text(schema_text())
