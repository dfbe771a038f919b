"""Direct Inversion: one branch is the photo's own path, the other shares what the controller carries over."""

from __future__ import annotations

import pytest
import torch
from tiny_nets import Net, ddim, latents, states, unet

from engine.decode.alignment import FramedPrompt
from engine.decode.conditions import Condition
from engine.decode.direct_inversion import GUIDANCE, edit
from engine.decode.inversion import Ladder, inverted_path
from engine.decode.prompt_to_prompt import PromptEdit, PromptToPrompt
from engine.errors import Cancelled

STEPS = 6


def pieces(text: str) -> FramedPrompt:
    return FramedPrompt.of(f"{word}</w>" for word in text.split())


def control(net: Net, words: tuple[FramedPrompt, FramedPrompt] | None = None) -> PromptToPrompt:
    source, target = pieces("a boat on the lake"), pieces("a boat on the sea")
    return PromptToPrompt(net.unet, PromptEdit.between(source, target, words))


def replayed(net: Net, sampler, path, source, negative) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The method as it is written: offsets of guided steps first, then the guided replay that adds them."""

    def guided(at: torch.Tensor, time) -> torch.Tensor:
        away = net(at, time, negative)
        return sampler.step(away + GUIDANCE * (net(at, time, source) - away), time, at).prev_sample

    offsets = [path[k + 1] - guided(path[k], time) for k, time in enumerate(sampler.timesteps)]
    at, visited = path[0], [path[0]]
    for time, offset in zip(sampler.timesteps, offsets, strict=True):
        at = guided(at, time) + offset
        visited.append(at)
    return visited, offsets


def test_the_source_branch_is_the_literal_replay_with_offsets():
    net, sampler, photo = Net(unet()), ddim(STEPS), latents(3)
    source, negative = states(1), states(9)
    path = inverted_path(net, Ladder.of(sampler), photo, source, 1)[::-1]
    visited, offsets = replayed(net, sampler, path, source, negative)
    assert sum(float(offset.norm()) for offset in offsets) > 0.1 * float(photo.norm())  # guidance does lead away
    net.seen.clear()
    reconstructed, _ = edit(net, sampler, photo, source, states(2), negative, controller=control(net))
    assert float((reconstructed - photo).norm() / photo.norm()) <= 1e-5
    shown = [given for _, given, told in net.seen[STEPS:] if told is source]
    assert len(shown) == 4  # from 60 % on nothing is taken over
    for one, two in zip([*shown, reconstructed], [*visited[:4], visited[-1]], strict=True):
        assert float((one - two).norm() / two.norm()) <= 5e-5  # what rounding leaves of the written-out sums


def test_equal_conditions_return_the_photo():
    net, photo = Net(unet()), latents(3)
    found = edit(net, ddim(STEPS), photo, states(1), states(1), states(9))
    assert all(torch.equal(each, photo) for each in found)
    assert not net.seen


def test_the_uncontrolled_target_is_plain_guided_sampling_from_the_same_noise():
    net, sampler, photo = Net(unet()), ddim(STEPS), latents(3)
    _, found = edit(net, sampler, photo, states(1), states(2), states(9), guidance=4)
    wanted = inverted_path(net, Ladder.of(sampler), photo, states(1), 1)[-1]
    for time in sampler.timesteps:
        away = net(wanted, time, states(9))
        wanted = sampler.step(away + 4 * (net(wanted, time, states(2)) - away), time, wanted).prev_sample
    assert torch.allclose(found, wanted, atol=1e-4)
    assert float((found - photo).norm() / photo.norm()) > 0.05


def test_prompts_of_different_lengths_run_in_separate_passes():
    net = Net(unet())
    source, target = pieces("a boat"), pieces("b " * 160 + "a boat")
    controller = PromptToPrompt(net.unet, PromptEdit.between(source, target))
    told = states(1), states(2, chunks=3), states(9, chunks=2)
    _, found = edit(net, ddim(STEPS), latents(3), *told, controller=controller)
    assert torch.isfinite(found).all()
    assert {condition.states.shape[1] for _, _, condition in net.seen} == {77, 154, 231}
    assert [condition for _, _, condition in net.seen[STEPS : STEPS + 3]] == list(told)


@pytest.mark.parametrize(("guidance", "negative"), [(1.0, states(9)), (7.5, None)])
def test_without_guidance_there_is_no_pass_for_it(guidance, negative):
    net = Net(unet())
    edit(net, ddim(STEPS), latents(3), states(1), states(2), negative, guidance)
    assert len(net.seen) == 2 * STEPS


def test_with_blend_words_part_of_the_photo_stays_exactly():
    words = pieces("lake"), pieces("sea")
    source, target = (Condition(60 * states(k).states) for k in (1, 2))  # random keys, but each looked at somewhere
    stays = []
    for seed in range(4):  # where random words are seen hangs on the last bits of the arithmetic
        net, photo = Net(unet()), latents(seed)
        _, found = edit(net, ddim(STEPS), photo, source, target, states(9), controller=control(net, words))
        stays.append(float((found == photo).all(dim=1).float().mean()))
    assert 0 < sum(stays) / len(stays) < 1


def test_under_a_mask_the_rest_is_the_photo_bit_for_bit():
    net, photo = Net(unet()), latents(3)
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., 4:9] = 1
    mask[..., 9] = 0.5
    _, found = edit(net, ddim(STEPS), photo, states(1), states(2), states(9), mask=mask)
    stays = (mask == 0).expand_as(photo)
    assert torch.equal(found[stays], photo[stays])
    assert (found[~stays] != photo[~stays]).float().mean() > 0.99


def test_steps_are_told_through_inversion_and_sampling():
    net, told = Net(unet()), []
    edit(net, ddim(STEPS), latents(3), states(1), states(2), on_step=lambda done, total, _: told.append((done, total)))
    assert told == [(done, 2 * STEPS) for done in range(1, 2 * STEPS + 1)]


@pytest.mark.parametrize("after", [0, STEPS, STEPS + 4])
def test_a_cancelled_edit_leaves_nothing_behind(after):
    net, photo, told = Net(unet()), latents(3), []
    arguments = (net, ddim(STEPS), photo, states(1), states(2), states(9))
    undisturbed = edit(*arguments, controller=control(net))
    controller = control(net)
    with pytest.raises(Cancelled):
        edit(
            *arguments,
            controller=controller,
            on_step=lambda *step: told.append(step),
            cancel=lambda: len(told) >= after,
        )
    assert len(told) == after
    assert all(not module._forward_hooks for module in net.unet.modules())
    again = edit(*arguments, controller=controller)
    assert torch.equal(again[1], undisturbed[1])
