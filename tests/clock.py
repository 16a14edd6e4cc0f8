"""A clock that tests set."""

from dataclasses import dataclass

from graph_models.time import Millis


@dataclass
class Clock:
    now: Millis

    def __call__(self) -> Millis:
        return self.now
