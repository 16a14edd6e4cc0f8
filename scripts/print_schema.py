"""Writes the GraphQL schema as it is served to api/schema.graphql.

python -m scripts.print_schema
"""

from pathlib import Path

from api.schema import build_schema
from impactgraph.settings import Settings

TARGET = Path(__file__).parent.parent / "api" / "schema.graphql"

if __name__ == "__main__":
    TARGET.write_text(build_schema(Settings()).as_str() + "\n")
