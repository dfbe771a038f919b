"""Drafts packed beforehand: what is in them, and how they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import BadInput
from engine.values import Op
from tests.conftest import smooth_noise
from training.data.items import LicenceClass, PhotoItem
from training.data.shards import Sample, Shards, write_shards
from training.evaluate import trials
from training.evaluate.trials import Trial, photographs
from training.restore import packed
from training.restore.packed import PACKED, Packed, pack_drafts

SIDE = 64


def generators(count: int, seed: int = 0) -> list[np.random.Generator]:
    return [np.random.default_rng((seed, place)) for place in range(count)]


def sample(seed: int) -> Sample:
    truth = np.rint(smooth_noise(SIDE, SIDE, seed) * 255).astype(np.uint8)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:30, 40:60] = 255
    decoded = np.where(mask[..., None] > 0, 255 - truth, truth)
    arrays = {"decoded": decoded, "truth": truth, "reference": (truth / 255).astype(np.float16), "mask": mask}
    return Sample(arrays, {"op": "fill"})


@pytest.fixture
def data(tmp_path):
    """Six packed samples, in two packs."""
    for number in range(2):
        write_shards(tmp_path / PACKED / "learnt" / str(number), [sample(3 * number + each) for each in range(3)])
    return tmp_path


def test_samples_come_as_they_were_packed(data):
    packs = Packed(data, "learnt")
    made, first = packs.batch(range(6)), sample(0).arrays
    assert len(packs) == 6
    assert torch.equal(made.decoded[0], torch.from_numpy(first["decoded"]).permute(2, 0, 1).float() / 255)
    assert made.mask.shape == (6, 1, SIDE, SIDE)
    assert made.reference.dtype == torch.float32


def test_parts_hold_some_mask_and_their_pictures_belong_together(data):
    packs = Packed(data, "learnt")
    made = packs.batch([0] * 40, generators(40), 32)
    assert made.truth.shape == (40, 3, 32, 32)
    assert (made.mask.amax((1, 2, 3)) == 1).all()
    outside = made.mask.expand(-1, 3, -1, -1) == 0
    assert torch.equal(made.decoded[outside], made.truth[outside])
    assert not torch.equal(made.decoded, made.truth)
    assert len({each.sum().item() for each in made.truth}) > 30


def test_the_same_chance_draws_the_same(data):
    packs = Packed(data, "learnt")
    one, other, third = (packs.batch([1, 2], generators(2, seed), 32) for seed in (5, 5, 6))
    assert torch.equal(one.truth, other.truth)
    assert not torch.equal(one.truth, third.truth)


def test_absent_and_small_drafts_are_named(data):
    with pytest.raises(BadInput, match="holds no drafts"):
        Packed(data, "aside")
    with pytest.raises(BadInput, match="of 64 pixels, less than 96"):
        Packed(data, "learnt").batch([0], generators(1), 96)


def test_packs_hold_every_kind_of_edit_and_half_of_what_is_placed_is_in_light_already(monkeypatch, tmp_path):
    truth = smooth_noise(SIDE, SIDE, 0).astype(np.float32)
    changed = np.zeros((SIDE, SIDE), bool)
    changed[20:40, 20:40] = True
    draft = np.where(changed[..., None], 1 - truth, truth)

    def drawn(_data, op, count, **_own):
        for _ in range(min(count, 40)):
            yield Trial(op, truth, draft, truth, changed, ("", ""))

    monkeypatch.setattr(packed, "trials", drawn)
    monkeypatch.setattr(packed, "photographs", lambda *_given: [])
    monkeypatch.setattr(packed, "read_photos", lambda *_given: [np.rint(truth * 255).astype(np.uint8)])
    work = packed.Work(tmp_path, tmp_path / PACKED / "learnt", "learnt", SIDE)
    assert work.run(3, 70) == 70
    packs = Packed(tmp_path, "learnt")
    ops = [each.rest["op"] for folder in sorted((tmp_path / PACKED / "learnt").iterdir()) for each in Shards(folder)]
    assert {op: ops.count(op) for op in ops} == {
        **{op.value: 10 for op in (Op.fill, Op.expand, Op.add, Op.replace, Op.remove)},
        "restore": 20,
    }
    made = packs.batch(range(70))
    same = (made.decoded == made.truth).flatten(1).all(1).tolist()
    placed = [op for op, stays in zip(ops, same, strict=True) if stays]
    assert {op: placed.count(op) for op in ("add", "replace", "fill")} == {"add": 5, "replace": 5, "fill": 0}


def test_data_without_photographs_packs_nothing(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "photos.jsonl").write_text("")
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "objects.jsonl").write_text("")
    with pytest.raises(BadInput, match="no learnt photographs"):
        pack_drafts(tmp_path, "learnt", 2, 0, 1)
    assert not (tmp_path / PACKED).exists()
    with pytest.raises(BadInput, match="does not exist"):
        pack_drafts(tmp_path / "absent", "learnt", 2, 0, 1)


def test_drafts_that_are_there_are_never_overwritten(data):
    (data / PACKED / "learnt" / "00001-000").mkdir()
    with pytest.raises(BadInput, match="seed 1 already"):
        pack_drafts(data, "learnt", 8, 0, 2)


def test_photographs_fall_on_one_side_each(monkeypatch, tmp_path):
    def photo(number: int) -> PhotoItem:
        file, free = f"photos/{chr(97 + number % 26)}{chr(97 + number // 26)}.jpg", LicenceClass.public_domain
        return PhotoItem(tmp_path / file, file, "pictures", "CC0-1.0", free, "", file, 300, 200, "a hill", "")

    made = [photo(number) for number in range(60)]
    held = {each.file for each in made if each.held_out}
    monkeypatch.setattr(trials.items, "photos", lambda _data: iter(made))
    parts = [
        {each.file for each in photographs(tmp_path, part, [LicenceClass.public_domain])}
        for part in ("learnt", "aside", "held-out")
    ]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 60
    assert parts[2] == held
    assert 0 < len(held) < 60
    assert len(parts[1]) == -(-(60 - len(held)) // 10)
