"""Measure Deskhand: `python bench/run.py`, which is `python -m bench` from any folder."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts this file's folder first, where modules stand that are meant to be found in the package alone.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    runpy.run_module("bench", run_name="__main__")
