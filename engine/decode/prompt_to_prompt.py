"""Prompt-to-Prompt (Hertz et al. 2022): the target branch looks where the source branch looked.

The source's pass through the U-Net leaves its queries and keys behind, layer by layer; the target's pass makes
attention from them for its own values. Nothing of the U-Net is exchanged: hooks add to a layer's output the difference
that the other attention makes, so that whatever else the layer's processor computes, such as an image adapter's branch,
goes on unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

import torch
from diffusers.models.attention_processor import Attention
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional

from engine.decode.alignment import Alignment, FramedPrompt

# The values that LLMGA's cited method edits with (PnPInversion); shares are of the sampling steps.
CROSS_REPLACE = 0.4
SELF_REPLACE = 0.6
EMPHASIS = 2.0
BLEND_THRESHOLD = 0.3
BLEND_START = 0.2

SELF_LEVEL = 1  # self-attention is replaced from half the latents' size down: 32 x 32 of SD 1.5's 64 x 64
BLEND_LEVEL = 2  # maps that say where a word is: a quarter of the latents' size, 16 x 16 there

Branch = Literal["source", "target"]


@dataclass(frozen=True, eq=False)
class PromptEdit:
    """What the target branch takes over from the source branch.

    Attributes
    ----------
    alignment
        Which of its tokens take whose attention.
    weights
        ``(target length,)``, what each token's attention is multiplied with while it is replaced; absent for 1.
    blend
        Places, among the source's and the target's states, of the words that name what changes; the pictures differ
        only where one of them is seen. Absent for everywhere.
    cross_replace, self_replace
        Shares of the steps, from the first, in which attention to the text and to the picture itself is replaced.
    """

    alignment: Alignment
    weights: Tensor | None = None
    blend: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    cross_replace: float = CROSS_REPLACE
    self_replace: float = SELF_REPLACE

    @classmethod
    def between(
        cls,
        source: FramedPrompt,
        target: FramedPrompt,
        words: tuple[FramedPrompt, FramedPrompt] | None = None,
        swap: bool = False,
    ) -> PromptEdit:
        """The edit from one prompt to another.

        Parameters
        ----------
        source, target
            The prompts.
        words
            Of each prompt the words that name what changes: the target's are emphasised, and only where either is
            seen the picture changes. Words that a prompt does not hold are passed over.
        swap
            Replace word by word instead of refining; see :class:`Alignment`.
        """
        alignment = (Alignment.replace if swap else Alignment.refine)(source, target)
        if words is None:
            return cls(alignment)
        blend = source.places(words[0]), target.places(words[1])
        weights = torch.ones(target.length)
        weights[list(blend[1])] = EMPHASIS
        return cls(alignment, weights, blend if any(blend) else None)


class PromptToPrompt:
    """Attention control over one U-Net for one edit; asked by :func:`engine.decode.direct_inversion.edit`.

    Parameters
    ----------
    unet
        Any U-Net with text attention.
    edit
        What to take over.
    """

    def __init__(self, unet: UNet2DConditionModel, edit: PromptEdit) -> None:
        self._edit = edit
        self._layers = {
            name: module
            for name, module in unet.named_modules()
            if isinstance(module, Attention) and name.startswith(("down_blocks", "mid_block", "up_blocks"))
        }
        deepest = len(unet.config["down_block_types"]) - 1
        self._levels = {name: _level(name, deepest) for name in self._layers}
        levels = {self._levels[name] for name, layer in self._layers.items() if layer.is_cross_attention}
        self._blend_level = min((level for level in levels if level >= BLEND_LEVEL), default=max(levels, default=0))
        self._branch: Branch | None = None
        self._progress = 0.0
        self._left: dict[str, tuple[Tensor, Tensor]] = {}  # the source's queries and keys of this step
        self._seen: dict[str, Tensor] = {}  # this pass' maps of the blend words, by layer
        self._maps: dict[Branch, Tensor] = {}  # their sums over layers and steps, (B, tokens)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """The U-Net is listened to as long as this lasts; afterwards nothing is left on it, or here."""
        with ExitStack() as hooks:
            for name, layer in self._layers.items():
                handle = layer.register_forward_hook(partial(self._hear, name), with_kwargs=True)
                hooks.callback(handle.remove)
            try:
                yield
            finally:
                self._left, self._seen, self._maps = {}, {}, {}

    def reads(self, progress: float) -> bool:
        """Whether the source branch is of use at this share of the steps done."""
        edit = self._edit
        return edit.blend is not None or progress < max(edit.cross_replace, edit.self_replace)

    @contextmanager
    def branch(self, which: Branch, progress: float) -> Iterator[None]:
        """The U-Net's passes inside belong to a branch, at this share of the steps done.

        A pass may be repeated, as when its numbers were not finite: the last one counts.
        """
        if which == "source":
            self._left = {}
        self._branch, self._progress, self._seen = which, progress, {}
        try:
            yield
        finally:
            self._branch = None
        if self._seen:
            seen = torch.stack(list(self._seen.values())).sum(dim=0)
            self._maps[which] = self._maps[which] + seen if which in self._maps else seen

    def blend(self, source: Tensor, target: Tensor, progress: float) -> Tensor:
        """The target's latents ``(B, c, h, w)``, with the source's put back where no blend word is seen.

        The paper's localized editing, by PnPInversion's values.
        """
        if not self._maps or progress < BLEND_START:
            return target
        masks = [_where(seen, self._blend_level, target) for seen in self._maps.values()]
        return torch.where(torch.stack(masks).any(dim=0), target, source)

    def _hear(self, name: str, layer: Attention, inputs: tuple[Any, ...], told: dict[str, Any], out: Tensor) -> Any:
        """What a layer's output becomes; nothing to leave it as it is."""
        if self._branch is None:
            return None
        states = told.get("encoder_hidden_states")
        if isinstance(states, tuple):  # text, then the image adapters' pictures
            states = states[0]
        changed = self._self(name, layer, inputs[0]) if states is None else self._text(name, layer, inputs[0], states)
        if changed is None:
            return None
        project = cast(nn.ModuleList, layer.to_out)[0]
        mine, theirs = (project(read.transpose(1, 2).flatten(2)) for read in changed)
        return out + (theirs - mine) / layer.rescale_output_factor

    def _self(self, name: str, layer: Attention, hidden: Tensor) -> tuple[Tensor, Tensor] | None:
        """What the picture's places read from each other: as they are, and as the source's do."""
        if self._levels[name] < SELF_LEVEL or self._progress >= self._edit.self_replace:
            return None
        query, key, value = _projected(layer, hidden, hidden)
        if self._branch == "source":
            self._left[name] = query, key
            return None
        attend = functional.scaled_dot_product_attention  # maps of 4096 x 4096 are never laid out
        its_query, its_key = (each.to(value.dtype) for each in self._left[name])
        return attend(query, key, value), attend(its_query, its_key, value)

    def _text(self, name: str, layer: Attention, hidden: Tensor, states: Tensor) -> tuple[Tensor, Tensor] | None:
        """What the picture's places read from the text: as they are, and as the source's do."""
        replaces = self._progress < self._edit.cross_replace
        shows = self._edit.blend is not None and self._levels[name] == self._blend_level
        if not (replaces or shows):
            return None
        query, key, value = _projected(layer, hidden, states)
        mine = theirs = _attention(query, key)
        if self._branch == "source":
            self._left[name] = query, key
        elif replaces:
            theirs = self._taken_over(_attention(*self._left[name]), mine)
        if shows:
            self._show(name, theirs)
        return None if theirs is mine else (mine.to(value.dtype) @ value, theirs.to(value.dtype) @ value)

    def _taken_over(self, source: Tensor, target: Tensor) -> Tensor:
        """The target's attention ``(B, heads, places, tokens)`` with that of aligned tokens from the source.

        Its rows are brought back to a sum of 1, which words that come and go, and whole frames, would change.
        """
        edit = self._edit
        mapped = source @ edit.alignment.mapper.to(source)
        mixed = torch.where(edit.alignment.given.to(source.device), mapped, target)
        mixed = mixed / mixed.sum(dim=-1, keepdim=True)
        return mixed if edit.weights is None else mixed * edit.weights.to(mixed)

    def _show(self, name: str, attention: Tensor) -> None:
        """Keep how much each place looks at the branch's blend words."""
        assert self._edit.blend is not None
        places = self._edit.blend[self._branch == "target"]
        if places:
            self._seen[name] = attention[..., list(places)].sum(dim=-1).mean(dim=1)


