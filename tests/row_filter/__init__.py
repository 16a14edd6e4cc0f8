"""Compares what a principal with a row filter gets with what everybody gets of a store that only ever had the
events of its orders.
"""
