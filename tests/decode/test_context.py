"""Context attention: off it is not there, on it reads every reference in its place."""

from __future__ import annotations

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from tiny_nets import latents, states, unet

from engine.decode.conditions import Condition
from engine.decode.context import ContextAttention, ContextPair, down_path
from engine.errors import BadInput, BundleError
from training import tiny


def run(network: UNet2DConditionModel, condition: Condition, given=None) -> torch.Tensor:
    given = latents(1) if given is None else given
    added = {"text_embeds": condition.pooled, "time_ids": condition.sizes}
    return network(given, 500, condition.states, added_cond_kwargs=added, return_dict=False)[0]


def pairs(count: int) -> list[ContextPair]:
    return [ContextPair(latents(10 + k), states(20 + k).states) for k in range(count)]


def opened(network: UNet2DConditionModel) -> ContextAttention:
    torch.manual_seed(7)
    layer = ContextAttention.for_unet(network).requires_grad_(False)
    layer.gate.fill_(1)
    layer.gate_feed.fill_(1)
    return layer


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_fresh_layer_leaves_the_network_bit_equal(layout):
    network = unet().to(memory_format=layout)
    layer = ContextAttention.for_unet(network)
    given = latents(1, 12, 20).to(memory_format=layout)
    bare = run(network, states(2), given)
    with layer.installed(network, layer.encode(network, pairs(3))):
        assert torch.equal(run(network, states(2), given), bare)


@pytest.mark.parametrize("count", range(9))
def test_tokens_are_references_times_height_times_width(count):
    network = unet()
    layer = opened(network)
    tokens = layer.encode(network, pairs(count))
    assert tokens.shape == (1, count * 8 * 8, 64)
    bare = run(network, states(2))
    with layer.installed(network, tokens):
        read = run(network, states(2))
    assert torch.isfinite(read).all()
    assert torch.equal(read, bare) == (count == 0)
    assert torch.equal(run(network, states(2)), bare)  # nothing stays behind


def test_nine_references_are_too_many():
    network = unet()
    with pytest.raises(BadInput, match="9 references"):
        ContextAttention.for_unet(network).encode(network, pairs(9))


def test_swapping_two_references_under_the_same_words_changes_the_result():
    network = unet()
    layer = opened(network)
    words = states(3).states
    one, two = ContextPair(latents(10), words), ContextPair(latents(11), words)
    results = []
    for order in ((one, two), (two, one)):
        with layer.installed(network, layer.encode(network, order)):
            results.append(run(network, states(2)))
    assert (results[0] - results[1]).abs().mean() > 1e-3 * results[0].abs().mean()


def test_the_marker_text_conditions_its_picture():
    network = unet()
    layer = opened(network)
    first, second = (layer.encode(network, [ContextPair(latents(10), states(k).states)]) for k in (3, 4))
    assert (first - second).abs().max() > 1e-4


@pytest.mark.parametrize("size", [(16, 16), (10, 14)])
def test_nested_encoding_is_the_networks_own_down_path(size):
    network, caught = unet(), []
    hook = network.mid_block.register_forward_pre_hook(lambda _block, inputs: caught.append(inputs[0]))
    given, condition = latents(5, *size), states(6)
    network(given, 0, condition.states)
    hook.remove()
    assert torch.equal(down_path(network, ContextPair(given, condition.states)), caught[0])


def test_sdxl_reads_pooled_text_and_sizes():
    network, caught = unet(family="sdxl"), []
    sizes = torch.tensor([[128.0, 128, 0, 0, 128, 128]])
    condition = Condition(torch.randn(1, 77, 2 * tiny.WIDTH), torch.randn(1, tiny.WIDTH), sizes)
    hook = network.mid_block.register_forward_pre_hook(lambda _block, inputs: caught.append(inputs[0]))
    added = {"text_embeds": condition.pooled, "time_ids": condition.sizes}
    network(latents(5), 0, condition.states, added_cond_kwargs=added)
    hook.remove()
    assert torch.equal(down_path(network, ContextPair(latents(5), condition.states, added)), caught[0])


def test_an_inpaint_network_is_told_that_all_is_known():
    network, caught = unet(channels=9), []
    hook = network.conv_in.register_forward_pre_hook(lambda _conv, inputs: caught.append(inputs[0]))
    picture = latents(5)
    down_path(network, ContextPair(picture, states(6).states))
    hook.remove()
    assert torch.equal(caught[0], torch.cat([picture, torch.zeros(1, 1, 16, 16), picture], dim=1))


def test_an_error_inside_leaves_no_hook():
    network = unet()
    layer = opened(network)
    bare = run(network, states(2))
    with pytest.raises(RuntimeError, match="stop"), layer.installed(network, layer.encode(network, pairs(1))):
        raise RuntimeError("stop")
    assert not network.mid_block._forward_hooks
    assert torch.equal(run(network, states(2)), bare)


def test_one_context_serves_a_whole_batch():
    network = unet()
    layer = opened(network)
    tokens = layer.encode(network, pairs(2))
    batch = states(2, batch=2)
    with layer.installed(network, tokens):
        both = run(network, batch, latents(1, batch=2))
        alone = run(network, Condition(batch.states[1:]), latents(1, batch=2)[1:])
    assert torch.allclose(both[1:], alone, atol=1e-5)


def test_gradients_reach_the_gate_first_and_then_the_encoder():
    network = unet().requires_grad_(True)
    layer = ContextAttention.for_unet(network)
    with layer.installed(network, layer.encode(network, pairs(1))):
        run(network, states(2)).square().mean().backward()
    assert layer.gate.grad is not None
    assert layer.gate.grad.abs().max() > 0
    assert layer.to_v.weight.grad.abs().max() == 0  # behind a closed gate
    layer.gate.data.fill_(0.1)
    network.zero_grad()
    layer.encode(network, pairs(1)).sum().backward()
    assert network.conv_in.weight.grad.abs().max() > 0


def test_saved_and_loaded_it_answers_the_same():
    network = unet()
    layer = opened(network)
    tensors = layer.tensors()
    assert all(name.startswith("context.") for name in tensors)
    tokens, hidden = layer.encode(network, pairs(2)), torch.randn(1, 64, 8, 8)
    assert torch.equal(ContextAttention.from_tensors(tensors)(hidden, tokens), layer(hidden, tokens))


@pytest.mark.parametrize(
    ("name", "tensor"), [("context.to_q.weight", None), ("context.gate", torch.ones(3)), ("context.new", torch.ones(3))]
)
def test_tensors_that_do_not_fit_are_refused(name, tensor):
    tensors = opened(unet()).tensors() | {name: tensor}
    with pytest.raises(BundleError, match=name.removeprefix("context.")):
        ContextAttention.from_tensors({key: value for key, value in tensors.items() if value is not None})


def test_a_network_without_a_mid_block_is_refused():
    network = unet()
    network.mid_block = None
    with pytest.raises(BundleError, match="mid block"):
        ContextAttention.for_unet(network)


def test_it_adds_a_tenth():
    network = unet()
    share = sum(p.numel() for p in ContextAttention.for_unet(network).parameters())
    assert share / sum(p.numel() for p in network.parameters()) == pytest.approx(0.1, abs=0.005)
