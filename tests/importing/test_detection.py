"""Detectors and edges in their authors' layouts: the same answers as from the library's own folders."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import GroundingDinoForObjectDetection, SamModel

from engine.bundle import Bundle
from engine.decode import extractors
from engine.errors import BundleError
from engine.ground import studio
from engine.importing import bundles, detection
from engine.importing.child import Job
from engine.importing.child import run as read
from engine.importing.kinds import checked, recognised
from engine.importing.layouts import Misfitting
from training import tiny, tiny_understanding

DINO = {"heads": 2, "text_heads": 2, "look": {"size": {"shortest_edge": 64, "longest_edge": 120}}}
# The authors' names, from the library's as they are in files: in order, each on what the ones before have left.
DINO_NAMES = (
    (r"^model\.backbone\.conv_encoder\.model\.embeddings\.patch_embeddings\.projection", "backbone.0.patch_embed.proj"),
    (r"^model\.backbone\.conv_encoder\.model\.embeddings\.norm", "backbone.0.patch_embed.norm"),
    (r"^model\.backbone\.conv_encoder\.model\.encoder\.layers", "backbone.0.layers"),
    (r"^model\.backbone\.conv_encoder\.model\.hidden_states_norms\.stage2", "backbone.0.norm1"),
    (r"^model\.backbone\.conv_encoder\.model\.hidden_states_norms\.stage3", "backbone.0.norm2"),
    (r"^model\.backbone\.conv_encoder\.model\.hidden_states_norms\.stage4", "backbone.0.norm3"),
    (r"attention\.self\.relative_position_bias_table", "attn.relative_position_bias_table"),
    (r"^(backbone.*)attention\.output\.dense", r"\1attn.proj"),
    (r"^(backbone.*)intermediate\.dense", r"\1mlp.fc1"),
    (r"^(backbone.*)output\.dense", r"\1mlp.fc2"),
    (r"layernorm_before", "norm1"),
    (r"layernorm_after", "norm2"),
    (r"^model\.encoder\.layers\.(\d+)\.deformable_layer\.self_attn_layer_norm", r"transformer.encoder.layers.\1.norm1"),
    (r"^model\.encoder\.layers\.(\d+)\.deformable_layer\.final_layer_norm", r"transformer.encoder.layers.\1.norm2"),
    (r"^model\.encoder\.layers\.(\d+)\.deformable_layer\.fc", r"transformer.encoder.layers.\1.linear"),
    (r"^model\.encoder\.layers\.(\d+)\.deformable_layer", r"transformer.encoder.layers.\1"),
    (r"^model\.encoder\.layers\.(\d+)\.text_enhancer_layer", r"transformer.encoder.text_layers.\1"),
    (r"^(transformer\.encoder\.text_layers.*)layer_norm_before", r"\1norm1"),
    (r"^(transformer\.encoder\.text_layers.*)layer_norm_after", r"\1norm2"),
    (r"^(transformer\.encoder\.text_layers.*)\.fc", r"\1.linear"),
    (r"^model\.encoder\.layers\.(\d+)\.fusion_layer", r"transformer.encoder.fusion_layers.\1"),
    (r"vision_param$", "gamma_v"),
    (r"text_param$", "gamma_l"),
    (r"layer_norm_vision", "layer_norm_v"),
    (r"layer_norm_text", "layer_norm_l"),
    (r"vision_proj", "v_proj"),
    (r"attn\.((?:values_|out_)?)text_proj", r"attn.\1l_proj"),
    (r"^model\.decoder\.layers\.(\d+)\.encoder_attn_text_layer_norm", r"transformer.decoder.layers.\1.catext_norm"),
    (r"^model\.decoder\.layers\.(\d+)\.encoder_attn_layer_norm", r"transformer.decoder.layers.\1.norm1"),
    (r"^model\.decoder\.layers\.(\d+)\.self_attn_layer_norm", r"transformer.decoder.layers.\1.norm2"),
    (r"^model\.decoder\.layers\.(\d+)\.final_layer_norm", r"transformer.decoder.layers.\1.norm3"),
    (r"^model\.decoder\.layers\.(\d+)\.encoder_attn_text", r"transformer.decoder.layers.\1.ca_text"),
    (r"^model\.decoder\.layers\.(\d+)\.encoder_attn", r"transformer.decoder.layers.\1.cross_attn"),
    (r"^model\.decoder\.layers\.(\d+)\.fc", r"transformer.decoder.layers.\1.linear"),
    (r"^model\.decoder\.layer_norm", "transformer.decoder.norm"),
    (r"^model\.decoder\.reference_points_head", "transformer.decoder.ref_point_head"),
    (r"^model\.decoder", "transformer.decoder"),
    (r"^model\.text_backbone", "bert"),
    (r"^model\.input_proj_vision", "input_proj"),
    (r"^model\.text_projection", "feat_map"),
    (r"^model\.query_position_embeddings", "transformer.tgt_embed"),
    (r"^model\.encoder_output_bbox_embed", "transformer.enc_out_bbox_embed"),
    (r"^model\.(level_embed|enc_output)", r"transformer.\1"),
)  # fmt: skip
SAM_NAMES = (
    (r"^vision_encoder\.layers\.(\d+)\.layer_norm", r"image_encoder.blocks.\1.norm"),
    (r"^vision_encoder\.layers", "image_encoder.blocks"),
    (r"^vision_encoder\.neck\.conv1", "image_encoder.neck.0"),
    (r"^vision_encoder\.neck\.layer_norm1", "image_encoder.neck.1"),
    (r"^vision_encoder\.neck\.conv2", "image_encoder.neck.2"),
    (r"^vision_encoder\.neck\.layer_norm2", "image_encoder.neck.3"),
    (r"^vision_encoder\.patch_embed\.projection", "image_encoder.patch_embed.proj"),
    (r"^vision_encoder", "image_encoder"),
    (r"mask_embed\.conv1", "mask_downscaling.0"),
    (r"mask_embed\.layer_norm1", "mask_downscaling.1"),
    (r"mask_embed\.conv2", "mask_downscaling.3"),
    (r"mask_embed\.layer_norm2", "mask_downscaling.4"),
    (r"mask_embed\.conv3", "mask_downscaling.6"),
    (r"\.point_embed\.", ".point_embeddings."),
    (r"^shared_image_embedding\.positional_embedding", "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"),
    (r"^(mask_decoder\.transformer.*)layer_norm", r"\1norm"),
    (r"upscale_conv1", "output_upscaling.0"),
    (r"upscale_layer_norm", "output_upscaling.1"),
    (r"upscale_conv2", "output_upscaling.3"),
    (r"(mlps\.\d|head)\.layers\.0", r"\1.layers.1"),
    (r"(mlps\.\d|head)\.proj_in", r"\1.layers.0"),
    (r"(mlps\.\d|head)\.proj_out", r"\1.layers.2"),
)


def quiet(_what, _share):
    pass


def renamed(tensors, names):
    out = {}
    for name, value in tensors.items():
        for pattern, theirs in names:
            name = re.sub(pattern, theirs, name)  # noqa: PLW2901
        out[name] = value
    return out


def joined(tensors):
    """Queries, keys and values in one matrix, as the authors keep them everywhere but in BERT."""
    out = {}
    for name, value in tensors.items():
        match = re.fullmatch(r"(?!bert)(.*)\.query\.(weight|bias)", name)
        if match:
            three = torch.cat([tensors[f"{match[1]}.{part}.{match[2]}"] for part in ("query", "key", "value")])
            head = match[1]
            swin = head.endswith(".attention.self")
            out[
                f"{head.removesuffix('.attention.self')}.attn.qkv.{match[2]}" if swin else f"{head}.in_proj_{match[2]}"
            ] = three
        elif name.startswith("bert") or not re.search(r"\.(key|value)\.", name):
            out[name] = value
    return out


def published_detector(folder):
    """What the authors' file would hold of a model that the library has saved."""
    held = {name: value for name, value in load_file(folder / "model.safetensors").items() if "layernorm." not in name}
    boxes = {
        name.removeprefix("bbox_embed.0"): held.pop(name) for name in list(held) if name.startswith("bbox_embed.0")
    }
    for at in range(2):
        held |= {f"bbox_embed.{at}{rest}": value for rest, value in boxes.items()}
        held |= {f"transformer.decoder.bbox_embed.{at}{rest}": value for rest, value in boxes.items()}
    published = joined(renamed(held, DINO_NAMES))
    published["label_enc.weight"] = torch.zeros(5, 32)
    published["bert.embeddings.position_ids"] = torch.arange(256)[None]
    published["bert.pooler.dense.weight"], published["bert.pooler.dense.bias"] = torch.zeros(32, 32), torch.zeros(32)
    published["backbone.0.layers.0.blocks.0.attn.relative_position_index"] = torch.zeros(4, 4, dtype=torch.int64)
    return published


