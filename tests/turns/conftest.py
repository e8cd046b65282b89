"""Fixtures of the turns: visits to a shop whose model plays a script."""

from turns.visits import visiting

__all__ = ["visiting"]
