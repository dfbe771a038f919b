"""Everything meets on the networks' device: torch's meta device, which knows only shapes, stands for a GPU."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.decode import ContextPicture, Control, DecodeRequest, Subject
from engine.decode.attempt import Attempt
from engine.decode.components import Components
from engine.decode.faults import LADDER, Precision
from engine.decode.preview import LatentPreview
from engine.networks import Networks
from engine.values import ignore_event, never_cancel
from tests.decode.conftest import EMBEDDING

SIDE = 96
DRAFT = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)
MASK = np.zeros((SIDE, SIDE), np.float32)
MASK[20:60, 20:60] = 1
WORDS = DecodeRequest(SIDE, SIDE, "a boat", steps=3)
DRAFTED = replace(WORDS, draft=DRAFT, way="draft")
VECTOR = np.ones(EMBEDDING, np.float32)
REQUESTS = {
    "words": WORDS,
    "draft": DRAFTED,
    "masked": replace(DRAFTED, mask=MASK),
    "painted": replace(WORDS, draft=DRAFT, mask=MASK),
    "pictures": replace(WORDS, gen=VECTOR, subjects=(Subject(VECTOR, MASK),)),
    "context": replace(WORDS, context=(ContextPicture("[ref#1] vase", DRAFT),)),
    "control": replace(WORDS, controls=(Control("edge", DRAFT),)),
    "refined": replace(WORDS, refine=0.5),
    "inverted": replace(DRAFTED, way="invert", keep=1.0),
}


class Elsewhere(Components):
    """Components whose networks lie on a device without values, as far from the CPU as a GPU."""

    def _load(self, kind, folder):
        return super()._load(kind, folder).to("meta")

    def _tower(self, suffix, kind):
        tower = super()._tower(suffix, kind)
        tower.model.to("meta")
        return tower

    def _network(self, folder):
        network = super()._network(folder)
        for part in network.parts:
            part.to("meta")
        return network

    @property
    def preview(self):
        return LatentPreview(torch.zeros(5, 3))


@pytest.mark.parametrize("what", REQUESTS)
@pytest.mark.parametrize("name", ["sd15", "sdxl"])
@pytest.mark.parametrize("sampler", ["ddim", "few-step"])
def test_everything_meets_on_one_device(tiny_home, monkeypatch, what, name, sampler):
    monkeypatch.setattr(Precision, "finite", lambda _self, compute, _parts, _what: compute())
    monkeypatch.setattr(Attempt, "_preview", lambda _self, _latents: None)
    monkeypatch.setattr("engine.decode.attempt.invert", lambda _predict, _ladder, latents, *_more, **_told: latents)
    parts = Elsewhere(Bundle.open(name, tiny_home), Networks(device=torch.device("cpu")))
    parts.device = torch.device("meta")
    request = replace(REQUESTS[what], sampler=sampler)
    latents = Attempt(parts, request, LADDER[0], ignore_event, never_cancel).latents()
    assert latents.device.type == "meta"
