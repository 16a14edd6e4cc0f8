"""Elements that would explain the overdue, best first."""

from impactgraph.diagnosis.suspects.investigate import explanations, suspects
from impactgraph.diagnosis.suspects.sentences import Suspect

__all__ = ["Suspect", "explanations", "suspects"]
