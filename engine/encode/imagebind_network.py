"""ImageBind's network (Girdhar et al. 2023, section 3): a transformer for each sense, all answering in one space.

Names and shapes of its weights are those of the published file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Sense = Literal["vision", "text", "audio", "depth", "thermal", "imu"]
SENSES: tuple[Sense, ...] = ("vision", "text", "audio", "depth", "thermal", "imu")
USED: tuple[Sense, ...] = ("vision", "text", "audio")
EPSILON = 1e-6  # of the norms in trunks and heads; those behind the stems have PyTorch's own
STEEPEST = 100.0  # at which a learned scale is cut
FRAMES = 2  # that an image is repeated to, as a film


@dataclass(frozen=True)
class TowerShape:
    """Width, number of blocks and heads of one sense's transformer."""

    width: int
    blocks: int
    heads: int


@dataclass(frozen=True)
class ImageBindShape:
    """Sizes of the network; those of the published "huge" one unless said otherwise.

    Attributes
    ----------
    out
        Values of an embedding.
    towers
        Of each sense; one that is left out is not built.
    side, patch, small_patch
        Pixels across a picture, and of a patch of photos and of depth and thermal pictures.
    vocabulary, words
        Of the text's tokens, and how many are read.
    bins, frames, sound_patch, sound_stride
        Of the mel spectrogram: its bins and frames, and its patches.
    readings, motion_patch
        Six motion readings at so many times, and how many times make a patch.
    """

    out: int = 1024
    towers: dict[Sense, TowerShape] = field(
        default_factory=lambda: {
            "vision": TowerShape(1280, 32, 16),
            "text": TowerShape(1024, 24, 16),
            "audio": TowerShape(768, 12, 12),
            "depth": TowerShape(384, 12, 8),
            "thermal": TowerShape(768, 12, 12),
            "imu": TowerShape(512, 6, 8),
        }
    )
    side: int = 224
    patch: int = 14
    small_patch: int = 16
    vocabulary: int = 49408
    words: int = 77
    bins: int = 128
    frames: int = 204
    sound_patch: int = 16
    sound_stride: int = 10
    readings: int = 2000
    motion_patch: int = 8

    def only(self, *senses: Sense) -> ImageBindShape:
        """The same without the other senses."""
        return replace(self, towers={sense: self.towers[sense] for sense in senses})

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> ImageBindShape:
        """From a JSON object.

        Raises
        ------
        TypeError, ValueError
            When a field is unknown or a sense is.
        """
        towers = {sense: TowerShape(**tower) for sense, tower in record.get("towers", {}).items()}
        if not set(towers) <= set(SENSES):
            raise ValueError(f"senses are {', '.join(SENSES)}")
        return cls(**{**record, **({"towers": towers} if towers else {})})

    def record(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


class _Twice(nn.Module):
    """An image as a film of two equal frames."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, None].expand(-1, -1, FRAMES, -1, -1)


class _Stem(nn.Module):
    """Patches to tokens."""

    def __init__(self, proj: nn.Module, width: int | None) -> None:
        super().__init__()
        self.proj = proj
        self.norm_layer = None if width is None else nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.proj(x)
        x = x if isinstance(self.proj, nn.Linear) else x.flatten(2).transpose(1, 2)
        return x if self.norm_layer is None else self.norm_layer(x)


class _Positions(nn.Module):
    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, tokens, width))


class _Patches(nn.Module):
    """A class token and patches, each with its position."""

    def __init__(self, stem_name: str, stem: _Stem, patches: int, width: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.add_module(stem_name, stem)
        self._stem_name = stem_name
        self.pos_embedding_helper = _Positions(patches + 1, width)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.get_submodule(self._stem_name)(x)
        tokens = torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], dim=1)
        return tokens + self.pos_embedding_helper.pos_embed


class _Words(nn.Module):
    """Tokens of a text, each with its position; seen from left to right."""

    def __init__(self, vocabulary: int, words: int, width: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.pos_embed = nn.Parameter(torch.zeros(1, words, width))
        self.register_buffer("mask", torch.full((words, words), float("-inf")).triu_(1))

    def forward(self, ids: Tensor) -> Tensor:
        return self.token_embedding(ids) + self.pos_embed


class _Motion(nn.Module):
    """Readings ``(n, 6, times)`` in patches of times, with a class token."""

    def __init__(self, patch: int, times: int, width: int) -> None:
        super().__init__()
        self._patch = patch
        self.imu_stem = _Stem(nn.Linear(6 * patch, width, bias=False), width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, times // patch + 1, width))

    def forward(self, x: Tensor) -> Tensor:
        patches = x.unfold(-1, self._patch, self._patch).transpose(1, 2).flatten(2)
        tokens = self.imu_stem(patches)
        return torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], dim=1) + self.pos_embed


class _Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(x)))


class _Block(nn.Module):
    def __init__(self, shape: TowerShape, extra: bool) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(shape.width, shape.heads, add_bias_kv=extra, batch_first=True)
        self.norm_1 = nn.LayerNorm(shape.width, eps=EPSILON)
        self.mlp = _Mlp(shape.width)
        self.norm_2 = nn.LayerNorm(shape.width, eps=EPSILON)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        seen = self.norm_1(x)
        x = x + self.attn(seen, seen, seen, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.norm_2(x))


class _Trunk(nn.Module):
    def __init__(self, shape: TowerShape, sense: Sense) -> None:
        super().__init__()
        if sense == "vision":
            self.pre_transformer_layer = nn.Sequential(nn.LayerNorm(shape.width, eps=EPSILON))
        self.blocks = nn.ModuleList(_Block(shape, sense not in ("vision", "text")) for _ in range(shape.blocks))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        if hasattr(self, "pre_transformer_layer"):
            x = self.pre_transformer_layer(x)
        for block in self.blocks:
            x = block(x, mask)
        return x


class _First(nn.Module):
    """The class token of a sequence."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 0]


class _TextHead(nn.Module):
    """The state at the end mark, which has the highest id, projected."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.proj = nn.Sequential(nn.LayerNorm(width, eps=EPSILON), nn.Linear(width, out, bias=False))

    def forward(self, x: Tensor, ids: Tensor) -> Tensor:
        return self.proj(x[torch.arange(len(x), device=x.device), ids.argmax(dim=-1)])


class _Scale(nn.Module):
    """A scale that was learned, or set, for each sense."""

    def __init__(self, learned: bool) -> None:
        super().__init__()
        value = torch.zeros(())
        if learned:
            self.log_logit_scale = nn.Parameter(value)
        else:
            self.register_buffer("log_logit_scale", value)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.log_logit_scale.exp().clamp(max=STEEPEST)


class _Unit(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return functional.normalize(x, dim=-1)


class ImageBind(nn.Module):
    """Embeddings of pictures, texts and sounds (and, where built, of depth, warmth and motion).

    Parameters
    ----------
    shape
        Sizes.
    """

    def __init__(self, shape: ImageBindShape) -> None:
        super().__init__()
        self.shape = shape
        towers = shape.towers
        self.modality_preprocessors = nn.ModuleDict({sense: _entry(shape, sense) for sense in towers})
        self.modality_trunks = nn.ModuleDict({sense: _Trunk(tower, sense) for sense, tower in towers.items()})
        self.modality_heads = nn.ModuleDict({sense: _head(shape, sense) for sense in towers})
        self.modality_postprocessors = nn.ModuleDict({sense: _exit(sense) for sense in towers})

    def forward(self, sense: Sense, x: Tensor) -> Tensor:
        """``(n, out)`` embeddings: of unit norm for pictures, times the sense's scale for the others.

        Parameters
        ----------
        sense
            One that is built.
        x
            ``vision`` ``(n, 3, side, side)``, ``text`` ``(n, words)`` ids, ``audio`` ``(n, 1, bins, frames)``,
            ``depth`` and ``thermal`` ``(n, 1, side, side)``, ``imu`` ``(n, 6, readings)``.
        """
        tokens = self.modality_preprocessors[sense](x)
        mask = self.modality_preprocessors[sense].mask if sense == "text" else None
        seen = self.modality_trunks[sense](tokens, mask)
        head = self.modality_heads[sense]
        return self.modality_postprocessors[sense](head(seen, x) if sense == "text" else head(seen))


def _entry(shape: ImageBindShape, sense: Sense) -> nn.Module:
    width = shape.towers[sense].width
    if sense == "text":
        return _Words(shape.vocabulary, shape.words, width)
    if sense == "imu":
        return _Motion(shape.motion_patch, shape.readings, width)
    if sense == "vision":
        size = (FRAMES, shape.patch, shape.patch)
        stem = _Stem(nn.Sequential(_Twice(), nn.Conv3d(3, width, size, size, bias=False)), None)
        return _Patches("rgbt_stem", stem, (shape.side // shape.patch) ** 2, width)
    if sense == "audio":
        patch, stride = shape.sound_patch, shape.sound_stride
        stem = _Stem(nn.Conv2d(1, width, patch, stride, bias=False), width)
        count = ((shape.bins - patch) // stride + 1) * ((shape.frames - patch) // stride + 1)
        return _Patches("rgbt_stem", stem, count, width)
    stem = _Stem(nn.Conv2d(1, width, shape.small_patch, shape.small_patch, bias=False), width)
    return _Patches(
        "depth_stem" if sense == "depth" else "rgbt_stem", stem, (shape.side // shape.small_patch) ** 2, width
    )


def _head(shape: ImageBindShape, sense: Sense) -> nn.Module:
    width = shape.towers[sense].width
    if sense == "text":
        return _TextHead(width, shape.out)
    norm, last = nn.LayerNorm(width, eps=EPSILON), nn.Linear(width, shape.out, bias=False)
    # Motion's head was trained with dropout before its last layer, which shifts that layer's name.
    return nn.Sequential(norm, _First(), *([nn.Identity()] if sense == "imu" else []), last)


def _exit(sense: Sense) -> nn.Module:
    return _Unit() if sense == "vision" else nn.Sequential(_Unit(), _Scale(learned=sense == "text"))
