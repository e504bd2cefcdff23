"""Disclosure control: withhold figures from few responses, and all that would give them away; METHODS 7."""

from analysis.disclosure.mask import mask_microdata
from analysis.disclosure.suppress import SMALL_CELL, find_small

__all__ = ["SMALL_CELL", "find_small", "mask_microdata"]
