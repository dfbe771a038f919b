"""``overtone bench``: our sampling loop against diffusers' own pipeline, with the same random weights, in turns.

Speed and memory do not depend on what the weights are, so full-size networks need no download here.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from engine.commands.common import JsonOption, peak_memory, say, say_json
from engine.errors import BadInput

FAMILIES: dict[str, dict[str, Any]] = {  # the published U-Nets
    "sd15": {
        "sample_size": 64,
        "block_out_channels": (320, 640, 1280, 1280),
        "cross_attention_dim": 768,
        "attention_head_dim": 8,
    },
    "sdxl": {
        "sample_size": 128,
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": 2048,
        "attention_head_dim": (5, 10, 20),
        "transformer_layers_per_block": (1, 2, 10),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
}
GUIDANCE, POOLED = 7.5, 1280


@dataclass(frozen=True)
class Result:
    """What one comparison gave; seconds are medians over the rounds.

    Attributes
    ----------
    family, device, precision, side, steps
        What ran, ``side`` in pixels.
    ours, theirs
        Seconds of a whole denoising run with guidance.
    compiling
        Seconds that compiling our network took, 0 when it was not asked for.
    memory
        Peak bytes of our runs on CUDA; elsewhere of the process.
    their_memory
        Peak bytes of theirs on CUDA; elsewhere absent, where the process has only one peak.
    """

    family: str
    device: str
    precision: str
    side: int
    steps: int
    ours: float
    theirs: float
    compiling: float
    memory: int
    their_memory: int | None = None

    @property
    def ratio(self) -> float:
        """Our time over theirs."""
        return self.ours / self.theirs


def bench(
    family: Annotated[str, typer.Option(help="sd15 or sdxl.")] = "sd15",
    full_size: Annotated[
        bool, typer.Option("--full-size", help="The published sizes (0.9 or 2.6 billion weights), not tiny ones.")
    ] = False,
    steps: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Runs of each, in turns.")] = 5,
    compiled: Annotated[bool, typer.Option("--compile", help="Compile our network first.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare our denoising loop with diffusers' pipeline: time and memory, same weights, same run."""
    if family not in FAMILIES:
        raise BadInput(f"There is no family {family!r}.", f"Take one of {', '.join(FAMILIES)}.")
    result = compare(family, full_size=full_size, steps=steps, rounds=rounds, compiled=compiled)
    if as_json:
        say_json(asdict(result) | {"ratio": round(result.ratio, 3)})
        return
    say(f"{result.family}, {result.side} px, {result.steps} steps, {result.precision} on {result.device}")
    say(f"ours {result.ours:.3f} s, diffusers {result.theirs:.3f} s: {result.ratio:.3f} ×")
    if compiled:
        say(f"compiling took {result.compiling:.0f} s")
    theirs = "" if result.their_memory is None else f", diffusers {result.their_memory / 2**30:.2f} GiB"
    say(f"peak memory {result.memory / 2**30:.2f} GiB{theirs}")


def compare(family: str, *, full_size: bool, steps: int, rounds: int, compiled: bool = False) -> Result:
    """Run both in turns on the best device.

    Parameters
    ----------
    family
        ``sd15`` or ``sdxl``.
    full_size
        The published network instead of a tiny one.
    steps, rounds
        Denoising steps, and measured runs of each.
    compiled
        Compile our network; theirs stays as the library has it.
    """
    import torch

    from engine.decode.components import quiet
    from engine.device import best_device

    device = best_device()
    precision = torch.float32 if device.type == "cpu" and not full_size else torch.bfloat16
    with quiet():
        unet = _unet(family, full_size).to(device, precision).to(memory_format=torch.channels_last).eval()
    theirs = _theirs(family, copy.copy(unet), steps)  # the same weights; compiling ours leaves this one as it is
    theirs()
    began = time.perf_counter()
    ours = _ours(family, unet, steps, compiled)
    ours()  # compiles, if asked
    compiling = time.perf_counter() - began if compiled else 0.0
    cuda = device.type == "cuda"
    times: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    peaks = {ours: 0, theirs: 0}
    for turn in range(rounds):
        for run in (ours, theirs) if turn % 2 else (theirs, ours):
            if cuda:
                torch.cuda.reset_peak_memory_stats()
            began = time.perf_counter()
            run()
            if cuda:
                torch.cuda.synchronize()
                peaks[run] = max(peaks[run], torch.cuda.max_memory_allocated())
            times[run].append(time.perf_counter() - began)
    memory, their_memory = (peaks[ours], peaks[theirs]) if cuda else (peak_memory(), None)
    side = unet.config["sample_size"] * 8
    seconds, peers = (statistics.median(times[run]) for run in (ours, theirs))
    named = str(precision).removeprefix("torch.")
    return Result(family, device.type, named, side, steps, seconds, peers, compiling, memory, their_memory)


