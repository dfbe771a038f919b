"""Planners that talk: multimodal language models of LLaVA's class and small ones with their own processors.

They see the photo itself, write the plan in words under the same grammar as the starter's planner, answer in the
user's language and know the earlier turns (LLMGA, sections 3.1 and 3.2). They give no embeddings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from engine.errors import BundleError
from engine.folders import Folders
from engine.networks import Networks, Spot
from engine.plan.decode import decode
from engine.plan.foreign import ForeignVocabulary
from engine.plan.grammar import MOST_OPERATIONS, Grammar, subs_of
from engine.plan.names import Names
from engine.plan.planner import Planner, teller
from engine.plan.seeing import Squaring, padded, squaring, squeezed
from engine.plan.speaker import Inputs, Speaker
from engine.plan.templates import IMAGE, own, request, turns_of, vicuna
from engine.plan.writing import sources_of
from engine.pretrained import network, processor
from engine.values import CancelCheck, Instruction, Plan, Turn, never_cancel

SETTINGS = "language/language.json"  # in a bundle: that there is a full-size planner, and of which class
FOLDER, NAME = "language", "planner"
PROJECTOR = "language/mm_projector.safetensors"
REPLY_TOKENS, PROMPT_TOKENS = 160, 180


class AnyPlanner(Protocol):
    """What the pipeline needs of a planner; see :class:`engine.plan.planner.Planner`."""

    @property
    def width(self) -> int:
        """D of the embeddings that it reads and writes; 0 when it reads none."""
        ...

    @property
    def sees(self) -> bool:
        """Whether it is shown the photo itself."""
        ...

    @property
    def multilingual(self) -> bool:
        """Whether it may be told in other languages than English."""
        ...

    @property
    def means_several(self) -> bool:
        """Whether several prompts that it writes are always meant as a picture each."""
        ...

    def plan(
        self,
        instruction: Instruction | str,
        references: Mapping[int, tuple[np.ndarray, str]],
        photo: np.ndarray | None = None,
        history: Sequence[Turn] = (),
        on_text: Callable[[str], None] | None = None,
        cancel: CancelCheck = never_cancel,
        names: Mapping[int, str] | None = None,
        picture: np.ndarray | None = None,
    ) -> Plan:
        """Plan an edit."""
        ...


class Files(Folders, Protocol):
    """What is needed of a bundle."""

    def json(self, path: str, /) -> Any:
        """The content of a JSON file."""
        ...

    def tensors(self, path: str, /) -> dict[str, torch.Tensor]:
        """Tensors of a safetensors file."""
        ...


@dataclass(frozen=True, eq=False)
class TalkingPlanner:
    """A multimodal language model that plans.

    Attributes
    ----------
    speaker
        The model.
    tokenizer
        Transformers' tokenizer of it.
    vocabulary
        The plan's tokens in it.
    look
        Prepares a picture for LLaVA's class; for others the whole processor.
    template
        ``vicuna`` for LLaVA and LLMGA, ``own`` for the processor's.
    square
        How LLaVA's class is given a picture that is no square.
    """

    speaker: Speaker
    tokenizer: Any
    vocabulary: ForeignVocabulary
    look: Any
    template: str = "vicuna"
    square: Squaring = "pad"

    @property
    def width(self) -> int:
        """It reads no embeddings."""
        return 0

    @property
    def sees(self) -> bool:
        """Whether it is shown the photo itself."""
        return True

    @property
    def multilingual(self) -> bool:
        """Whether it may be told in other languages than English."""
        return True

    @property
    def means_several(self) -> bool:
        """Whether several prompts that it writes are always meant as a picture each."""
        return True

    @classmethod
    def load(cls, bundle: Files, named: str, networks: Networks | None = None) -> TalkingPlanner:
        """From the folder ``language``; the model comes when first used.

        Parameters
        ----------
        bundle
            Where it lies.
        named
            ``llava`` or ``vlm``.
        networks
            Says where it computes.

        Raises
        ------
        BundleError
            When its tokenizer or its preparation of pictures is missing, damaged or cannot be steered.
        """
        from transformers import (
            AutoImageProcessor,
            AutoModelForImageTextToText,
            AutoProcessor,
            AutoTokenizer,
            LlavaForConditionalGeneration,
        )

        kind = LlavaForConditionalGeneration if named == "llava" else AutoModelForImageTextToText

        def model(spot: Spot) -> Any:
            made = network(kind, bundle, FOLDER, spot)
            if bundle.has(PROJECTOR):
                _replace(made, bundle.tensors(PROJECTOR))
            return made

        held = (networks or Networks()).hold(NAME, model)
        tokenizer = processor(AutoTokenizer, bundle, FOLDER)
        look = processor(AutoImageProcessor if named == "llava" else AutoProcessor, bundle, FOLDER)
        template = "vicuna" if named == "llava" else "own"
        square = squaring(bundle.json(SETTINGS) if bundle.has(SETTINGS) else {})
        return cls(Speaker(held), tokenizer, ForeignVocabulary.of(tokenizer), look, template, square)

    def plan(
        self,
        instruction: Instruction | str,
        references: Mapping[int, tuple[np.ndarray, str]],
        photo: np.ndarray | None = None,
        history: Sequence[Turn] = (),
        on_text: Callable[[str], None] | None = None,
        cancel: CancelCheck = never_cancel,
        names: Mapping[int, str] | None = None,
        picture: np.ndarray | None = None,
    ) -> Plan:
        """Plan an edit; as :meth:`engine.plan.planner.Planner.plan`.

        Parameters
        ----------
        instruction, history, on_text, cancel, names
            As there; every earlier turn is read.
        references
            Number to its embedding, which is not read, and its kind.
        photo
            Whether there is one; its embedding is not read.
        picture
            The photo itself, ``(h, w, 3)`` float32 0 to 1.

        Raises
        ------
        Cancelled
            When ``cancel`` asked to stop.
        """
        text = instruction if isinstance(instruction, str) else instruction.text
        earlier = history[-1].plan.operations[:MOST_OPERATIONS] if history else ()
        source = self.vocabulary.source(text)
        numbers = {*references, *(p.number for p in source.pieces if p.kind == "ref")}
        numbers |= {o.ref for o in earlier if o.ref is not None}
        grammar = Grammar(
            self.vocabulary, sources_of(self.vocabulary, source, earlier), tuple(sorted(numbers)),
            photo is not None or picture is not None, (), reply_tokens=REPLY_TOKENS, prompt_tokens=PROMPT_TOKENS,
        )  # fmt: skip
        said = request(text, names or {}, {number: kind for number, (_, kind) in references.items()})
        prompt = self.prompt(turns_of(said, history, sees=picture is not None), picture)
        decode(
            self.speaker, prompt, grammar, torch.tensor(sorted(self.vocabulary.plain)), cache=self.speaker.cache(),
            stop=lambda _grammar: False, on_token=teller(self.vocabulary, grammar, on_text), cancel=cancel,
            names=Names(),
        )  # fmt: skip
        prompts = tuple(" ".join(self.vocabulary.decode(each).split()) for each in grammar.prompts)
        return Plan(
            reply=" ".join(self.vocabulary.decode(grammar.reply).split()),
            prompt=prompts[0] if prompts else "",
            prompts=prompts if len(prompts) > 1 else (),
            operations=tuple(grammar.operations),
            base=grammar.base,
            subs=subs_of(grammar.operations),
        )

    def prompt(self, turns: Sequence[tuple[str, str]], picture: np.ndarray | None) -> torch.Tensor | Inputs:
        """What the model reads: embeddings with the picture's in their place, or what its processor prepares."""
        pixels = None if picture is None else np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
        first = self.speaker.embedding
        if self.template == "own":
            text = own(self.look, turns)
            told = self.look(text=text, images=None if pixels is None else [pixels], return_tensors="pt")
            given = {
                name: value.to(first.device, first.dtype if value.is_floating_point() else None)
                for name, value in told.items()
            }
            return Inputs(given)
        text = vicuna(turns, self.tokenizer.eos_token or "")
        before, _, after = text.partition(IMAGE) if pixels is not None else (text, "", "")
        rows = [first[self._ids(before, begins=True)]]
        if pixels is not None:
            rows += [self._seen(pixels), first[self._ids(after, begins=False)]]
        return torch.cat(rows)

    def _ids(self, text: str, begins: bool) -> torch.Tensor:
        ids = list(self.tokenizer(text, add_special_tokens=False).input_ids)
        start = self.tokenizer.bos_token_id
        return torch.tensor([start, *ids] if begins and start is not None else ids, dtype=torch.long)

    def pixel_values(self, picture: np.ndarray) -> torch.Tensor:
        """``(1, 3, s, s)`` of a picture ``(h, w, 3)`` uint8, as LLaVA's tower is given it."""
        whole = squeezed(picture) if self.square == "squeeze" else padded(picture, self.look.image_mean)
        return self.look(images=[whole], return_tensors="pt")["pixel_values"]

    @torch.inference_mode()
    def _seen(self, pixels: np.ndarray) -> torch.Tensor:
        """``(tokens, width)`` of a picture ``(h, w, 3)`` uint8, by LLaVA's tower and projector."""
        first = next(self.speaker.model.parameters())
        told = self.pixel_values(pixels).to(first.device, first.dtype)
        found = self.speaker.model.model.get_image_features(pixel_values=told).pooler_output
        return found[0]


def _replace(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    """Put other weights in the place of a model's own, which are never in fewer bits there."""
    own = dict(model.named_parameters())
    for name, value in tensors.items():
        if name not in own or own[name].shape != value.shape:
            raise BundleError(f"{PROJECTOR} has the unknown {name}.", "Import it again.")
        own[name].data.copy_(value)


def load(bundle: Any, networks: Networks | None = None) -> AnyPlanner:
    """The bundle's planner: a full-size one where there is one, else the starter's.

    Parameters
    ----------
    bundle
        Where it lies.
    networks
        Says where a full-size one computes.

    Raises
    ------
    BundleError
        When it is of an unknown class or damaged.
    """
    if not bundle.has(SETTINGS):
        return Planner.load(bundle)
    settings = bundle.json(SETTINGS)
    named = settings.get("class") if isinstance(settings, dict) else None
    if named in ("llava", "vlm"):
        return TalkingPlanner.load(bundle, named, networks)
    if named == "instructany2pix":
        from engine.plan.any2pix import Any2PixPlanner

        return Any2PixPlanner.load(bundle, networks)
    raise BundleError(f"{SETTINGS} names the planner {named!r}, which there is not.", "Update Overtone.")
