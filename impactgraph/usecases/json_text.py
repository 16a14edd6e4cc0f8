"""What no reader of JSON may take silently: a key that is there twice."""

from impactgraph.ingest.json_text import refuse_repeated_key, repeated_key, twice

__all__ = ["refuse_repeated_key", "repeated_key", "twice"]
