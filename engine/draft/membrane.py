"""Smooth fields across a hole: harmonic interpolation from the pixels around it."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import sparse
from scipy.sparse import linalg

_LARGEST_SYSTEM = 40_000  # unknowns solved directly; beyond it the field, which is smooth, is solved on a coarser grid


def membrane(values: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fill a hole with the harmonic function that meets the values around it.

    The membrane of Perez et al. 2003 (Poisson Image Editing, section 2, equation 2): the Laplace equation with
    Dirichlet values on the ring just outside the hole and no flow across the picture's own border.

    Parameters
    ----------
    values
        ``(H, W, C)`` floats; what lies in the hole is not read.
    hole
        ``(H, W)`` bool, true where to fill; at least one pixel must be false.

    Returns
    -------
    np.ndarray
        ``(H, W, C)`` float32, equal to ``values`` outside the hole.
    """
    if not hole.any():
        return values.astype(np.float32)
    if int(hole.sum()) > _LARGEST_SYSTEM:
        return _coarse(values, hole)
    rows, columns = np.nonzero(hole)
    count = len(rows)
    index = np.full(hole.shape, -1, np.int64)
    index[rows, columns] = np.arange(count)
    height, width = hole.shape
    degree = np.zeros(count)
    right = np.zeros((count, values.shape[2]))
    links: list[tuple[np.ndarray, np.ndarray]] = []
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        y, x = rows + dy, columns + dx
        there = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        degree += there
        here = np.nonzero(there)[0]
        other = index[y[there], x[there]]
        inner = other >= 0
        links.append((here[inner], other[inner]))
        edge = here[~inner]
        right[edge] += values[y[there][~inner], x[there][~inner]]
    first = np.concatenate([a for a, _ in links])
    second = np.concatenate([b for _, b in links])
    matrix = sparse.diags(degree) - sparse.csr_matrix((np.ones(len(first)), (first, second)), (count, count))
    solved = linalg.splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(right)
    out = values.astype(np.float32)
    out[rows, columns] = solved
    return out


def _coarse(values: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Solve at half size, then put back the exact values around the hole by relaxing at full size."""
    height, width = hole.shape
    small = ((width + 1) // 2, (height + 1) // 2)
    known = (~hole).astype(np.float32)
    weight = cv2.resize(known, small, interpolation=cv2.INTER_AREA)[..., None]
    mean = _deep(cv2.resize(values.astype(np.float32) * known[..., None], small, interpolation=cv2.INTER_AREA))
    mean = np.where(weight > 0, mean / np.maximum(weight, 1e-6), 0)
    solved = membrane(mean, weight[..., 0] <= 0)
    out = _deep(cv2.resize(solved, (width, height), interpolation=cv2.INTER_LINEAR))
    inside = hole[..., None]
    out = np.where(inside, out, values.astype(np.float32))
    for _ in range(24):  # Jacobi: enough to smooth the steps of the doubled grid, which are two pixels wide
        out = np.where(inside, _deep(cv2.blur(out, (3, 3), borderType=cv2.BORDER_REPLICATE)), out)
    return out


def spread(values: np.ndarray, known: np.ndarray, sigma: float) -> np.ndarray:
    """Mean of the known values around each pixel (normalised convolution), ``(H, W, C)``; 0 where none is near."""
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), sigma)[..., None]
    total = _deep(cv2.GaussianBlur(values.astype(np.float32) * known[..., None], (0, 0), sigma))
    return np.where(weight > 1e-4, total / np.maximum(weight, 1e-4), 0).astype(np.float32)


def _deep(picture: np.ndarray) -> np.ndarray:
    """OpenCV drops a last axis of one: put it back."""
    return picture[..., None] if picture.ndim == 2 else picture
