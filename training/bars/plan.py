"""Bars of the planner: understanding, references, speed."""

# ruff: noqa: E501 (tables of words and lines of a log)

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.files import read_reference, read_sound
from engine.plan import Planner
from engine.plan.model import fuse_layer
from engine.plan.planner import ADAPTER, low_rank_of
from training.bars import Bar, Ground
from training.data import items
from training.planner import score
from training.planner.real import clean, small

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

INSTRUCTIONS = Path(__file__).parents[2] / "tests" / "plan" / "instructions.jsonl"
PICTURE_CASES, SOUND_CASES = 40, 20
ALIKE = 0.5  # cosine of MiniLM embeddings: dog and puppy 0.8, goat and sheep 0.6, dog and horse 0.4, dog and car 0.3
WISHES = ("replace the boat with [ref#1]", "put [ref#1] on the grass")
# What is swapped: everyday kinds of things, and the words that name each rightly in a prompt.
KINDS = {
    "animal": "dog puppy cat kitten horse cow sheep goat pig chicken rooster hen duck goose bird owl lion tiger elephant wolf rabbit "
    "mouse frog fish bear deer camel zebra giraffe kangaroo squirrel hamster shark dolphin whale lizard crocodile butterfly spider snail crab swan peacock flamingo pigeon gull sparrow turkey hare ostrich hummingbird heron pelican stork fox seal walrus gorilla hippopotamus rhinoceros leopard cheetah shrimp lobster starfish jellyfish dinosaur lamb monkey crow eagle parrot penguin snake turtle bee fly insect donkey seal",
    "vehicle": "car truck bus van taxi bicycle bike motorcycle train tram boat ship plane airplane helicopter tractor "
    "sailboat ambulance police fire jet rocket",
    "nature": "rain thunder thunderstorm wind ocean waves sea stream water waterfall river fire storm splash leaves",
    "instrument": "guitar piano violin drum drums trumpet saxophone flute harp cello accordion banjo bell organ xylophone clarinet",
    "food": "apple banana orange lemon pear peach strawberry tomato carrot pizza burger cake bread cookie pumpkin "
    "pineapple watermelon grapes cherry mushroom pepper potato",
    "thing": "chair table lamp clock hammer key phone telephone book umbrella ball camera bottle cup mug hat shoe shoes "
    "scissors door computer keyboard basket",
    "plant": "tree flower rose tulip palm cactus leaf sunflower bush flowers",
}

# A wider word that names its members rightly.
GROUPS = {
    "bird": "hen rooster duck goose owl crow eagle parrot penguin pigeon gull sparrow turkey ostrich hummingbird swan "
    "peacock flamingo heron pelican stork chicken",
    "insect": "bee fly butterfly beetle wasp",
    "flower": "rose tulip sunflower",
}


@dataclass(frozen=True, eq=False)
class Thing:
    """A file behind a reference: its name, the everyday noun in it, that noun's kind, and the file's embedding."""

    name: str
    noun: str
    kind: str
    media: str
    vector: np.ndarray


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
    wild, valid = 60, 0
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


def everyday(name: str) -> tuple[str, str] | None:
    """The everyday noun in a name, by its last word that is in a table ("race car" is a car), and its kind."""
    for word in reversed(clean(name).split()):
        for kind, words in KINDS.items():
            for form in (word, word.removesuffix("s")):
                if form in words.split():
                    return form, kind
    return None


def _things(encoder: Encoder, ground: Ground, rng: random.Random) -> tuple[list[Thing], list[Thing]]:
    """Held-out pictures and sounds of everyday things, one for each name."""
    pictures: dict[str, Thing] = {}
    wanted = [o for o in items.objects(ground.data) if o.held_out and o.is_photo and min(o.width, o.height) >= 64]
    rng.shuffle(wanted)
    for item in wanted:
        known = everyday(item.name)
        if known and clean(item.name) not in pictures and len(pictures) < 60:
            picture = read_reference(item.path)
            vector = encoder.pictures([small(picture.floats(), picture.transparency)])[0]
            pictures[clean(item.name)] = Thing(clean(item.name), *known, "picture", vector)
    sounds: dict[str, Thing] = {}
    for item in items.sounds(ground.data):
        known = everyday(item.name)
        if item.held_out and known and clean(item.name) not in sounds and item.seconds >= 0.5:
            sound = read_sound(item.path)
            heard = encoder.sound(sound.samples, sound.rate)
            sounds[clean(item.name)] = Thing(clean(item.name), *known, "sound", heard.vector)
    return list(pictures.values()), list(sounds.values())


