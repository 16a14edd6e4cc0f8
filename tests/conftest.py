"""What all tests share: no example of a property has a deadline, since a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("impactgraph", deadline=None)
settings.load_profile("impactgraph")
