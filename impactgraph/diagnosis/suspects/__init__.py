"""Suspects: elements whose failure would explain what orders show, the likeliest first."""

from impactgraph.diagnosis.suspects.investigate import Investigation, comparison, suspects
from impactgraph.diagnosis.suspects.suspect import Suspect

__all__ = ["Investigation", "Suspect", "comparison", "suspects"]
