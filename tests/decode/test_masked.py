"""Masked sampling: what must stay is there at every noise level, and bit for bit at the end."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_nets import ddim, latents

from engine.decode.masked import blend_known


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.booleans())
def test_known_latents_return_exactly_where_the_mask_is_zero(seed, last):
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(1, 1, 16, 16, generator=generator) * 1.6 - 0.3
    mask = mask.clamp(0, 1)
    known, noise, painted = latents(seed), latents(seed + 1), latents(seed + 2)
    time = None if last else torch.tensor(501)
    expected = known if last else ddim(10).add_noise(known, noise, torch.tensor([501]))
    out = blend_known(painted, known, noise, mask, ddim(10), time)
    stays, paints = (mask == 0).expand_as(out), (mask == 1).expand_as(out)
    assert stays.any()
    assert paints.any()
    assert torch.equal(out[stays], expected[stays])
    assert torch.equal(out[paints], painted[paints])
    low, high = torch.minimum(painted, expected), torch.maximum(painted, expected)
    assert ((out >= low - 1e-6) & (out <= high + 1e-6)).all()


def test_a_half_mask_is_the_mean():
    painted, known = latents(1), latents(2)
    out = blend_known(painted, known, latents(3), torch.full((1, 1, 16, 16), 0.5), ddim(10), None)
    assert torch.allclose(out, (painted + known) / 2, atol=1e-6)


def test_numbers_that_are_not_finite_stay_inside_the_mask():
    painted = latents(1).fill_(torch.inf)
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., :8] = 1
    out = blend_known(painted, latents(2), latents(3), mask, ddim(10), None)
    assert torch.equal(out[..., 8:], latents(2)[..., 8:])


def test_the_known_part_is_as_noisy_as_the_next_step_expects():
    steps = ddim(10)
    known, noise = latents(2, 64, 64), latents(3, 64, 64)
    for index, time in enumerate(steps.timesteps[1:]):
        out = blend_known(latents(1, 64, 64), known, noise, torch.zeros(1, 1, 64, 64), steps, time)
        power = steps.alphas_cumprod[steps.timesteps[index + 1]]
        residual = out - power.sqrt() * known
        assert abs(residual.std() - (1 - power).sqrt()) < 0.02
