"""The model's own safety checker, tiny: loaded from the bundle, on where it is there."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig

from engine.bundle import Bundle
from engine.decode.components import Components
from engine.decode.decoder import LatentDecoder
from engine.decode.request import DecodeRequest
from engine.errors import BadInput
from engine.networks import Networks
from training import tiny

VISION = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.mark.parametrize("held", [False, True])
def test_a_checker_in_the_bundle_looks_at_every_picture(tmp_path, held):
    root = tmp_path / "small"
    tiny.write_decoder(root, "sd15")
    plain = picture(tmp_path, root)
    sizes = VISION | {"image_size": 32, "patch_size": 16, "projection_dim": 8}
    model = StableDiffusionSafetyChecker(CLIPConfig(vision_config=sizes, projection_dim=8))
    with torch.no_grad():
        model.concept_embeds_weights.fill_(-2.0 if held else 2.0)  # cosines above it are held back
        model.special_care_embeds_weights.fill_(2.0)
    model.save_pretrained(root / "decoder" / "safety_checker")
    preparation = {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 32}}
    preparation |= {"crop_size": {"height": 32, "width": 32}}
    (root / "decoder/safety_checker/preprocessor_config.json").write_text(json.dumps(preparation))
    if held:
        with pytest.raises(BadInput, match="holds this picture back"):
            picture(tmp_path, root)
    else:
        assert np.array_equal(picture(tmp_path, root), plain)


def picture(home, root):
    tiny.write_manifest(root)
    decoder = LatentDecoder(Components(Bundle.open(root.name, home), Networks(device=torch.device("cpu"))))
    return decoder.decode(DecodeRequest(64, 64, "a boat", steps=2))
