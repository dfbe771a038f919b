"""Alignment across frames, and attention taken over exactly as the textbook's whole maps would be."""

from __future__ import annotations

import pytest
import torch
from diffusers.models.attention_processor import Attention
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_nets import latents, states, unet
from torch import Tensor
from torch.nn import functional

from engine.decode.alignment import Alignment, FramedPrompt
from engine.decode.components import load_adapter
from engine.decode.prompt_to_prompt import CROSS_REPLACE, SELF_REPLACE, PromptEdit, PromptToPrompt, _where
from training import tiny


def prompt(text: str, frames: int = 1) -> FramedPrompt:
    """Words of up to four letters are one piece; longer ones are cut every four."""
    pieces = []
    for word in text.split():
        parts = [word[start : start + 4] for start in range(0, len(word), 4)]
        pieces += [*parts[:-1], f"{parts[-1]}</w>"]
    return FramedPrompt.of(pieces, frames)


def longest_common(one: list[str], two: list[str]) -> int:
    table = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(two):
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def sources(alignment: Alignment, target: FramedPrompt) -> list[list[int]]:
    """For each word of the target the places that its tokens read, in one list."""
    found = []
    for _, places in target.words:
        rows = alignment.mapper[:, list(places)].sum(dim=1).nonzero().flatten()
        found.append(rows.tolist())
    return found


# alignment


def test_words_have_their_places_over_frames():
    framed = prompt("go " * 74 + "watercolour boat")
    assert framed.frames == 2
    assert framed.length == 154
    assert framed.words[0] == ("go", (1,))
    assert framed.words[74] == ("watercolour", (75, 78, 79))  # 76 ends the first frame, 77 begins the second
    assert framed.words[75] == ("boat", (80,))
    assert framed.marks(0) == (0, 76)
    assert framed.marks(1) == (77, *range(81, 154))
    assert framed.places(prompt("the boat")) == (80,)


def test_an_empty_prompt_is_one_frame_of_marks():
    assert FramedPrompt.of([]).marks(0) == tuple(range(77))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from("a of red boats watercolours".split()), max_size=240), st.booleans())
def test_a_prompt_is_aligned_with_itself_token_by_token(words, swap):
    framed = prompt(" ".join(words))
    alignment = (Alignment.replace if swap else Alignment.refine)(framed, framed)
    assert torch.equal(alignment.mapper, torch.eye(framed.length))
    assert alignment.given.all()


@settings(deadline=None, max_examples=60)
@given(*(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12) for _ in "12"))
def test_refining_keeps_as_many_words_as_can_be_kept_in_order(one, two):
    source, target = prompt(" ".join(one)), prompt(" ".join(two))
    alignment = Alignment.refine(source, target)
    kept = [places for places in sources(alignment, target) if places]
    assert len(kept) == longest_common(one, two)
    assert kept == sorted(kept)
    for (word, places), found in zip(target.words, sources(alignment, target), strict=True):
        assert not found or {at: text for text, at in source.words}[tuple(found)] == word
        assert bool(found) == bool(alignment.given[list(places)].all())


def test_equally_long_alignments_take_the_unbroken_one():
    source, target = prompt("a cat and a dog"), prompt("a dog")
    assert sources(Alignment.refine(source, target), target) == [[4], [5]]


def test_words_pushed_into_the_next_frame_keep_their_source():
    words = [f"w{number}" for number in range(140)]
    source, target = prompt(" ".join(words)), prompt(" ".join(["three", "new", "ones", *words]))
    found = sources(Alignment.refine(source, target), target)
    assert found == [[], [], []] + [list(places) for _, places in source.words]


def test_marks_keep_to_their_frames():
    source, target = prompt("a boat"), prompt("b " * 80)
    alignment = Alignment.refine(source, target)
    assert alignment.mapper[0, 0] == 1
    assert alignment.mapper[3, 76] == 1  # end of the first frame, wherever it stands
    assert alignment.mapper[:, 77:].sum() == 0  # a frame that the source lacks attends by itself
    assert not alignment.given[77:].any()
    back = Alignment.refine(target, source)
    assert back.mapper[76, 3] == 1
    assert not back.given[4:].any()  # padding that the other has none of


def test_replacing_shares_a_words_attention_evenly():
    source, target = prompt("a boat on mountains"), prompt("a watercolour at sea")
    mapper = Alignment.replace(source, target).mapper
    assert mapper[2, 2:5].tolist() == [pytest.approx(1 / 3)] * 3  # one piece to three
    assert mapper[4:7, 6].tolist() == [1, 1, 1]  # three pieces to one
    assert mapper[:, 1].nonzero().tolist() == [[1]]
    assert mapper[7, 7] == 1  # ends


def test_replacing_among_different_numbers_of_words_refines():
    source, target = prompt("a boat"), prompt("a red boat")
    assert torch.equal(Alignment.replace(source, target).mapper, Alignment.refine(source, target).mapper)


# attention


