"""Notices of incidents: rules decide who is told what, and a worker sends it."""
