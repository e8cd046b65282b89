"""How long each stage of a turn took. Above: the journey, the record of the turn."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stages:
    """Seconds by the name of the stage. `began` is when the message was taken up, of a clock for intervals."""

    began: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts what happens inside; a second time of the same stage adds to the first."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - started

    @property
    def total(self) -> float:
        """Seconds since the message was taken up."""
        return time.monotonic() - self.began
