"""A retailer made up from a seed: its topology, its orders in flight, and two failures that are live."""
