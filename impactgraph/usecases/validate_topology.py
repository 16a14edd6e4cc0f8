"""Say what is wrong with a topology, without a store."""

from pathlib import Path

from impactgraph.topology.load import CheckedDocuments, check_path

__all__ = ["CheckedDocuments", "validate_path"]


def validate_path(path: Path) -> CheckedDocuments:
    """Of a file or a folder: the topology, or every problem; warnings beside. Raises nothing for what is in it."""
    return check_path(path)
