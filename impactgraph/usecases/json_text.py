"""Detection of duplicate keys in JSON, which parsers accept silently."""

from impactgraph.ingest.json_text import refuse_repeated_key, repeated_key, twice

__all__ = ["refuse_repeated_key", "repeated_key", "twice"]
