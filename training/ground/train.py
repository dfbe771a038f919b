"""Trains the grounding network on the frozen image tower: ``python -m training.ground.train --out FILE``."""

from __future__ import annotations

import argparse
import collections
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.encode.efficientnet import EfficientNetLite
from engine.ground.network import Grounding, GroundNetwork, masks
from training.ground.labels import UNKNOWN, cutouts, labelled_photos
from training.ground.scenes import SIDE, Scene, SceneMaker

BATCH = 8
LABELS = Path(__file__).with_name("labels.jsonl")
_ASKING = 4  # positions of each object whose masks are learnt in a step
_UNSURE = 0.35  # weight of "no object here" where nobody outlined the photo's own objects
_SEEN = 60  # batches kept with their features: the tower costs more than the network it teaches
_LEAST_SEEN = 12
_AGAIN = 0.6  # of the steps take a kept batch
_TINY_OBJECT = 0.35  # of the pixels of a 16-pixel cell: the object lies on it


def picture_tower(bundle: Bundle) -> EfficientNetLite:
    """The image tower whose stages the network stands on."""
    return EfficientNetLite.load(bundle.tensors("image/model.safetensors"), 2)


def _cells(mask: Tensor) -> Tensor:
    """``(k, SIDE, SIDE)`` to the fraction of each 16-pixel cell, ``(k, SIDE/16, SIDE/16)``."""
    return functional.avg_pool2d(mask[:, None], 16)[:, 0]


