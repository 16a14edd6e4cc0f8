"""Validates a topology without a store."""

from pathlib import Path

from impactgraph.topology.load import CheckedDocuments, check_path

__all__ = ["validate_path"]


def validate_path(path: Path) -> CheckedDocuments:
    """The topology of a file or a folder, or all its problems; with warnings.

    Does not raise for its content.
    """
    return check_path(path)