def _unet(family: str, full_size: bool) -> Any:
    import torch
    from diffusers import UNet2DConditionModel

    from training import tiny

    if not full_size:
        return tiny.unet("sdxl" if family == "sdxl" else "sd15")
    with torch.device("meta"):
        unet = UNet2DConditionModel(**FAMILIES[family])
    full: torch.nn.Module = unet.to_empty(device="cpu")
    for weight in full.parameters():
        weight.data = torch.nn.init.normal_(weight.data, std=0.02).bfloat16()
    return full


def _told(family: str, unet: Any) -> tuple[Any, Any]:
    """Text states ``(1, 77, C)`` and, for SDXL, the pooled vector; random."""
    import torch

    generator = torch.Generator().manual_seed(0)
    states = torch.randn(1, 77, unet.config["cross_attention_dim"], generator=generator)
    if family != "sdxl":
        return states, None
    ids = 6 * unet.config["addition_time_embed_dim"]
    width = unet.config["projection_class_embeddings_input_dim"] - ids
    return states, torch.randn(1, width, generator=generator)


def _ours(family: str, unet: Any, steps: int, compiled: bool) -> Callable[[], object]:
    import torch

    from engine.decode.conditions import Condition
    from engine.decode.faults import Precision
    from engine.decode.loop import sample
    from engine.decode.network import Guidance, Network
    from engine.decode.samplers import scheduler
    from engine.values import never_cancel
    from training import tiny

    states, pooled = _told(family, unet)
    side = unet.config["sample_size"]
    sizes = None if pooled is None else torch.tensor([[8.0 * side, 8 * side, 0, 0, 8 * side, 8 * side]])
    condition = Condition(states, pooled, sizes).to(unet.device, unet.dtype)
    if compiled:
        unet.compile()
    network = Network(unet)

    def run() -> object:
        generator = torch.Generator().manual_seed(0)
        latents = torch.randn(1, 4, side, side, generator=generator).to(unet.device)
        with Precision() as precision:
            return sample(
                network,
                scheduler("ddim", tiny.SCHEDULE, steps),
                latents,
                condition,
                condition,
                Guidance(GUIDANCE),
                generator,
                precision,
                lambda *_: None,
                never_cancel,
            )

    return run


def _theirs(family: str, unet: Any, steps: int) -> Callable[[], object]:
    from engine.decode.components import quiet
    from engine.decode.samplers import ddim
    from training import tiny

    with quiet():
        from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
    states, pooled = (None if each is None else each.to(unet.device, unet.dtype) for each in _told(family, unet))
    parts: dict[str, Any] = {"vae": None, "text_encoder": None, "tokenizer": None, "unet": unet}
    told = {"prompt_embeds": states, "negative_prompt_embeds": states}
    if family == "sdxl":
        parts |= {"text_encoder_2": None, "tokenizer_2": None}
        told |= {"pooled_prompt_embeds": pooled, "negative_pooled_prompt_embeds": pooled}
    else:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    kind: Any = StableDiffusionXLPipeline if family == "sdxl" else StableDiffusionPipeline
    pipeline = kind(**parts, scheduler=ddim(tiny.SCHEDULE, steps))
    pipeline.set_progress_bar_config(disable=True)
    side = 8 * unet.config["sample_size"]

    def run() -> object:
        return pipeline(
            width=side,
            height=side,
            num_inference_steps=steps,
            guidance_scale=GUIDANCE,
            output_type="latent",
            **told,
        )

    return run


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(bench)
