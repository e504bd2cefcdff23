"""Random numbers from a seed and a frame's hash alone: the same on every platform, in every version of NumPy."""

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

ALGORITHM = "hailong-sample-1"  # part of every key; a change that moves a sample needs a new name
BLOCK = 1024


class RandomStream:
    """Endless uniform numbers in [0, 1) for one purpose (a stage, a stratum); METHODS 12.5.

    SHAKE-256 of the canonical JSON of seed, frame hash and purpose: 53 bits each. Two purposes share nothing,
    so that a change in one stratum's sample size leaves the draws of the others alone.
    """

    def __init__(self, seed: int | str, frame_sha256: str, *purpose: object) -> None:
        key = [ALGORITHM, seed, frame_sha256, *(_plain(part) for part in purpose)]
        self._key = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
        self._block, self._used, self._buffer = 0, 0, np.empty(0)

    def take(self, count: int) -> NDArray[np.float64]:
        """The next ``count`` numbers."""
        parts = []
        while count:
            if self._used == len(self._buffer):
                self._fill(max(BLOCK if self._block else 16, count))
            part = self._buffer[self._used : self._used + count]
            parts.append(part)
            self._used += len(part)
            count -= len(part)
        return np.concatenate(parts) if parts else np.empty(0)

    def one(self) -> float:
        """The next number."""
        return float(self.take(1)[0])

    def shuffle(self, count: int) -> NDArray[np.int64]:
        """The positions 0…count−1 in random order."""
        return np.argsort(self.take(count), kind="stable")

    def _fill(self, at_least: int) -> None:
        # Whole blocks of fixed content: how many numbers are asked at once must not change them.
        digests = []
        while at_least > 0:
            size = 16 if self._block == 0 else BLOCK
            digests.append(hashlib.shake_256(self._block.to_bytes(8, "big") + self._key).digest(8 * size))
            self._block += 1
            at_least -= size
        bits = np.frombuffer(b"".join(digests), dtype="<u8") >> np.uint64(11)
        self._buffer, self._used = bits.astype(np.float64) * 2.0**-53, 0


def _plain(part: object) -> object:
    return part if isinstance(part, (str, int, float, bool, type(None))) else str(part)
