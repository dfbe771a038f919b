"""What published files must hold: derived from our classes, compared with the published tables."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from diffusers.loaders import single_file_utils as theirs
from transformers import CLIPTextModelWithProjection

from engine.errors import BadInput
from engine.importing import diffusion
from engine.importing.diffusion import Family, TextShape
from engine.importing.kinds import checked, recognised
from engine.importing.layouts import Misfitting, Slot, compare, files_of
from training.bars import shapes as bar

TINY = Family(
    unet={
        "block_out_channels": (8, 16, 16),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 1, 2),
        "attention_head_dim": (1, 2, 2),
        "cross_attention_dim": 48,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 4,
        "projection_class_embeddings_input_dim": 40,
        "norm_num_groups": 4,
    },
    vae={**diffusion._VAE, "block_out_channels": (4, 4, 8, 8), "norm_num_groups": 4},
    text=TextShape(16, 2, 2, "quick_gelu", 99),
    text_2=TextShape(32, 2, 2, "gelu", 99),
    side=128,
    zero_empty=True,
)
SMALL_15 = {
    "block_out_channels": (8, 8, 16, 16), "cross_attention_dim": 16, "attention_head_dim": 2, "norm_num_groups": 4,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(bar.derivations()))
def test_published_names_and_shapes_are_ours(name):
    table = bar.shapes_in(bar.tables()[1][name])
    layout = bar.derivations()[name](table)
    assert not compare(layout, table)
    assert set(layout) == set(table)


def test_adapters_number_the_attention_layers_as_published():
    assert sorted(bar.derived_order()) == sorted(bar.layer_order(bar.tables()[1][bar.ORDER]))


@pytest.fixture(scope="module")
def checkpoint():
    layout = diffusion.checkpoint_layout(TINY, {})
    generator = torch.Generator().manual_seed(0)
    published = {name: torch.randn(slot.shape, generator=generator) for name, slot in layout.items()}
    ours: dict[str, dict[str, torch.Tensor]] = {}
    for name, slot in layout.items():
        for target in slot.targets:
            ours.setdefault(target.file.split("/")[1], {})[target.name] = target.of(published[name])
    return published, ours


def same(ours, library):
    assert {name: value.shape for name, value in ours.items()} == {n: v.shape for n, v in library.items()}
    return all(torch.equal(value, library[name]) for name, value in ours.items())


def test_single_files_come_apart_as_the_library_takes_them_apart(checkpoint):
    published, ours = checkpoint
    unet, vae = UNet2DConditionModel(**TINY.unet), AutoencoderKL(**TINY.vae)
    assert same(ours["unet"], theirs.convert_ldm_unet_checkpoint(dict(published), dict(unet.config)))
    unet.load_state_dict(ours["unet"])
    library = theirs.convert_ldm_vae_checkpoint(dict(published), dict(vae.config))
    assert same(ours["vae"], {n: v.reshape(ours["vae"][n].shape) for n, v in library.items()})
    vae.load_state_dict(ours["vae"])
    tower = CLIPTextModelWithProjection(diffusion._text_config(TINY.text_2))
    library = theirs.convert_open_clip_checkpoint(tower, dict(published), prefix="conditioner.embedders.1.model.")
    library = {
        n if n.startswith("text_") else f"text_model.{n}": v for n, v in library.items() if "position_ids" not in n
    }
    assert same(ours["text_encoder_2"], library)


def own_names(layout, published):
    """What goes into the bundle of published tensors: name there to tensor."""
    return {target.name: target.of(published[name]) for name, slot in layout.items() for target in slot.targets}


def filled(layout):
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(slot.shape, generator=generator) for name, slot in layout.items()}


@pytest.mark.parametrize("family", [TINY, replace(TINY, unet=SMALL_15)], ids=["xl", "1.5"])
def test_controlnets_come_apart_as_the_library_takes_them_apart(family):
    layout = diffusion.controlnet_layout(family, {"control_model.x": ()}, {"file": "control_v11p_canny.pth"})
    published = filled(layout)
    net = ControlNetModel.from_unet(UNet2DConditionModel(**family.unet))
    ours = own_names(layout, published)
    net.load_state_dict(ours)
    plain = {name: value for name, value in ours.items() if not name.startswith("add_embedding.")}  # it forgets them
    assert same(plain, theirs.convert_controlnet_checkpoint(dict(published), dict(net.config)))
    assert ("control_model.label_emb.0.0.weight" in layout) == (family is TINY)
    plain = diffusion.controlnet_layout(family, {"conv_in.weight": ()}, {"file": "diffusers_xl_depth.safetensors"})
    assert set(plain) == set(net.state_dict())
    assert files_of(plain) == ("decoder/controlnet-depth/diffusion_pytorch_model.safetensors",)


def test_a_refiner_comes_apart_as_the_library_takes_it_apart():
    sizes = {**TINY.unet, "cross_attention_dim": 32, "attention_head_dim": (1, 2, 2)}
    layout = diffusion.refiner_layout(TINY, sizes, {}, {})
    published = filled(layout)
    unet = UNet2DConditionModel(**sizes)
    assert same(own_names(layout, published), theirs.convert_ldm_unet_checkpoint(dict(published), dict(unet.config)))
    assert {name for name, slot in layout.items() if slot.needed} == {n for n, s in layout.items() if s.targets}


def test_a_single_file_of_nine_channels_fills_the_inpaint_network():
    family = replace(TINY, unet=SMALL_15, text_2=None)
    first = {diffusion.FIRST: (8, 9, 3, 3)}
    layout = diffusion.checkpoint_layout(family, first)
    assert files_of(layout) == (
        "decoder/inpaint/diffusion_pytorch_model.safetensors", "decoder/text_encoder/model.safetensors",
        "decoder/vae/diffusion_pytorch_model.safetensors",
    )  # fmt: skip
    assert layout[diffusion.FIRST].shape == (8, 9, 3, 3)
    files = diffusion.checkpoint_files(family, first)
    assert json.loads(files["decoder/inpaint/config.json"])["in_channels"] == 9
    assert "decoder/unet/config.json" not in files


def test_an_autoencoder_alone_comes_apart_as_the_library_takes_it_apart():
    layout = diffusion.autoencoder_layout(TINY, {}, {})
    published, vae = filled(layout), AutoencoderKL(**TINY.vae)
    ours = own_names(layout, published)
    library = theirs.convert_ldm_vae_checkpoint(
        {f"first_stage_model.{name}": value for name, value in published.items()}, dict(vae.config)
    )
    assert same(ours, {n: v.reshape(ours[n].shape) for n, v in library.items()})
    vae.load_state_dict(ours)


@pytest.mark.parametrize(
    ("file", "control"),
    [
        ("control_v11p_sd15_canny.pth", "edge"), ("control_v11f1p_sd15_depth_fp16.safetensors", "depth"),
        ("control_v11p_sd15_scribble.pth", "sketch"), ("diffusers_xl_canny_full.safetensors", "edge"),
        ("control_v11p_sd15_openpose.pth", ""), ("thedepths.pth", ""),
    ],
)  # fmt: skip
def test_a_controlnets_map_is_told_by_its_name(file, control):
    assert diffusion.control_of(file) == control
    if not control:
        with pytest.raises(BadInput, match="does not make"):
            diffusion.controlnet_layout(TINY, {}, {"file": file})


def test_every_wrong_name_is_told(checkpoint):
    layout = {"a": Slot((2, 3)), "b": Slot(()), "c": Slot((4,)), "d": Slot((1,), needed=False)}
    misfit = compare(layout, {"a": (3, 2), "c": (4,), "e": (1,), "f": (2,)})
    assert misfit.missing == ("b",)
    assert misfit.unexpected == ("e", "f")
    assert misfit.misshapen == {"a": ((3, 2), (2, 3))}
    assert str(misfit) == (
        "it lacks 1: b; it has the unexpected 2: e, f; it has of another shape 1: a (3 × 2, not 2 × 3)"
    )


def test_kinds_are_found_from_names_and_widths():
    for table, kind in (
        ("h94_ip-adapter_sdxl", "ip-adapter-sdxl"),
        ("h94_ip-adapter_sdxl_vit-h", "ip-adapter-sdxl-vit-h"),
        ("h94_ip-adapter_sd15", "ip-adapter-sd15"),
        ("ia2p_ip_adapter_global_local_2_view", "ia2p-adapter"),
        ("sd15_v1-5-pruned-emaonly", "sd15"),
        ("diffrir_x2_s2", "diffrir"),
        ("diffrir_x4_s1", "diffrir-teacher"),
        ("llmga_pretrained_mm_projector", "llmga-projector"),
    ):
        shapes = bar.shapes_in(bar.tables()[1][table])
        found, layout = recognised(shapes, {})
        checked(found, layout, shapes, table)
        assert found.name == kind


def test_a_file_of_no_known_kind_is_refused_and_a_near_miss_is_named():
    with pytest.raises(BadInput, match="No kind of checkpoint"):
        recognised({"layers.0.lora_up": (4, 4)}, {})
    shapes = bar.shapes_in(bar.tables()[1]["diffrir_x1_s2"])
    del shapes["G.patch_embed.proj.weight"]
    with pytest.raises(BadInput, match="first layer"):
        recognised(shapes, {})
    shapes = bar.shapes_in(bar.tables()[1]["sd15_v1-5-pruned-emaonly"]) | {"model_ema.diffusion_modelout0weight": (3,)}
    del shapes["model.diffusion_model.out.2.weight"]
    kind, layout = recognised(shapes, {})
    with pytest.raises(
        Misfitting, match=r"Stable Diffusion 1\.5 .* lacks 1: model\.diffusion_model\.out\.2\.weight"
    ) as told:
        checked(kind, layout, shapes, "x")
    assert told.value.misfit.record() == {
        "missing": ["model.diffusion_model.out.2.weight"], "unexpected": [], "misshapen": {},
    }  # fmt: skip
