"""The state of orders, fulfillments and failures, folded from events with numpy.

Every column is a register of which the latest event wins, so events commute. Nothing here knows a database,
so that every store gives the same state.
"""