def _level(name: str, deepest: int) -> int:
    """How often the latents' size is halved where a layer stands."""
    block, number = name.split(".")[:2]
    if block == "mid_block":
        return deepest
    return int(number) if block == "down_blocks" else deepest - int(number)


def _projected(layer: Attention, hidden: Tensor, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A layer's queries, keys and values, ``(B, heads, n, d)`` each."""
    assert layer.to_k is not None
    assert layer.to_v is not None
    query, key, value = (
        rows.unflatten(2, (layer.heads, -1)).transpose(1, 2)
        for rows in (layer.to_q(hidden), layer.to_k(states), layer.to_v(states))
    )
    return query, key, value


def _attention(query: Tensor, key: Tensor) -> Tensor:
    """Attention ``(B, heads, places, tokens)``, float32, rows of sum 1."""
    return (query @ key.transpose(2, 3) * query.shape[-1] ** -0.5).softmax(dim=-1, dtype=torch.float32)


def _where(seen: Tensor, level: int, latents: Tensor) -> Tensor:
    """Mask ``(B, 1, h, w)`` of where words are seen, from their map ``(B, places)`` at a level."""
    height, width = (-(-side // 2**level) for side in latents.shape[2:])
    wide = functional.max_pool2d(seen.reshape(-1, 1, height, width), 3, stride=1, padding=1)
    full = functional.interpolate(wide, size=latents.shape[2:], mode="bilinear")
    return full > BLEND_THRESHOLD * full.amax(dim=(1, 2, 3), keepdim=True)
