"""Which withheld figures of a table with totals follow from the others: the bridges of a graph; METHODS 7.3.

Rows and columns are the vertices, figures the edges; each vertex says that its edges add up. A withheld figure can
be computed from the published ones exactly when its edge is a bridge of the graph of withheld figures.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

_SEED = 7  # of labels only; the answer does not depend on it


@dataclass(frozen=True)
class Bridges:
    """``is_bridge`` per edge. ``side`` tells the two halves that a bridge holds together: a vertex ``v`` is below
    the bridge when ``first[bridge] <= entered[v] < after[bridge]``; ``component`` numbers the connected parts."""

    is_bridge: np.ndarray
    first: np.ndarray
    after: np.ndarray
    entered: np.ndarray
    component: np.ndarray

    def is_below(self, edge: int, vertices: np.ndarray) -> np.ndarray:
        """Which of ``vertices`` lie on the lower side of the bridge ``edge``."""
        entered = self.entered[vertices]
        return (entered >= self.first[edge]) & (entered < self.after[edge])


def find_bridges(a: np.ndarray, b: np.ndarray, vertices: int) -> Bridges:
    """The bridges of the simple graph with edges ``a[i]``-``b[i]`` on ``vertices`` vertices.

    Every edge outside a spanning tree gets a random 64-bit label; a tree edge is a bridge when the labels of the
    edges that leave its subtree cancel, that is when there are none (wrong with chance 2^-64 an edge).
    METHODS 7.3.
    """
    component = connected_components(_matrix(a, b, vertices), directed=False)[1]
    roots = np.unique(component, return_index=True)[1]
    top = vertices  # one more vertex above every component, so that one walk reaches all
    order, parent = breadth_first_order(
        _matrix(np.append(a, roots), np.append(b, np.full(len(roots), top)), vertices + 1), top, directed=False
    )
    is_tree = (parent[b] == a) | (parent[a] == b)
    labels = np.random.default_rng(_SEED).integers(1, 2**63, len(a), dtype=np.uint64)
    crossing = np.zeros(vertices + 1, dtype=np.uint64)
    np.bitwise_xor.at(crossing, a[~is_tree], labels[~is_tree])
    np.bitwise_xor.at(crossing, b[~is_tree], labels[~is_tree])
    size = np.ones(vertices + 1, dtype=np.int64)
    for vertex in order[:0:-1]:  # leaves first
        crossing[parent[vertex]] ^= crossing[vertex]
        size[parent[vertex]] += size[vertex]
    entered = np.zeros(vertices + 1, dtype=np.int64)
    free = entered + 1
    for vertex in order[1:]:
        entered[vertex] = free[parent[vertex]]
        free[parent[vertex]] += size[vertex]
        free[vertex] = entered[vertex] + 1
    lower = np.where(parent[b] == a, b, a)
    return Bridges(is_tree & (crossing[lower] == 0), entered[lower], (entered + size)[lower], entered, component)


def _matrix(a: np.ndarray, b: np.ndarray, vertices: int) -> coo_array:
    return coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(vertices, vertices)).tocsr()