def _middles(mask: Tensor) -> Tensor:
    """How deep inside its object each cell lies, 0 to 1 (1 at the object's deepest cell), ``(k, h, w)``."""
    wide = functional.avg_pool2d(mask[:, None], 8)
    depth = torch.zeros_like(wide)
    inside = (wide > 0.5).float()
    for _ in range(SIDE // 16):
        depth = depth + inside
        inside = -functional.max_pool2d(-functional.pad(inside, (1, 1, 1, 1)), 3, stride=1)
        if not inside.any():
            break
    depth = functional.max_pool2d(depth, 2)[:, 0] + _cells(mask)
    return depth / depth.amax(dim=(1, 2), keepdim=True).clamp(min=1e-3)


def objects_loss(
    said: Grounding, index: int, scene: Scene, random: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Objectness, mask and saliency losses of one picture of the batch."""
    shown = torch.from_numpy(scene.objects).float()
    anything = shown.amax(0) if len(shown) else torch.zeros(SIDE, SIDE)
    quarter = functional.avg_pool2d(anything[None, None], 4)[0, 0]
    unsure = torch.ones_like(quarter)
    if not scene.complete:
        unsure = torch.where(quarter > 0.5, 1.0, _UNSURE)
    salient = (
        functional.binary_cross_entropy_with_logits(said.salient[index], quarter, reduction="none") * unsure
    ).mean()
    logits = said.objectness[index]
    wanted = torch.zeros_like(logits)
    mask_loss = torch.zeros(())
    if len(shown):
        cells, middles = _cells(shown), _middles(shown)
        depth = torch.where(cells > _TINY_OBJECT, middles, torch.zeros(()))
        wanted = depth.amax(0) ** 1.5
        asked: list[tuple[int, int, int]] = []
        for number in range(len(shown)):
            chance = (depth[number] ** 2).flatten().double().numpy() + 1e-9 * cells[number].flatten().double().numpy()
            if chance.sum() <= 0:
                continue
            for place in random.choice(
                chance.size, min(_ASKING, int((chance > 1e-10).sum())), False, chance / chance.sum()
            ):
                asked.append((number, place // wanted.shape[1], place % wanted.shape[1]))
        if asked:
            number, row, column = torch.tensor(asked).T
            kernels = said.kernels[index][:, row, column].T
            found = masks(kernels, torch.stack([row, column], 1).float(), said.pixels[index])
            truth = functional.avg_pool2d(shown[:, None], 4)[number, 0]
            mask_loss = _mask_loss(found, truth)
    weight = 1 + 6 * wanted
    if not scene.complete:
        weight = torch.where(wanted > 0, weight, weight * _UNSURE)
    objectness = functional.binary_cross_entropy_with_logits(logits, wanted, weight=weight)
    return objectness, mask_loss, salient


def _mask_loss(found: Tensor, truth: Tensor) -> Tensor:
    """Dice (Milletari et al. 2016, section 3) plus cross-entropy balanced over object and rest."""
    chance = found.sigmoid()
    overlap = 2 * (chance * truth).sum((1, 2)) + 1
    dice = 1 - overlap / ((chance**2).sum((1, 2)) + (truth**2).sum((1, 2)) + 1)
    crossed = functional.binary_cross_entropy_with_logits(found, truth, reduction="none")
    share = truth.mean((1, 2), keepdim=True).clamp(0.02, 0.5)
    weight = truth * 0.5 / share + (1 - truth) * 0.5 / (1 - share)
    return (dice + (crossed * weight).mean((1, 2))).mean()


def stuff_loss(said: Grounding, scenes: list[Scene]) -> Tensor:
    """Cross-entropy of the known stuff cells, rare classes raised."""
    truth = np.stack([scene.stuff[4::8, 4::8] for scene in scenes])
    target = torch.from_numpy(truth.astype(np.int64))
    target[target == UNKNOWN] = -100
    known = target[target >= 0]
    if not len(known):
        return said.stuff.sum() * 0
    count = torch.bincount(known, minlength=said.stuff.shape[1]).float()
    weight = 1 / (count / count.sum() + 0.03)
    return functional.cross_entropy(said.stuff, target, weight=weight, label_smoothing=0.02)


def class_vectors(bundle: Bundle) -> Tensor:
    """``(1000, 384)`` vectors of the image tower's classes, as a caption would name them."""
    names = bundle.json("image/classes.json")
    return torch.from_numpy(Encoder.load(bundle).text([f"a photo of a {name}" for name in names]))


def train(
    maker: SceneMaker,
    tower: EfficientNetLite,
    classes: Tensor,
    out: Path,
    minutes: float,
    seed: int,
    start: Path | None,
) -> None:
    """The loop: cosine rate over the given wall time, weights written every 200 steps and at the end."""
    torch.manual_seed(seed)
    tower = tower.to(torch.bfloat16)  # twice as fast; the differences drown in the augmentation
    network = GroundNetwork().to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    if start is not None:
        known = load_file(start)
        network.load_state_dict({name: value.float() for name, value in known.items() if name != "classes"})
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.02)
    random = np.random.default_rng(seed)
    seen: collections.deque[tuple[list[Scene], tuple[Tensor, ...]]] = collections.deque(maxlen=_SEEN)
    begun, step, sums = time.monotonic(), 0, np.zeros(4)
    while (spent := (time.monotonic() - begun) / 60) < minutes:
        rate = 1.5e-3 * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * spent / minutes)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        if len(seen) >= _LEAST_SEEN and random.random() < _AGAIN:
            scenes, stages = seen[random.integers(len(seen))]
        else:
            scenes = [maker.make() for _ in range(BATCH)]
            batch = torch.from_numpy(np.stack([scene.rgb for scene in scenes])).permute(0, 3, 1, 2).float() / 255
            with torch.no_grad():
                packed = batch.to(torch.bfloat16, memory_format=torch.channels_last)
                stages = tower(packed).stages
            seen.append((scenes, stages))
        with torch.autocast("cpu", torch.bfloat16):
            said = network([stage.float() for stage in stages[1:]])
        said = Grounding(
            said.objectness.float(), said.kernels.float(), said.pixels.float(), said.salient.float(), said.stuff.float()
        )
        parts = [objects_loss(said, index, scene, random) for index, scene in enumerate(scenes)]
        losses = [torch.stack(each).mean() for each in zip(*parts, strict=True)] + [stuff_loss(said, scenes)]
        loss = losses[0] + losses[1] + 0.5 * losses[2] + 0.4 * losses[3]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        step += 1
        keep = min(0.99, step / (step + 20))
        for name, value in network.state_dict().items():
            average[name].lerp_(value, 1 - keep)
        sums += [float(each.detach()) for each in losses]
        if step % 50 == 0:
            print(f"{step} {spent:.1f} min  objectness, mask, salient, stuff: {np.round(sums / 50, 4)}", flush=True)
            sums[:] = 0
        if step % 200 == 0:
            write(average, classes, out)
    write(average, classes, out)


def write(average: dict[str, Tensor], classes: Tensor, out: Path) -> None:
    """The averaged weights and the class vectors, in half precision."""
    tensors = {**average, "classes": classes}
    save_file({name: value.to(torch.float16).contiguous() for name, value in tensors.items()}, out)


def main() -> None:
    """Read the data, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path)
    settings = parser.parse_args()
    torch.set_num_threads(1)
    photos = labelled_photos(settings.data, LABELS)
    cuts = cutouts(photos, settings.data)
    bundle = Bundle.open("starter")
    maker = SceneMaker(photos, cuts, settings.seed)
    classes = class_vectors(bundle)
    train(maker, picture_tower(bundle), classes, settings.out, settings.minutes, settings.seed, settings.start)


if __name__ == "__main__":
    main()
