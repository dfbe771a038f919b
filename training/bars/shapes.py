"""Bar: every published table of names and shapes is what our classes take at full size, without memory."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from engine.importing import diffusion, understanding
from engine.importing.layouts import Layout, Shape, compare
from training.bars import Bar, Ground

ROOT = Path(__file__).parents[2]
TABLES = ROOT.parent / "shared" / "checkpoints"  # beside the clone
COPY = ROOT / "tests" / "importing" / "checkpoints.tsv.xz"  # of them, each headed by "# NAME"
ORDER = "ip_adapter_layer_order"  # a list of layers, not of weights
Derive = Callable[[Mapping[str, Shape]], Layout]


def derivations() -> dict[str, Derive]:
    """Table to how its layout is derived from our classes."""
    sd15, sdxl = diffusion.SD15, diffusion.SDXL
    known: dict[str, Derive] = {
        "imagebind_huge": partial(understanding.imagebind_layout, config={}),
        "ia2p_prior_model": partial(understanding.prior_layout, config={}),
        "ia2p_llm_additions": partial(without_body, understanding.any2pix_layout),
        "llmga_llm_additions": partial(without_body, understanding.llmga_layout),
        "llmga_pretrained_mm_projector": partial(understanding.llmga_projector_layout, config={}),
        "ia2p_ip_adapter_global_local_2_view": lambda _shapes: diffusion.adapter_layout(sdxl, 1024, 2),
        "h94_ip-adapter_sdxl": lambda _shapes: diffusion.adapter_layout(sdxl, 1280),
        "h94_ip-adapter_sdxl_vit-h": lambda _shapes: diffusion.adapter_layout(sdxl, 1024),
        "h94_ip-adapter_sd15": lambda _shapes: diffusion.adapter_layout(sd15, 1024),
        "sd15_v1-5-pruned-emaonly": partial(diffusion.checkpoint_layout, sd15),
        "sdxl_sd_xl_base_1.0": partial(diffusion.checkpoint_layout, sdxl),
    }
    for scale in (1, 2, 4):
        known[f"diffrir_x{scale}_s1"] = partial(understanding.diffrir_teacher_layout, config={})
        known[f"diffrir_x{scale}_s2"] = partial(understanding.diffrir_layout, config={})
    return known


def without_body(derive: Callable[..., Layout], shapes: Mapping[str, Shape]) -> Layout:
    """A language model's layout less what every LLaMA holds, which the tables leave out."""
    body = understanding.language_shapes(understanding.language_config({}))
    ends = {"model.embed_tokens.weight", "lm_head.weight"}  # the rows of new tokens are in them
    return {name: slot for name, slot in derive(shapes, {}).items() if name in ends or name not in body}


def tables() -> tuple[str, dict[str, list[str]]]:
    """Where the tables are from, and each one's rows: those beside the clone, else the tests' copy."""
    if TABLES.is_dir():
        return str(TABLES), {path.stem: path.read_text().splitlines()[1:] for path in sorted(TABLES.glob("*.tsv"))}
    out: dict[str, list[str]] = {}
    rows: list[str] = []
    for line in lzma.decompress(COPY.read_bytes()).decode().splitlines():
        if line.startswith("# "):
            rows = out.setdefault(line[2:], [])
        elif not line.startswith(("key\t", "unet\t")):
            rows.append(line)
    return COPY.name, out


def shapes_in(rows: list[str]) -> dict[str, Shape]:
    """Name to shape; a slash in a name stands for a dictionary inside another."""
    out: dict[str, Shape] = {}
    for line in rows:
        name, shape, _dtype = line.split("\t")
        out[name.replace("/", ".")] = () if shape == "scalar" else tuple(int(side) for side in shape.split("x"))
    return out


def layer_order(rows: list[str]) -> list[tuple[str, int, str, int]]:
    """U-Net, index, layer and width of each row of the list of layers that adapters are numbered by."""
    split = (line.split("\t") for line in rows)
    return [(unet, int(index), layer, int(width)) for unet, index, layer, width in split]


def derived_order() -> list[tuple[str, int, str, int]]:
    """The same from our U-Nets."""
    out = []
    for name, family in (("sdxl", diffusion.SDXL), ("sd15", diffusion.SD15)):
        unet = diffusion.unet_of(family)
        for index, layer in enumerate(unet.attn_processors):
            if layer.endswith("attn2.processor"):
                weight = unet.get_parameter(f"{layer.removesuffix('.processor')}.to_q.weight")
                out.append((name, index, layer, weight.shape[0]))
    return out


def measure(_ground: Ground) -> list[Bar]:
    """Compare every table; a table that no class of ours belongs to is a miss."""
    known, (source, given) = derivations(), tables()
    print(f"tables: {source}")
    bars, goal = [], "every name and shape, none missing, none besides"
    for name, rows in given.items():
        what = f"shapes: {name}"
        if name == ORDER:
            mine, theirs = sorted(derived_order()), sorted(layer_order(rows))
            same = len(set(mine) & set(theirs))
            bars.append(Bar("must", what, goal, f"{same} of {len(theirs)} layers", mine == theirs))
        elif name in known:
            table = shapes_in(rows)
            layout = known[name](table)
            misfit, besides = compare(layout, table), [each for each in layout if each not in table]
            right = len(table) - len(misfit.unexpected) - len(misfit.misshapen)
            figure = f"{right} of {len(table)} names and shapes" + (f", {len(besides)} besides" if besides else "")
            bars.append(Bar("must", what, goal, figure, not misfit and not besides))
        else:
            bars.append(Bar("must", what, goal, "no class of ours", False))
    absent = sorted({*known, ORDER} - given.keys())
    if absent:
        bars.append(Bar("must", "shapes: tables", "all there", f"absent: {', '.join(absent)}", False))
    return bars