def _pairs(rng: random.Random, things: Sequence[Thing], count: int) -> list[tuple[Thing, Thing]]:
    """Pairs of things of different kinds, in which all things occur about equally often."""
    out: list[tuple[Thing, Thing]] = []
    used = dict.fromkeys((t.name for t in things), 0)
    while len(out) < count:
        order = sorted(things, key=lambda t: (used[t.name], rng.random()))
        one = order[0]
        other = next((t for t in order if t.kind != one.kind and (one, t) not in out), None)
        if other is None:
            break
        out.append((one, other))
        used[one.name] += 1
        used[other.name] += 1
    return out


def _noun(planner: Planner, thing: Thing, wish: str, photo: np.ndarray) -> tuple[str, str]:
    """The prompt's words and what they name: the new thing's noun as the operation's own words in the prompt."""
    source = planner.vocabulary.source(wish)
    reference = {1: (thing.vector, thing.media)}
    grammar = planner.grammar(source, reference, True)
    planner.write(source, reference, photo, (), grammar, stop=lambda g: g.state == "closed")
    prompt = planner.vocabulary.decode(grammar.prompts[0])
    behind = prompt.rsplit(" with ", 1)[-1]
    for word in (" on the left", " on the grass"):
        behind = behind.split(word)[0]
    return prompt, behind.strip()


def named_rightly(embed: Callable[[list[str]], np.ndarray], noun: str, right: Thing, wrong: Thing) -> bool:
    """Whether the noun names the thing: by its own word, or by one that means much the same ("hen" for a chicken).

    Much the same is a sentence likeness of at least :data:`ALIKE` to its name, and more than to the other's.
    """
    said = {w.removesuffix("s") for w in noun.split()} | set(noun.split())
    if right.noun in said or any(right.noun in members.split() for group, members in GROUPS.items() if group in said):
        return True
    vectors = embed([noun, right.noun, wrong.noun])
    near, far = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    return near >= ALIKE and near > far


def _references(planner: Planner, encoder: Encoder, ground: Ground) -> Bar:
    rng = random.Random(7)
    pictures, sounds = _things(encoder, ground, rng)
    cases = [*_pairs(rng, pictures, PICTURE_CASES), *_pairs(rng, sounds, SOUND_CASES)]
    photo = encoder.text(["a photo of a lake with trees"])[0]
    lines, passed = [], 0
    written: dict[tuple[str, str, str], tuple[str, str]] = {}
    for number, (one, other) in enumerate(cases):
        wish = WISHES[number % 2]
        for thing in (one, other):
            if (thing.name, thing.media, wish) not in written:
                written[thing.name, thing.media, wish] = _noun(planner, thing, wish, photo)
        first, noun = written[one.name, one.media, wish]
        second, noun2 = written[other.name, other.media, wish]
        ok = named_rightly(encoder.text, noun, one, other) and named_rightly(encoder.text, noun2, other, one)
        passed += ok
        lines.append(f"{'right' if ok else 'WRONG'} {one.media}: {one.name} -> {first!r}; {other.name} -> {second!r}")
    ground.out.mkdir(parents=True, exist_ok=True)
    (ground.out / "references.txt").write_text("\n".join(lines), encoding="utf-8")
    share = passed / max(len(cases), 1)
    figure = f"{passed} of {len(cases)} ({share:.0%}), {len(pictures)} pictures and {len(sounds)} sounds held out"
    return Bar(
        "must",
        "references matter",
        "swapped file changes the noun rightly in >= 70 % of 60",
        figure,
        share >= 0.7 and len(cases) == 60,
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
    for repeat in range(3):
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
