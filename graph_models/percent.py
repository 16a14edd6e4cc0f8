"""Shares as percentages, with the space that the SI puts before the sign."""


def percent(share: float, digits: int = 0) -> str:
    """`12 %` of 0.12; with so many digits after the point."""
    return f"{share * 100:.{digits}f} %"
