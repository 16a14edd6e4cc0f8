"""Writes the JSON Schema of all events to docs/events.schema.json.

python -m scripts.print_event_schema
"""

import json
from pathlib import Path

from impactgraph.ingest.event_schema import event_schema

TARGET = Path(__file__).parent.parent / "docs" / "events.schema.json"


def text() -> str:
    """As it is in the file."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
