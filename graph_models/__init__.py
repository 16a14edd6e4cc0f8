"""The domain model: frozen types, enumerations, ids, scopes, time windows and money.

No I/O; imports nothing from impactgraph or api.
"""
