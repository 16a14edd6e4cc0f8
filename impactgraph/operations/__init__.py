"""The work on incidents, from what was recorded: what is one incident, its state, rank and steps."""
