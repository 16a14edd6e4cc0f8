"""A retailer made up from a seed: its landscape, its orders in flight, and two failures that are live."""
