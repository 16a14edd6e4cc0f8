"""The record in one DuckDB file in a folder, with its columns in the memory of the process."""

from impactgraph.stores.embedded.store import EmbeddedStore as EmbeddedStore
