"""Markers for volatile fields (`asOf`, `watermark`): they differ in every answer, and do not make it new."""


class VolatileMoment(int):
    """A moment, in milliseconds, that differs in every answer."""


class VolatileText(str):
    """A text that differs in every answer; also the serialized form of a `VolatileMoment`."""