class Textbook:
    """Whole attention maps recorded from one pass and put into the next, by processors."""

    def __init__(self, edit: PromptEdit, progress: float) -> None:
        self.edit, self.progress, self.maps, self.branch = edit, progress, {}, "source"

    def processor(self, name: str):
        level = 1 if "mid" in name else int(name.split(".")[1])
        level = 1 - level if name.startswith("up") else level

        def attend(layer: Attention, hidden: Tensor, encoder_hidden_states: Tensor | None = None, **_told) -> Tensor:
            states = hidden if encoder_hidden_states is None else encoder_hidden_states
            query, key, value = (
                layer.head_to_batch_dim(rows) for rows in (layer.to_q(hidden), layer.to_k(states), layer.to_v(states))
            )
            maps = layer.get_attention_scores(query, key)
            if self.branch == "source":
                self.maps[name] = maps
            elif encoder_hidden_states is None:
                if level == 1 and self.progress < self.edit.self_replace:
                    maps = self.maps[name]
            elif self.progress < self.edit.cross_replace:
                taken, given_tokens = self.maps[name] @ self.edit.alignment.mapper, self.edit.alignment.given
                maps = taken * given_tokens + maps * ~given_tokens
                maps = maps / maps.sum(dim=-1, keepdim=True)
                maps = maps if self.edit.weights is None else maps * self.edit.weights
            return layer.to_out[0](layer.batch_to_head_dim(maps @ value))

        return attend


def passes(network, control: PromptToPrompt, source, target, progress: float, size=(16, 16)) -> Tensor:
    with control.installed():
        with control.branch("source", progress):
            network(latents(1, *size), 500, source.states)
        with control.branch("target", progress):
            return network(latents(2, *size), 500, target.states).sample


EDITS = {
    "refine": (prompt("a boat on the lake"), prompt("a red boat on the stormy lake"), False),
    "swap": (prompt("a boat on the lake"), prompt("a watercolour on the lake"), True),
    "longer": (prompt("a boat"), prompt("b " * 100 + "a boat"), False),
    "shorter": (prompt("b " * 100 + "a boat"), prompt("a boat"), False),
}


@pytest.mark.parametrize("progress", [0.0, 0.45, 0.7])
@pytest.mark.parametrize("kind", EDITS)
def test_it_equals_the_textbook(kind, progress):
    source, target, swap = EDITS[kind]
    edit = PromptEdit.between(source, target, (prompt("boat"), prompt("boat")), swap)
    network = unet()
    told = [states(k, framed.frames) for k, framed in enumerate((source, target))]
    found = passes(network, PromptToPrompt(network, edit), *told, progress)
    bare = network(latents(2), 500, told[1].states).sample
    book = Textbook(edit, progress)
    network.set_attn_processor({name: book.processor(name) for name in network.attn_processors})
    network(latents(1), 500, told[0].states)
    book.branch = "target"
    wanted = network(latents(2), 500, told[1].states).sample
    assert torch.allclose(found, wanted, atol=2e-5)
    assert torch.equal(found, bare) == (progress >= SELF_REPLACE)
    assert CROSS_REPLACE < 0.45 < SELF_REPLACE


def test_the_same_prompt_and_latents_give_the_bare_network():
    network, framed = unet(), prompt("a boat " * 60)
    control = PromptToPrompt(network, PromptEdit.between(framed, framed, (prompt("boat"), prompt("none"))))
    told = states(1, framed.frames)
    bare = network(latents(1), 500, told.states).sample
    with control.installed():
        for branch in ("source", "target"):
            with control.branch(branch, 0.0):
                found = network(latents(1), 500, told.states).sample
            assert torch.allclose(found, bare, atol=1e-6)
        assert torch.equal(network(latents(1), 500, told.states).sample, bare)  # outside of the branches


def test_nothing_stays_on_the_network_even_after_an_error():
    network = unet()
    control = PromptToPrompt(network, PromptEdit.between(prompt("a"), prompt("b")))
    processors = dict(network.attn_processors)
    with pytest.raises(RuntimeError), control.installed(), control.branch("source", 0.0):
        network(latents(1), 500, torch.zeros(1, 77, 3))  # too narrow: it fails halfway
    assert all(not module._forward_hooks for module in network.modules())
    assert network.attn_processors == processors
    assert not control._left


def test_an_image_adapters_branch_goes_on_unchanged():
    network = unet()
    load_adapter(network, tiny.adapter(network, 16))
    layer = network.mid_block.attentions[0].transformer_blocks[0].attn2
    edit = PromptEdit.between(*EDITS["refine"][:2])
    generator = torch.Generator().manual_seed(3)
    hidden = [torch.randn(1, 64, 64, generator=generator) for _ in "12"]
    picture = torch.randn(1, 1, 4, tiny.WIDTH, generator=generator)
    mask = torch.rand(1, 1, 8, 8, generator=generator)
    changes = []
    for scale in (0.0, 1.0):
        layer.processor.scale = [scale]
        told = {"encoder_hidden_states": (states(2).states, [picture]), "ip_adapter_masks": [mask]}
        bare = layer(hidden[1], **told)
        control = PromptToPrompt(network, edit)
        with control.installed():
            with control.branch("source", 0.0):
                layer(hidden[0], encoder_hidden_states=(states(1).states, [picture]), ip_adapter_masks=[mask])
            with control.branch("target", 0.0):
                changes.append(layer(hidden[1], **told) - bare)
    assert changes[0].abs().max() > 1e-3
    assert torch.allclose(changes[0], changes[1], atol=1e-6)