def imported(tmp_path, published, config, more=()):
    torch.save(published, tmp_path / "published.pth")
    done = read(Job((str(tmp_path / "published.pth"),), str(tmp_path / "any"), config=config), quiet)
    for write in more:
        write(tmp_path / "any")
    tiny.write_manifest(tmp_path / "any")
    return done, Bundle.open("any", tmp_path)


def whole(kind, folder):
    """The class with all of its weights, as the library itself reads the folder."""
    model, told = kind.from_pretrained(folder, output_loading_info=True)
    assert not told["missing_keys"]
    assert not told["unexpected_keys"]
    return model.eval()


def letters(root):
    tiny_understanding.letter_tokenizer().save_pretrained(root / detection.DETECTOR)


def test_groundingdino_in_its_authors_layout_answers_as_the_librarys(tmp_path):
    tiny_understanding.write_detector(tmp_path / "library")
    published = {f"module.{name}": value for name, value in published_detector(tmp_path / "library").items()}
    done, bundle = imported(tmp_path, {"model": published, "epoch": 3}, DINO, [letters])
    assert (done["kind"], done["part"], done["borrowed"]) == ("grounding-dino", "grounding", detection.VOCABULARY)
    mine = whole(GroundingDinoForObjectDetection, bundle.folder(detection.DETECTOR))
    theirs = GroundingDinoForObjectDetection.from_pretrained(tmp_path / "library").eval()
    told = {"pixel_values": torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))}
    told |= {"input_ids": torch.tensor([[2, 10, 40, 5, 3]]), "attention_mask": torch.ones(1, 5, dtype=torch.long)}
    with torch.inference_mode():
        ours, wanted = mine(**told), theirs(**told)
    assert torch.equal(ours.logits[..., :5], wanted.logits[..., :5])
    assert torch.equal(ours.pred_boxes, wanted.pred_boxes)
    assert float(wanted.pred_boxes.std()) > 0
    found = studio.Detector.load(bundle).boxes(np.zeros((48, 64, 3), np.uint8), ["a dog", "a cat"], sure=0.0)
    assert len(found) == 2


