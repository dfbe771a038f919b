"""Bars: bit-equal outside the blend mask at 8 and 16 bits, and the same bytes for the same request."""

from __future__ import annotations

import numpy as np

from engine.composite.blend import feather
from engine.errors import OvertoneError
from engine.files import read_reference
from engine.instruction import tidy
from engine.picture import Photo
from engine.pipeline import Engine
from engine.values import EditRequest, Instruction, Media, Op, Operation, Plan, Reference, Settings, marker
from training.bars import Bar, Ground
from training.data.items import objects, photos

CASES = 48
PLACED = (Op.add, Op.replace)
MARGIN = 0.1  # of the mask's root area, the widest a painted mask is softened outward


def measure(ground: Ground) -> list[Bar]:
    """Edit held-out photographs in every mode with random masks and compare the rest bit by bit."""
    engine = Engine.load()
    generator = np.random.default_rng(7)
    scenes = [item for item in photos(ground.data) if item.held_out and min(item.width, item.height) >= 400]
    things = [item for item in objects(ground.data) if item.is_photo and max(item.width, item.height) >= 200]
    exact, repeated, ran = 0, 0, 0
    for case in range(CASES):
        scene, thing = scenes[case % len(scenes)], things[int(generator.integers(len(things)))]
        photo = _photo(scene.path, bits=8 if case % 2 else 16)
        operation = _operation(case)
        mask = _mask(photo, generator)
        reference = Reference(marker(1), Media.image, thing.path)
        request = EditRequest(
            Instruction(tidy(f"edit {marker(1)}"), (reference,)),
            photo,
            mask,
            Plan("", "", operations=(operation,)),
            settings=Settings(seed=case),
        )
        try:
            first, second = engine.edit(request), engine.edit(request)
        except OvertoneError as error:
            print(f"case {case} {operation.op}: {error}")
            continue
        ran += 1
        if operation.op in PLACED and first.changed_box:  # an object and its shadow may reach beyond the painted place
            outside = np.ones(mask.shape, bool)
            outside[first.changed_box.slices] = False
        else:
            outside = feather(mask > 0, int(np.ceil(MARGIN * np.sqrt((mask > 0).sum()))) + 2) == 0
        exact += np.array_equal(first.images[0].pixels[outside], photo.pixels[outside])
        repeated += np.array_equal(first.images[0].pixels, second.images[0].pixels)
    figure = f"of {ran} edits (8 and 16 bit)"
    enough = ran >= CASES * 0.8
    return [
        Bar("must", "exactness", "bit-equal where the blend mask is 0", f"{exact} {figure}", enough and exact == ran),
        Bar(
            "must",
            "repeatability",
            "same request and seed: same bytes",
            f"{repeated} {figure}",
            enough and repeated == ran,
        ),
    ]


def _photo(path, bits: int) -> Photo:
    pixels = read_reference(path).rgb[:700, :900]
    return Photo(np.ascontiguousarray(pixels if bits == 8 else pixels.astype(np.uint16) * 257))


def _operation(case: int) -> Operation:
    return (
        Operation(Op.remove),
        Operation(Op.add, marker(1), 1),
        Operation(Op.replace, "", 1),
        Operation(Op.adjust, target="warmer"),
        Operation(Op.mood, ref=1),
        Operation(Op.style, ref=1),
    )[case % 6]


def _mask(photo: Photo, generator: np.random.Generator) -> np.ndarray:
    """A soft-edged blob somewhere in the photo."""
    rows, columns = np.mgrid[: photo.height, : photo.width]
    y, x = generator.uniform(0.3, 0.7, 2) * (photo.height, photo.width)
    radius = generator.uniform(0.12, 0.22) * min(photo.height, photo.width)
    wobble = 1 + 0.2 * np.sin(np.arctan2(rows - y, columns - x) * generator.integers(2, 6))
    distance = np.hypot(rows - y, columns - x) / wobble
    return np.clip((radius - distance) * 32 + 128, 0, 255).astype(np.uint8)
