"""Processes that are killed at random moments, and what their stores have then."""
