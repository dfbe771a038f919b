"""Which photographs make a cluster, and which must not meet in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import BadInput
from tests.conftest import smooth_noise
from training.data.clusters import CACHE, DOMAINS, MEMBERS, NEIGHBOURS, Looks, source_of, thumbnail
from training.data.items import LicenceClass, PhotoItem
from training.refine.aesthetic import Aesthetic
from training.refine.pairs import AESTHETIC


def looks(count: int, seed: int = 0) -> Looks:
    """Photographs of one domain, each a little further from the first than the one before."""
    random = np.random.default_rng(seed)
    angle = np.arange(count) * 0.15
    return Looks(
        name=np.array([f"{each}" for each in range(count)]),
        source=np.array([f"page {each}" for each in range(count)]),
        domain=np.zeros(count, int),
        score=np.full(count, 6.0),
        embedding=np.stack([np.cos(angle), np.sin(angle)], axis=1),
        thumbnail=np.stack([thumbnail(random.random((20, 30, 3), np.float32)) for _ in range(count)]),
    )


def changed(made: Looks, **rows: Mapping[int, object]) -> Looks:
    """The same with some values of some rows changed."""
    fields = {name: getattr(made, name).copy() for name in rows}
    for name, values in rows.items():
        for row, value in values.items():
            fields[name][row] = value
    return replace(made, **fields)


def test_the_nearest_of_a_kind_make_a_cluster_of_five():
    assert looks(9).cluster(0, range(9)) == (0, 1, 2, 3, 4)
    assert looks(9).cluster(8, range(9)) == (8, 7, 6, 5, 4)
    assert looks(9).cluster(0, [2, 4, 5, 7]) == (0, 2, 4, 5, 7)


def test_near_duplicates_and_pictures_of_one_source_do_not_meet():
    made = looks(9)
    planted = changed(
        made,
        thumbnail={1: made.thumbnail[0]},
        source={2: made.source[0]},
        embedding={4: made.embedding[3] - 1e-3},
    )
    assert planted.cluster(0, range(9)) == (0, 3, 5, 6, 7)
    for cluster in planted.clusters(range(9), range(9)):
        assert not any({0, other} <= set(cluster) for other in (1, 2))
        assert not {3, 4} <= set(cluster)


def test_clusters_below_five_poor_pictures_and_other_domains_are_dropped():
    assert looks(MEMBERS - 1).cluster(0, range(MEMBERS - 1)) is None
    assert changed(looks(5), domain={3: 1}).cluster(0, range(5)) is None
    assert changed(looks(6), score={2: 3.0}).cluster(0, range(6)) == (0, 1, 3, 4, 5)
    assert changed(looks(9), score={0: 3.0}).cluster(0, range(9)) is None
    same = dict.fromkeys(range(1, NEIGHBOURS + 1), "page 0")  # all of the nearest ten are from one page
    assert changed(looks(20), source=same).cluster(0, range(20)) is None


def test_overlapping_clusters_stay_and_equal_ones_are_one():
    made = looks(8).clusters(range(8), range(8))
    assert len(made) == len({frozenset(each) for each in made}) < 8
    assert any(set(one) & set(two) for one in made for two in made if one != two)
    assert made == looks(8).clusters(range(8), range(8))


class Eye:
    """Colours as vectors."""

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """Of each a tiny copy, and a little that all have."""
        small = [cv2.resize(rgb, (4, 4), interpolation=cv2.INTER_AREA).ravel() - 0.5 for rgb, _ in pictures]
        return np.stack([np.append(0.95 * each / np.linalg.norm(each), 0.31) for each in small]).astype(np.float32)

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """The first is nearest to everything."""
        vectors = np.zeros((len(texts), 49), np.float32)
        vectors[:, -1] = [1, *[-1] * (len(texts) - 1)]
        return vectors


def photo(folder: Path, name: str, rgb: np.ndarray, quality: int = 95, url: str = "") -> PhotoItem:
    """A photograph of a data folder."""
    path = folder / name
    cv2.imwrite(str(path), np.rint(rgb[..., ::-1] * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    shared = (path, f"photos/{name}", "pack", "CC0-1.0", LicenceClass.public_domain, "", "")
    return PhotoItem(*shared, rgb.shape[1], rgb.shape[0], "a thing", url)


def test_planted_copies_are_found_in_files_and_looks_are_kept(tmp_path: Path):
    Aesthetic(np.zeros(49, np.float32), 6.0).write(tmp_path / AESTHETIC)
    pixels = [smooth_noise(96, 128, seed) for seed in range(7)]
    photos = [photo(tmp_path, f"pack_{name}.jpg", rgb) for name, rgb in zip("abcdefg", pixels, strict=True)]
    copy = np.clip(cv2.resize(pixels[0], (64, 48), interpolation=cv2.INTER_AREA) * 1.1, 0, 1)
    photos.append(photo(tmp_path, "pack_other.jpg", copy, quality=40))
    made = Looks.of(tmp_path, photos, Eye)
    assert set(made.domain) == {0}
    found = made.clusters(range(8), range(8))
    assert found
    assert not any({0, 7} <= set(cluster) for cluster in found)

    def blind() -> Eye:
        raise AssertionError("everything is known")

    again = Looks.of(tmp_path, photos, blind)
    assert again.clusters(range(8), range(8)) == found
    photos[3] = photo(tmp_path, "pack_d.jpg", pixels[0][::-1])
    with pytest.raises(AssertionError, match="known"):
        Looks.of(tmp_path, photos, blind)  # a photograph has changed
    (tmp_path / CACHE).write_bytes(b"no zip")
    assert np.array_equal(Looks.of(tmp_path, photos, Eye).name, Looks.of(tmp_path, photos, blind).name)
    with pytest.raises(BadInput, match="no photograph"):
        Looks.of(tmp_path, [], Eye)


def test_a_source_is_a_page_or_a_series(tmp_path: Path):
    rgb = smooth_noise(24, 32, 0)
    one, two = (photo(tmp_path, name, rgb) for name in ("pack_fish1.jpg", "pack_fish12.jpg"))
    assert source_of(one) == source_of(two) != source_of(photo(tmp_path, "pack_crab.jpg", rgb))
    assert source_of(replace(one, source_url="https://a")) != source_of(replace(two, source_url="https://b"))
    assert len(DOMAINS) == len(set(DOMAINS))
