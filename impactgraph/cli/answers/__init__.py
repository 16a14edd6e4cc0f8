"""Answers to commands: from the store itself, or from a server that has it open.

Both give the same documents, in the shapes of GraphQL; each command prints its document.
"""

from impactgraph.cli.answers.port import Answers
from impactgraph.cli.answers.targets import Target, find_target

__all__ = ["Answers", "Target", "find_target"]
