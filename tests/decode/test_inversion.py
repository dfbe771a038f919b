"""DDIM runs both ways; the keep mix has its ends bit for bit and its norm in between."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_nets import Net, ddim, latents, states, unet

from engine.decode.inversion import Ladder, invert, inverted_path, keep_mix
from engine.errors import BadInput, BundleError, Cancelled

SETTINGS = [
    {},
    {"prediction_type": "v_prediction"},
    {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
    {"prediction_type": "sample"},
    {"beta_schedule": "linear", "beta_end": 0.02, "set_alpha_to_one": True},
]


def sampled(net: Net, sampler, start: torch.Tensor, condition) -> torch.Tensor:
    """What diffusers' own DDIM makes of a latent."""
    for time in sampler.timesteps:
        start = sampler.step(net(start, time, condition), time, start).prev_sample
    return start


def error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("changes", SETTINGS)
@pytest.mark.parametrize("steps", [1, 7, 50])
def test_a_step_down_is_diffusers_own(changes, steps):
    sampler = ddim(steps, **changes)
    ladder = Ladder.of(sampler)
    given_latents, output = latents(1), latents(2)
    for step, time in enumerate(sampler.timesteps):
        if changes.get("timestep_spacing") == "trailing" and 1000 % steps:
            continue  # diffusers' own rungs do not meet there
        theirs = sampler.step(output, time, given_latents).prev_sample
        assert torch.allclose(ladder.down(given_latents, output, step), theirs, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("changes", SETTINGS)
def test_up_undoes_down(changes):
    ladder = Ladder.of(ddim(20, **changes))
    given_latents, output = latents(1), latents(2)
    for step in range(ladder.steps):
        back = ladder.up(ladder.down(given_latents, output, step), output, step)
        assert torch.allclose(back, given_latents, atol=1e-4)


def test_the_sampler_is_left_as_it_was():
    sampler = ddim(10)
    before = dict(sampler.config), sampler.timesteps.clone()
    Ladder.of(sampler)
    assert dict(sampler.config) == before[0]
    assert torch.equal(sampler.timesteps, before[1])


def test_a_network_that_predicts_something_else_is_refused():
    with pytest.raises(BundleError, match="score"):
        Ladder.of(ddim(10, prediction_type="score"))


@pytest.mark.parametrize("changes", SETTINGS[:3])
def test_sampling_leads_back_and_asking_again_brings_it_closer(changes):
    net, condition, photo = Net(unet()), states(1), 0.8 * latents(3, 8, 8)
    errors = []
    for passes in (1, 10):
        sampler = ddim(15, **changes)
        noise = invert(net, Ladder.of(sampler), photo, condition, passes)
        errors.append(error(sampled(net, sampler, noise, condition), photo))
    assert errors[1] < 0.02
    assert errors[1] < errors[0] / 5


def test_another_condition_does_not_lead_back():
    net, sampler, photo = Net(unet()), ddim(12), latents(3, 8, 8)
    noise = invert(net, Ladder.of(sampler), photo, states(1))
    assert error(sampled(net, sampler, noise, states(2)), photo) > 0.02


def test_the_path_goes_from_the_photo_to_the_noise():
    net, sampler, told = Net(unet()), ddim(6), []
    photo = latents(3)
    path = inverted_path(net, Ladder.of(sampler), photo, states(1), 1, lambda *step: told.append(step[:2]))
    assert len(path) == 7
    assert path[0] is photo
    assert told == [(done, 6) for done in range(1, 7)]
    assert [time for time, _, _ in net.seen] == [int(time) for time in reversed(sampler.timesteps)]
    assert torch.equal(invert(net, Ladder.of(sampler), photo, states(1), 1), path[-1])


def test_it_stops_when_asked():
    net = Net(unet())
    with pytest.raises(Cancelled):
        inverted_path(net, Ladder.of(ddim(6)), latents(3), states(1), 1, cancel=lambda: len(net.seen) == 3)
    assert len(net.seen) == 3


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 1), st.integers(0, 2**31))
def test_the_mix_has_the_mean_norm(keep, seed):
    inverted, noise = latents(seed, batch=2) * torch.tensor([1.3, 0.2])[:, None, None, None], latents(seed + 1, batch=2)
    mixed = keep_mix(inverted, noise, keep)
    one, two, found = (each.flatten(1).norm(dim=1) for each in (inverted, noise, mixed))
    assert torch.allclose(found, keep * one + (1 - keep) * two, rtol=1e-4)
    line = keep * inverted + (1 - keep) * noise
    assert torch.allclose(torch.cosine_similarity(mixed.flatten(1), line.flatten(1)), torch.ones(2), atol=1e-4)


def test_each_picture_has_its_own_norm():
    inverted, noise = latents(1, batch=2), latents(2, batch=2)
    both = keep_mix(inverted, noise, 0.4)
    assert torch.allclose(both[:1], keep_mix(inverted[:1], noise[:1], 0.4), atol=1e-6)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_the_ends_are_bit_for_bit(kind):
    inverted, noise = latents(1).to(kind), latents(2).to(kind)
    assert torch.equal(keep_mix(inverted, noise, 1), inverted)
    assert torch.equal(keep_mix(inverted, noise, 0), noise)
    assert keep_mix(inverted, noise, 0.5).dtype == kind


def test_opposite_latents_stay_finite():
    assert torch.isfinite(keep_mix(latents(1), -latents(1), 0.5)).all()


@pytest.mark.parametrize("keep", [-0.01, 1.01, float("nan")])
def test_a_keep_outside_its_range_is_refused(keep):
    with pytest.raises(BadInput, match="keep"):
        keep_mix(latents(1), latents(2), keep)
