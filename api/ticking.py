"""Values that are another with every answer, though nothing else may have changed: two answers that differ in nothing else are the same."""


class Ticking(int):
    """A moment, in milliseconds."""


class Ticked(str):
    """What it is as text."""
