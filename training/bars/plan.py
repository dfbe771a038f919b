"""Bars of the planner: understanding, references, speed."""

from __future__ import annotations

import json
import random
import re
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.files import read_reference, read_sound
from engine.plan import Planner
from engine.plan.model import fuse_layer
from engine.plan.names import Names
from engine.plan.planner import ADAPTER, low_rank_of
from training.bars import Bar, Ground
from training.planner import score

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

INSTRUCTIONS = Path(__file__).parents[2] / "tests" / "plan" / "instructions.jsonl"
REFERENCES = INSTRUCTIONS.with_name("references.jsonl")
SCENE = "a photo of a lake with trees"  # what the photo under every swap shows
_COLOUR = re.compile(r"\borange (?!(?:above|at|beside|by|in|next|on|with)\b)(?=[a-z])")  # "orange" before a noun


def measure(ground: Ground) -> list[Bar]:
    """All bars of the planner."""
    bundle = Bundle.open("starter")
    planner, encoder = Planner.load(bundle), Encoder.load(bundle)
    return [*_understanding(planner, encoder), _references(planner, encoder, ground), *_speed(planner, bundle, encoder)]


def _understanding(planner: Planner, encoder: Encoder) -> list[Bar]:
    cases = score.read(INSTRUCTIONS)
    results = score.run(planner, encoder.text, cases)
    share = sum(ok for *_, ok in results) / len(results)
    figure = f"{sum(ok for *_, ok in results)} of {len(results)} ({share:.0%})"
    rng = random.Random(0)
    wild, valid = 24, 0
    for _ in range(wild):
        text = "".join(
            chr(rng.choice([*range(32, 127), *range(0xA1, 0x2FF), *range(0x4E00, 0x4E20)])) for _ in range(60)
        )
        source = planner.vocabulary.source(f"{text} [ref#1]")
        reference = {1: (encoder.text([text[:20]])[0], "picture")}
        grammar = planner.grammar(source, reference, True)
        planner.write(source, reference, None, (), grammar)
        valid += grammar.done
    parsed = len(results) + valid
    return [
        Bar(
            "must", "plan parses", "100 %, hand-written and fuzzed", f"{parsed} of {len(results) + wild}", valid == wild
        ),
        Bar(
            "must",
            "plan understands",
            f">= 80 % of {len(results)} hand-written instructions fully right",
            figure,
            share >= 0.8,
        ),
        Bar("aim", "plan understands", ">= 92 %", figure, share >= 0.92),
    ]


def _words(text: str) -> list[str]:
    """Its words in lower case, without a plural's s."""
    return [word.removesuffix("s") for word in re.findall(r"[a-z]+", text.lower())]


def mentions(prompt: str, nouns: Sequence[str]) -> bool:
    """Whether a prompt has one of the nouns as whole words; "orange" directly before another word is a colour."""
    said = _words(_COLOUR.sub("", prompt.lower()))
    forms = [_words(noun) for noun in nouns]
    return any(said[at : at + len(form)] == form for form in forms for at in range(len(said)))


@dataclass(frozen=True, eq=False)
class Given:
    """A file behind a reference as the encoder gives it: embedding, kind and name."""

    vector: np.ndarray
    kind: str
    name: str

    @classmethod
    def of(cls, encoder: Encoder, media: str, path: Path) -> Given:
        """Look at or listen to a file."""
        if media == "sound":
            sound = read_sound(path)
            heard = encoder.sound(sound.samples, sound.rate)
            return cls(heard.vector, heard.kind, heard.told)
        picture = read_reference(path)
        seen = encoder.describe_picture(picture.floats(), picture.transparency)
        return cls(seen.vector, "picture", seen.name)


def _prompt(planner: Planner, instruction: str, given: Given, photo: np.ndarray) -> str:
    """The prompt that the planner writes for an instruction with one reference."""
    source = planner.vocabulary.source(instruction)
    references = {1: (given.vector, given.kind)}
    grammar = planner.grammar(source, references, True)
    names = Names.of(planner.vocabulary, {1: given.name})
    planner.write(source, references, photo, (), grammar, stop=lambda g: g.state == "closed", names=names)
    return planner.vocabulary.decode(grammar.prompts[0])


def swapped(
    planner: Planner, encoder: Encoder, data: Path, cases: Sequence[Mapping[str, Any]]
) -> list[tuple[bool, str]]:
    """Of each swap, whether both prompts name the file shown and not the other, and a line that tells what they say.

    A case has an ``instruction``, its ``media``, and ``one`` and ``other``: an ``item`` of the data folder with the
    ``nouns`` that name it rightly.
    """
    photo = encoder.text([SCENE])[0]
    files = {(case["media"], case[side]["item"]) for case in cases for side in ("one", "other")}
    given = {item: Given.of(encoder, media, data / item) for media, item in sorted(files)}
    out = []
    for case in cases:
        one, other = case["one"], case["other"]
        first, second = (
            _prompt(planner, case["instruction"], given[side["item"]], photo) for side in (one, other)
        )  # fmt: skip
        ok = all(
            mentions(prompt, right["nouns"]) and not mentions(prompt, wrong["nouns"])
            for prompt, right, wrong in ((first, one, other), (second, other, one))
        )
        told = f"{one['name']} -> {first!r}; {other['name']} -> {second!r}"
        out.append((ok, f"{'right' if ok else 'WRONG'} {case['media']}: {case['instruction']}: {told}"))
    return out


