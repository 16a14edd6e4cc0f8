"""Notices of incidents: rules decide who is notified of what, and a worker sends it."""
