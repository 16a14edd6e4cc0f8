"""Samples of fixed size from streams of any length, and their quantiles by weight."""

import random
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

Reals = NDArray[np.float64]


@dataclass(slots=True)
class Sample(Generic[T]):
    """Up to `size` values of a stream, each as likely as every other (reservoir sampling, Vitter's
    algorithm R); the same stream gives the same sample.
    """

    size: int
    values: list[T] = field(default_factory=list[T])
    count: int = 0
    """Number of values of the stream."""
    _draw: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, value: T) -> None:
        self.count += 1
        if len(self.values) < self.size:
            self.values.append(value)
            return
        place = int(self._draw.random() * self.count)
        if place < self.size:
            self.values[place] = value

    @property
    def weight(self) -> float:
        """How many values of the stream each value of the sample stands for."""
        return self.count / len(self.values) if self.values else 0.0


def quantile(values: Reals, p: float) -> float:
    """The p-quantile of one value or more."""
    return float(np.quantile(values, p))