def test_sam_in_its_authors_layout_answers_as_the_librarys(tmp_path):
    tiny_understanding.write_segmenter(tmp_path / "library")
    published = renamed(load_file(tmp_path / "library" / "model.safetensors"), SAM_NAMES)
    done, bundle = imported(tmp_path, published, {"heads": 2})
    assert (done["kind"], done["part"]) == ("sam", "grounding")
    assert studio.load(bundle, None) is None  # pyright: ignore[reportArgumentType]  # without a detector: the starter's
    mine = whole(SamModel, bundle.folder(detection.SEGMENTER))
    theirs = SamModel.from_pretrained(tmp_path / "library").eval()
    told = {"pixel_values": torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))}
    told["input_boxes"] = torch.tensor([[[4.0, 6.0, 40.0, 50.0]]])
    with torch.inference_mode():
        ours, wanted = mine(**told), theirs(**told)
    assert torch.equal(ours.pred_masks, wanted.pred_masks)
    assert torch.equal(ours.iou_scores, wanted.iou_scores)
    assert float(wanted.pred_masks.std()) > 0
    tiny_understanding.write_segmenter(tmp_path / "plain" / detection.SEGMENTER)
    tiny.write_manifest(tmp_path / "plain")
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    one, two = (studio.Segmenter.load(each) for each in (bundle, Bundle.open("plain", tmp_path)))
    assert np.array_equal(one.masks(picture, [(3, 3, 30, 30)]), two.masks(picture, [(3, 3, 30, 30)]))


