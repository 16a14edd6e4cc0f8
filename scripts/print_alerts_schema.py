"""Writes docs/alerts.schema.json from the declared format of rules of alerts.

python -m scripts.print_alerts_schema
"""

from pathlib import Path

from impactgraph.alerts.rules_format import schema_text

FILE = Path(__file__).parents[1] / "docs" / "alerts.schema.json"

if __name__ == "__main__":
    FILE.write_text(schema_text())
