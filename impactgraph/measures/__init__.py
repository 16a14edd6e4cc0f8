"""Figures on incidents by week and month, computed from plain values."""
