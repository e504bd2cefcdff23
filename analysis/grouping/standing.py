"""Groups of a sample that comes in pieces: numbered alike in all, once the first has shown which keys follow."""

from collections.abc import Mapping
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.groups import Cut, Groups, combine, learn, put_together
from analysis.grouping.keys import Key


class StandingGroups:
    """``size`` groups: the combinations of the keys that were free in ``first``, the groups of the first piece.

    What the other keys are in each group is learnt piece by piece, and a piece that contradicts is refused.
    METHODS 20.2.
    """

    def __init__(self, first: Groups, keys: Mapping[str, Key]) -> None:
        self._free, self._follows = first.free, first.follows
        self._sizes = {name: key.size for name, key in keys.items()}
        self._known = {name: np.full(self._prefix(count), -1, np.int32) for name, count in self._follows.items()}

    @property
    def size(self) -> int:
        return self._prefix(len(self._free))

    def take(self, rows: int, keys: Mapping[str, Key]) -> Cut | None:
        """The groups of a piece; None where a key does not follow in it as it did before."""
        cut: Cut = put_together
        for count, name in enumerate(self._free, 1):
            cut = keys[name].codes if count == 1 else partial(combine, cut, keys[name])
            for other in (other for other, after in self._follows.items() if after == count):
                found = learn(rows, self._prefix(count), cut, keys[other].codes, keys[name].numbers.borders)
                known = self._known[other]
                if found is None or not ((found == known) | (found < 0) | (known < 0)).all():
                    return None
                self._known[other] = np.maximum(found, known)
        return cut

    def of(self) -> dict[str, NDArray[np.int32]]:
        """Key → its code in every group; 0 where no piece has shown it."""
        codes = np.unravel_index(np.arange(self.size), [self._sizes[name] for name in self._free] or [1])
        found = {name: code.astype(np.int32) for name, code in zip(self._free, codes, strict=False)}
        for name, known in self._known.items():
            found[name] = np.repeat(np.maximum(known, 0), self.size // len(known)).astype(np.int32)
        return found

    def _prefix(self, count: int) -> int:
        return prod(self._sizes[name] for name in self._free[:count])
