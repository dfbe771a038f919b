"""The last stage of DiffRIR: who learns from what, what its losses measure, and what it begins with and leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.errors import BadInput
from engine.restore.restorer import Restorer
from engine.restore.shape import RestorerShape
from tests.conftest import smooth_noise
from tests.restore import tiny
from training.core import loop
from training.core.cost import trained_otherwise
from training.core.draws import Draws
from training.core.recipe import Recipe
from training.evaluate.exported import Run
from training.restore import adversarial, stages
from training.restore.adversarial import Adversarial, build, rim, roughness
from training.restore.critic import Critic
from training.restore.trunk import Trunk

RECIPE = Recipe(steps=3, batch=2, rate=1e-3, beta2=0.99, weight_decay=0, validate_every=3, save_every=0)
OWN = {"patch": 32, "width": 4}
RESTORER = ("network.condition.*", "network.denoise.*", "network.G.*")


def trunk(*_given) -> Trunk:
    """The network of features with weights by chance, a sixteenth as wide."""
    torch.manual_seed(7)
    made = Trunk.__new__(Trunk)
    nn.Module.__init__(made)
    made.blocks = nn.ModuleList(
        nn.Sequential(nn.Conv2d(into, out, 3, padding=1)) for into, out in ((3, 4), (4, 8), (8, 16))
    )
    return made.requires_grad_(False)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    photos = [np.rint(smooth_noise(48, 64, seed) * 255).astype(np.uint8) for seed in range(4)]
    monkeypatch.setattr(stages.items, "photos", lambda _data: iter(()))
    monkeypatch.setattr(stages, "read_photos", lambda _items: photos)
    monkeypatch.setattr(RestorerShape, "starter", classmethod(lambda _cls, scale=1: tiny.shape(scale)))
    monkeypatch.setattr(adversarial.Trunk, "load", staticmethod(trunk))


@pytest.fixture
def own(tmp_path) -> dict[str, object]:
    """Settings that begin with a finished restorer, whose teacher is there too."""
    stages.write(tiny.network(), tmp_path)
    first = tmp_path / "first"
    loop.train(stages.build_first(None, {"patch": 32}, 0), RECIPE, first)
    return {**OWN, "begin": tmp_path, "first": first}


def test_restorer_and_critic_learn_and_no_other(own):
    assert trained_otherwise(build(None, own, 0), RECIPE, [*RESTORER, "critic.*"]) == ([], [])
    alone = {**own, "fooling": 0.0, "taught": False}
    assert trained_otherwise(build(None, alone, 0), RECIPE, RESTORER) == ([], [])


def gradients(stage: Adversarial, loss: str) -> dict[str, bool]:
    """Whether a loss alone moves the restorer, and the critic."""
    losses = stage.loss(stage.batch(Draws(0, range(2))))
    losses[loss].backward()
    return {
        name: any(each.grad is not None and bool(each.grad.any()) for each in part.parameters())
        for name, part in (("network", stage.network), ("critic", stage.critic))
    }


@pytest.mark.parametrize("loss", ["picture", "perceptual", "rim", "texture", "fooling", "ipr"])
def test_the_restorers_losses_leave_the_critic_alone(own, loss):
    assert gradients(build(None, own, 0), loss) == {"network": True, "critic": False}


def test_the_critics_loss_leaves_the_restorer_alone(own):
    assert gradients(build(None, own, 0), "critic") == {"network": False, "critic": True}


def test_a_critic_learns_to_tell():
    torch.manual_seed(0)
    critic, mask = Critic(8), torch.ones(4, 1, 32, 32)
    smooth = functional.interpolate(torch.rand(4, 3, 4, 4), size=32, mode="bilinear")
    rough = smooth + 0.2 * torch.randn_like(smooth)
    learner = torch.optim.Adam(critic.parameters(), 1e-2)
    told = []
    for _ in range(80):
        learner.zero_grad()
        real, made = critic(smooth, mask), critic(rough, mask)
        far = functional.softplus(-real).mean() + functional.softplus(made).mean()
        far.backward()
        learner.step()
        told.append(far.item() / 2)
    assert told[0] == pytest.approx(np.log(2), abs=0.1)
    assert told[-1] < 0.2
    assert critic(smooth, mask).shape == (4, 1, 32, 32)


def test_the_critic_has_its_share_of_the_say(own):
    for share in (0.25, 0.5):
        stage = build(None, {**own, "fooling": share}, 0)
        last = list(stage.network.G.tail.parameters())[-2]
        losses = stage.loss(stage.batch(Draws(0, range(2))))
        others = {"perceptual": 1.0, "rim": 10.0, "texture": 1.0, "picture": 1.0}
        wanted = torch.stack([weight * losses[name] for name, weight in others.items()]).sum()
        whole, alone = (torch.autograd.grad(each, last, retain_graph=True)[0] for each in (losses["total"], wanted))
        assert (whole - alone).norm().item() == pytest.approx(share * alone.norm().item(), rel=1e-3)


def test_what_is_shown_is_the_photo_outside_the_mask(own):
    stage = build(None, own, 0)
    samples, picture, _ = stage._restored(stage.batch(Draws(0, range(3))))
    outside = samples.mask.expand(-1, 3, -1, -1) == 0
    assert torch.equal(picture[outside], samples.truth[outside])


def test_the_rim_is_what_touches_the_outside():
    mask = torch.zeros(1, 1, 9, 9)
    mask[..., 2:7, 2:7] = 1
    found = rim(mask)
    assert found.sum() == 25 - 9
    assert found[..., 3:6, 3:6].sum() == 0
    assert rim(torch.ones(1, 1, 9, 9)).sum() == 0


def test_roughness_is_the_step_between_neighbours_and_stays_in_the_mask():
    board = torch.from_numpy((np.indices((24, 24)).sum(0) % 2).astype(np.float32))[None, None].expand(1, 3, -1, -1)
    mask = torch.zeros(1, 1, 24, 24)
    mask[..., :12] = 1
    assert roughness(0.5 * board, mask)[..., :8].numpy() == pytest.approx(0.5, abs=1e-3)
    assert roughness(board * (1 - mask), mask).max() < 0.01


def test_distance_is_of_what_the_mask_covers():
    network, random = trunk(), torch.Generator().manual_seed(0)
    truth = torch.rand(2, 3, 32, 32, generator=random)
    mask = torch.zeros(2, 1, 32, 32)
    mask[..., :16] = 1
    made = (truth + 0.3 * torch.rand(2, 3, 32, 32, generator=random)).requires_grad_()
    far = network.distance(made, truth, mask)
    far.sum().backward()
    assert (far > 0).all()
    assert made.grad is not None
    assert made.grad[..., 24:].abs().max() == 0
    assert network.distance(truth, truth, mask).tolist() == [0, 0]


def test_a_run_leaves_a_restorer_that_the_engine_loads(own, tmp_path):
    out = tmp_path / "out"
    loop.train(build(None, own, 0), RECIPE, out)
    restorer = Restorer.load(Run(out))
    assert restorer is not None
    photo = smooth_noise(64, 64, 3).astype(np.float32)
    mask = np.zeros((64, 64), np.float32)
    mask[20:40, 20:40] = 1
    made = restorer.restore(photo, photo, mask, 0)
    assert made.shape == photo.shape
    assert np.array_equal(made[mask == 0], photo[mask == 0])


def test_what_enlarges_is_judged_against_its_input_enlarged(tmp_path):
    stages.write(tiny.network(2), tmp_path)
    stage = build(None, {**OWN, "scale": 2, "taught": False, "begin": tmp_path}, 0)
    with torch.no_grad():
        figures = stage.validate()
    assert set(figures) == {"score", "perceptual", "l1", "rim", "texture"}
    assert all(np.isfinite(each) for each in figures.values())


def test_what_is_missing_is_named(own, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadInput, match="no finished restorer"):
        build(None, {**own, "begin": empty}, 0)
    with pytest.raises(BadInput, match="Run diffrir-s1 first"):
        build(None, {**own, "first": Path("absent")}, 0)
    with pytest.raises(BadInput, match="fooling"):
        build(None, {**own, "fooling": 2.0}, 0)
