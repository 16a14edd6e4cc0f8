"""The graph to walk: the topology, the orders on their way through it, and what failures do to it, as nodes
and relations beside the log of record.
"""
