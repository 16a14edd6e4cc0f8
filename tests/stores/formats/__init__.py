"""Stores that were written by every format so far, and what writes the next one."""