def test_sdxls_network_is_controlled_too():
    network = unet(family="sdxl")
    control = PromptToPrompt(network, PromptEdit.between(*EDITS["refine"][:2]))
    text = [torch.randn(1, 77, 2 * tiny.WIDTH, generator=torch.Generator().manual_seed(k)) for k in (1, 2)]
    added = {"text_embeds": torch.zeros(1, tiny.WIDTH), "time_ids": torch.zeros(1, 6)}
    bare = network(latents(2), 500, text[1], added_cond_kwargs=added).sample
    with control.installed():
        for k, branch in enumerate(("source", "target")):
            with control.branch(branch, 0.0):
                found = network(latents(1 + k), 500, text[k], added_cond_kwargs=added).sample
    assert (found - bare).abs().max() > 1e-3


# local blend


@pytest.mark.parametrize(("height", "width", "level"), [(64, 64, 2), (16, 16, 1), (9, 14, 1), (13, 21, 2)])
def test_a_word_seen_in_one_place_blends_there(height, width, level):
    rows, columns = -(-height // 2**level), -(-width // 2**level)
    seen = torch.full((rows, columns), 0.01)
    seen[rows // 2, columns // 2] = 1
    mask = _where(seen.reshape(1, -1), level, torch.zeros(1, 4, height, width))
    assert mask.shape == (1, 1, height, width)
    assert mask[0, 0, height // 2, width // 2]
    assert not mask[0, 0, 0].any()
    assert 0 < mask.float().mean() < 25 / (rows * columns)  # the place, its neighbours, and half a place around


@pytest.mark.parametrize("size", [(16, 16), (10, 22)])
def test_outside_the_blend_words_the_source_stays(size):
    network = unet()
    source, target, _ = EDITS["refine"]
    control = PromptToPrompt(network, PromptEdit.between(source, target, (prompt("boat"), prompt("red"))))
    with control.installed():
        for branch, told, seed in (("source", states(1), 1), ("target", states(2), 2)):
            with control.branch(branch, 0.0):
                network(latents(seed, *size), 500, told.states)
        assert torch.equal(control.blend(latents(1, *size), latents(2, *size), 0.1), latents(2, *size))
        seen = {branch: found.clone() for branch, found in control._maps.items()}
        mixed = control.blend(latents(1, *size), latents(2, *size), 0.3)
    assert set(seen) == {"source", "target"}
    wanted = torch.zeros(1, 1, *size, dtype=torch.bool)
    for found in seen.values():
        assert found.shape == (1, size[0] // 2 * (size[1] // 2))
        wanted |= _where(found, 1, latents(1, *size))
    assert torch.equal(mixed, torch.where(wanted, latents(2, *size), latents(1, *size)))


def test_maps_are_the_words_share_of_the_attention():
    network, caught = unet(), []
    source, target, _ = EDITS["refine"]
    control = PromptToPrompt(network, PromptEdit.between(source, target, (prompt("boat"), prompt("boat"))))
    names = [name for name, level in control._levels.items() if level == 1 and name.endswith("attn2")]
    for name in names:
        network.get_submodule(name).register_forward_pre_hook(
            lambda layer, inputs, told: caught.append((layer, inputs[0], told["encoder_hidden_states"])),
            with_kwargs=True,
        )
    with control.installed(), control.branch("source", 0.9):
        network(latents(1), 500, states(1).states)
        wanted = 0
        for layer, hidden, text in caught:
            query, key = (layer.head_to_batch_dim(rows) for rows in (layer.to_q(hidden), layer.to_k(text)))
            wanted = wanted + functional.softmax(query @ key.transpose(1, 2) * layer.scale, dim=-1)[..., 2].mean(dim=0)
    with control.installed():
        with control.branch("source", 0.9):
            network(latents(1), 500, states(1).states)
        assert torch.allclose(control._maps["source"][0], wanted, atol=1e-5)
        with control.branch("source", 0.9):
            for _ in range(2):  # a pass that is repeated counts once
                network(latents(1), 500, states(1).states)
        assert torch.allclose(control._maps["source"][0], 2 * wanted, atol=1e-5)


def test_words_that_are_not_there_blend_nothing():
    edit = PromptEdit.between(prompt("a boat"), prompt("a boat"), (prompt("dog"), prompt("cat")))
    assert edit.blend is None
    assert torch.equal(edit.weights, torch.ones(77))
