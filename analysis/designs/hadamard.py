"""Hadamard matrices, by which half-samples are balanced."""

from math import isqrt

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Signs = NDArray[np.int64]


def find_hadamard(at_least: int) -> Signs:
    """The smallest Hadamard matrix of order ``at_least`` or more that we know to make; first column ones.

    Orders 1, 2 and those that doubling and Paley's two constructions over primes give. Some multiples of 4
    (36, 52, 92, …) are not among them; the next is taken. METHODS 3.11.
    """
    order = at_least
    while (matrix := _make(order)) is None:
        order += 1
    # Rows may change sign without losing balance.
    return matrix * matrix[:, :1]


def _make(order: int) -> Signs | None:
    if order in (1, 2):
        return linalg.hadamard(order, dtype=np.int64)
    if order % 4:
        return None
    if _is_prime(order - 1):
        return _paley(order - 1)
    half = order // 2
    if half % 4 == 2 and _is_prime(half - 1):
        return _paley_doubled(half - 1)
    smaller = _make(half)
    return None if smaller is None else np.kron(np.array([[1, 1], [1, -1]]), smaller)


def _paley(prime: int) -> Signs:
    """Order prime + 1, prime ≡ 3 mod 4."""
    skew = np.zeros((prime + 1, prime + 1), np.int64)
    skew[0, 1:], skew[1:, 0], skew[1:, 1:] = 1, -1, _residues(prime)
    return skew + np.eye(prime + 1, dtype=np.int64)


def _paley_doubled(prime: int) -> Signs:
    """Order 2·(prime + 1), prime ≡ 1 mod 4."""
    symmetric = np.zeros((prime + 1, prime + 1), np.int64)
    symmetric[0, 1:], symmetric[1:, 0], symmetric[1:, 1:] = 1, 1, _residues(prime)
    one = np.eye(prime + 1, dtype=np.int64)
    return np.kron(symmetric, np.array([[1, 1], [1, -1]])) + np.kron(one, np.array([[1, -1], [-1, -1]]))


def _residues(prime: int) -> Signs:
    """±1 where the difference of two places is a square or not, modulo the prime; 0 on the diagonal."""
    character = np.full(prime, -1, np.int64)
    character[np.unique(np.arange(1, prime) ** 2 % prime)] = 1
    character[0] = 0
    places = np.arange(prime)
    return character[(places[:, None] - places[None, :]) % prime]


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % factor for factor in range(2, isqrt(number) + 1))
