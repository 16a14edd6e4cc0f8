"""Counts as text, with the noun in the singular or in the plural."""


def say_count(number: int, singular: str, plural: str = "") -> str:
    """`1 order`, `2,300 orders`; the plural is the singular with an s by default."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