def _references(planner: Planner, encoder: Encoder, ground: Ground) -> Bar:
    cases = [json.loads(line) for line in REFERENCES.read_text(encoding="utf-8").splitlines()]
    results = swapped(planner, encoder, ground.data, cases)
    (ground.out / "references.txt").write_text("\n".join(line for _, line in results), encoding="utf-8")
    share = sum(ok for ok, _ in results) / len(results)
    parts = [
        f"{sum(ok for (ok, _), c in zip(results, cases, strict=True) if c['media'] == media)} of "
        f"{sum(c['media'] == media for c in cases)} with {media}s"
        for media in ("picture", "sound")
    ]
    return Bar(
        "must",
        "references matter",
        "swapped file changes the noun rightly in >= 70 % of 60",
        f"{sum(ok for ok, _ in results)} of {len(results)} ({share:.0%}): {', '.join(parts)}",
        share >= 0.7 and len(results) == 60,
    )


def _plain_network(planner: Planner, bundle: Bundle) -> LlamaForCausalLM:
    """The transformers network with the same weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = bundle.json("planner/config.json")
    network = LlamaForCausalLM(
        LlamaConfig(
            **{
                k: v
                for k, v in config.items()
                if k not in ("architectures", "transformers_version", "dtype", "torch_dtype")
            }
        )
    )
    shape = planner.model.shape
    keys = shape.key_heads * shape.head_width
    weights = {
        "model.embed_tokens.weight": planner.model.embedding,
        "lm_head.weight": planner.model.embedding,
        "model.norm.weight": planner.model.norm,
    }
    stored = bundle.tensors("planner/model.safetensors")
    low_rank = low_rank_of(bundle.tensors(ADAPTER))
    for i in range(shape.layers):
        p = f"model.layers.{i}."
        fused = fuse_layer(stored, i, low_rank)
        q, k, v = fused["qkv"].split([shape.width, keys, keys])
        gate, up = fused["gate_up"].chunk(2)
        weights |= {
            p + "self_attn.q_proj.weight": q, p + "self_attn.k_proj.weight": k, p + "self_attn.v_proj.weight": v,
            p + "self_attn.o_proj.weight": fused["o"], p + "mlp.gate_proj.weight": gate, p + "mlp.up_proj.weight": up,
            p + "mlp.down_proj.weight": fused["down"],
        }  # fmt: skip
        weights |= {f"{p}{n}_layernorm.weight": stored[f"{p}{n}_layernorm.weight"] for n in ("input", "post_attention")}
    network = network.bfloat16()
    network.load_state_dict(weights)
    return network.eval()


@torch.inference_mode()
def _plain_loop(network: LlamaForCausalLM, prompt: torch.Tensor, count: int) -> float:
    """Seconds of a plain greedy loop with a key-value cache for ``count`` tokens."""
    began = time.perf_counter()
    out = network(inputs_embeds=prompt[None], use_cache=True)
    for _ in range(count - 1):
        token = out.logits[:, -1].argmax(-1, keepdim=True)
        out = network(input_ids=token, past_key_values=out.past_key_values, use_cache=True)
    return time.perf_counter() - began


def _speed(planner: Planner, bundle: Bundle, encoder: Encoder) -> list[Bar]:
    photo = encoder.text(["a street"])[0]
    references = {1: (encoder.text(["a dog"])[0], "picture"), 2: (encoder.text(["sad slow music"])[0], "music")}
    wishes = [
        "Replace the boat with [ref#1] and make it feel like [ref#2]",
        "remove the red car on the left and the rubbish bin in front of the house",
        "Please make the sky a bit bluer, then put [ref#1] next to the wooden bench",
        "turn the old lady with the green umbrella into an astronaut",
        "brighten the faces slightly and get rid of the power lines",
        "put [ref#1] on the grass to the left of the tree, and move the chair to the right",
    ]
    network = _plain_network(planner, bundle)
    ratios, firsts, totals = [], [], []
    for repeat in range(2):
        for wish in wishes:
            source = planner.vocabulary.source(wish)
            grammar = planner.grammar(source, references, True)
            times: list[float] = []
            began = time.perf_counter()
            prompt = planner.prompt(source, references, photo)
            decoded = planner.write(
                source, references, photo, (), grammar,
                stop=lambda g, times=times: bool(times.append(time.perf_counter())) or g.operations_done,
            )  # fmt: skip
            ours = time.perf_counter() - began
            plain = _plain_loop(network, prompt, len(decoded.tokens))
            if repeat:
                ratios.append(ours / plain)
                totals.append(ours)
                firsts.append(next(x for x in times[1:]) - began)
    ratio, first, total = statistics.median(ratios), statistics.median(firsts), statistics.median(totals)
    return [
        Bar("must", "plan speed", "operations in <= 0.5 of a plain eager bf16 loop", f"{ratio:.2f}", ratio <= 0.5),
        Bar(
            "aim",
            "plan speed",
            "first token <= 1 s, operations <= 3 s",
            f"{first:.2f} s, {total:.2f} s",
            first <= 1 and total <= 3,
        ),
    ]