@pytest.mark.parametrize(("layers", "window"), [((2, 2, 6, 2), 7), ((2, 2, 18, 2), 12)])
def test_the_released_detectors_sizes_are_told_from_their_shapes(layers, window):
    from transformers import GroundingDinoConfig, SwinConfig

    width = 96 if window == 7 else 128
    swin = SwinConfig(
        image_size=224, embed_dim=width, depths=list(layers), num_heads=[width // 32 * 2**at for at in range(4)],
        window_size=window, out_indices=[2, 3, 4],
    )  # fmt: skip
    with torch.device("meta"):
        whole = GroundingDinoForObjectDetection(GroundingDinoConfig(backbone_config=swin))
    named = {detection._hub(name): value for name, value in whole.state_dict().items() if ".swin.layernorm" not in name}
    shapes = {name: tuple(value.shape) for name, value in joined(renamed(named, DINO_NAMES)).items()}
    kind, layout = recognised(shapes, {})
    checked(kind, layout, shapes, "x")
    assert (kind.name, set(layout)) == ("grounding-dino", set(shapes))
    told = json.loads(detection.detector_files(shapes, {})[f"{detection.DETECTOR}/config.json"])
    assert (told["backbone_config"]["depths"], told["backbone_config"]["window_size"]) == (list(layers), window)
    assert (told["encoder_n_points"], told["text_config"]["num_attention_heads"]) == (4, 12)


@pytest.mark.parametrize(("width", "depth", "looking"), [(768, 12, [2, 5, 8, 11]), (1280, 32, [7, 15, 23, 31])])
def test_the_released_segmenters_sizes_are_told_from_their_shapes(width, depth, looking):
    from transformers import SamConfig

    vision = {
        "hidden_size": width,
        "num_hidden_layers": depth,
        "num_attention_heads": width // (80 if depth > 12 else 64),
    }
    with torch.device("meta"):
        whole = SamModel(SamConfig(vision_config={**vision, "global_attn_indexes": looking}))
    named = {name: value for name, value in whole.state_dict().items() if "shared_embedding" not in name}
    shapes = {name: tuple(value.shape) for name, value in renamed(named, SAM_NAMES).items()}
    kind, layout = recognised(shapes, {})
    checked(kind, layout, shapes, "x")
    assert (kind.name, set(layout)) == ("sam", set(shapes))
    told = detection.segmenter_config(shapes, {})
    assert told.vision_config.global_attn_indexes == looking
    assert (told.vision_config.num_attention_heads, told.vision_config.window_size) == (
        vision["num_attention_heads"],
        14,
    )


def test_wrong_names_of_detectors_are_told(tmp_path):
    tiny_understanding.write_segmenter(tmp_path / "library")
    published = renamed(load_file(tmp_path / "library" / "model.safetensors"), SAM_NAMES)
    del published["mask_decoder.output_upscaling.1.bias"]
    published["mask_decoder.more"] = torch.zeros(2)
    published["prompt_encoder.no_mask_embed.weight"] = torch.zeros(2, 16)
    with pytest.raises(Misfitting) as told:
        imported(tmp_path, published, {"heads": 2})
    assert told.value.misfit.record() == {
        "missing": ["mask_decoder.output_upscaling.1.bias"], "unexpected": ["mask_decoder.more"],
        "misshapen": {"prompt_encoder.no_mask_embed.weight": [[2, 16], [1, 16]]},
    }  # fmt: skip


def test_learned_edges_are_imported_and_found_by_the_controls(tmp_path):
    torch.manual_seed(0)
    net = extractors.Hed((4, 6, 8, 8, 8))
    done, bundle = imported(tmp_path, net.state_dict(), {"widths": [4, 6, 8, 8, 8]})
    assert (done["kind"], done["part"], done["licence"]) == ("hed", "controls", "unstated")
    picture = np.random.default_rng(0).random((32, 40, 3), np.float32)
    found = extractors.load(bundle)["edge"](picture)
    with torch.inference_mode():
        wanted = net.eval()(torch.from_numpy(np.rint(picture * 255).transpose(2, 0, 1))[None])[0]
    assert np.array_equal(found, wanted.numpy())
    assert found.std() > 0


def test_the_published_edges_are_recognised_by_name_and_shape():
    convs = {1: (3, 64, 2), 2: (64, 128, 2), 3: (128, 256, 3), 4: (256, 512, 3), 5: (512, 512, 3)}
    shapes = {"norm": (1, 3, 1, 1)}
    for block, (inputs, width, layers) in convs.items():
        for layer in range(layers):
            shapes[f"block{block}.convs.{layer}.weight"] = (width, inputs if layer == 0 else width, 3, 3)
            shapes[f"block{block}.convs.{layer}.bias"] = (width,)
        shapes |= {f"block{block}.projection.weight": (1, width, 1, 1), f"block{block}.projection.bias": (1,)}
    kind, layout = recognised(shapes, {})
    checked(kind, layout, shapes, "ControlNetHED.pth")
    assert (kind.name, set(layout)) == ("hed", set(shapes))


def test_the_detectors_vocabulary_comes_from_the_starter(tmp_path):
    with pytest.raises(BundleError, match="starter"):
        bundles.borrow(tmp_path / "staged", tmp_path, detection.VOCABULARY)
    letters(tmp_path / "made")
    (tmp_path / "starter" / "text").mkdir(parents=True)
    made = json.loads((tmp_path / "made" / detection.DETECTOR / "tokenizer.json").read_text())
    cut = {"max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
    (tmp_path / "starter" / "text" / "tokenizer.json").write_text(json.dumps({**made, "truncation": cut}))
    tiny.write_manifest(tmp_path / "starter")
    done = bundles.borrow(tmp_path / "staged", tmp_path, detection.VOCABULARY)
    (path,) = done
    copied = tmp_path / "staged" / path
    assert json.loads(copied.read_text()) == {**made, "truncation": None, "padding": None}
    assert done[path] == {"size": copied.stat().st_size, "sha256": bundles.sha256_of(copied)}
    assert bundles.borrow(tmp_path, tmp_path, {}) == {}
