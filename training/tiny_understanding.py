"""Encoders, detectors and language models of the libraries' classes with tiny random weights, saved by themselves."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertTokenizer,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    DPTImageProcessor,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    SamConfig,
    SamImageProcessor,
    SamModel,
    SamProcessor,
    SwinConfig,
)

from engine.encode.imagebind_network import ImageBind, ImageBindShape, Sense, TowerShape
from engine.importing.layouts import Layout
from engine.importing.understanding import CLIP_HUGE, CLIP_LARGE, CONTROL_TOKENS, any2pix_layout, llmga_layout
from engine.refine.published_network import PublishedNetwork, PublishedShape
from training.tiny import save_tokenizer, text_config

WIDTH = 32


def write_clip(folder: Path, seed: int = 0) -> None:
    """A CLIP of two blocks that looks at 28 pixels, with its tokenizer and picture preparation."""
    torch.manual_seed(seed)
    vision = {
        "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "image_size": 28, "patch_size": 7, "projection_dim": WIDTH,
    }  # fmt: skip
    config = CLIPConfig(text_config=text_config().to_dict(), vision_config=vision, projection_dim=WIDTH)
    CLIPModel(config).eval().save_pretrained(folder)
    save_tokenizer(folder)
    size = {"shortest_edge": 28}
    CLIPImageProcessor(size=size, crop_size={"height": 28, "width": 28}).save_pretrained(folder)


def write_clap(folder: Path, seed: int = 0) -> None:
    """A CLAP of four small stages that hears windows of ten seconds at 48 kHz."""
    torch.manual_seed(seed)
    text = {
        "vocab_size": 260, "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "max_position_embeddings": 90, "pad_token_id": 1, "bos_token_id": 0,
        "eos_token_id": 2, "projection_dim": WIDTH,
    }  # fmt: skip
    audio = {
        "patch_embeds_hidden_size": 8, "hidden_size": 64, "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4],
        "projection_dim": WIDTH, "enable_fusion": False, "spec_size": 256, "num_mel_bins": 64, "window_size": 8,
    }  # fmt: skip
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=WIDTH)
    ClapModel(config).eval().save_pretrained(folder)
    ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad").save_pretrained(folder)
    byte_tokenizer(["<s>", "<pad>", "</s>", "<unk>"]).save_pretrained(folder)


def byte_tokenizer(
    specials: list[str], begin: str = "<s>", end: str = "</s>", pad: str = "<pad>"
) -> PreTrainedTokenizerFast:
    """A tokenizer over single bytes, its special tokens first."""
    letters = pre_tokenizers.ByteLevel.alphabet()
    vocabulary = {word: number for number, word in enumerate([*specials, *sorted(letters)])}
    inner = Tokenizer(models.BPE(vocabulary, [], unk_token=None))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, vocabulary[begin]), (end, vocabulary[end])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token=begin, eos_token=end, pad_token=pad, unk_token=specials[-1],
        additional_special_tokens=[each for each in specials if each not in (begin, end, pad)],
        model_max_length=88,
    )  # fmt: skip


def letter_tokenizer() -> BertTokenizer:
    """BERT's tokenizer over single letters."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", *letters, *(f"##{each}" for each in letters)]
    return BertTokenizer(vocab={word: number for number, word in enumerate(words)})


def write_detector(folder: Path, seed: int = 0) -> None:
    """A GroundingDINO of one encoder layer and two decoder layers with twenty boxes."""
    torch.manual_seed(seed)
    tokenizer = letter_tokenizer()
    stages: dict[str, Any] = {"out_indices": [2, 3, 4]}
    backbone = SwinConfig(
        image_size=32, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=2, **stages
    )
    text = BertConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=256,
    )  # fmt: skip
    config = GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=WIDTH, encoder_layers=1, decoder_layers=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, encoder_attention_heads=2, decoder_attention_heads=2, num_queries=20,
        encoder_n_points=2, decoder_n_points=2,
    )  # fmt: skip
    GroundingDinoForObjectDetection(config).eval().save_pretrained(folder)
    look = GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 120})
    GroundingDinoProcessor(look, tokenizer).save_pretrained(folder)


def write_segmenter(folder: Path, seed: int = 0) -> None:
    """A SAM that looks at 64 pixels."""
    torch.manual_seed(seed)
    vision = {
        "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 64, "patch_size": 8,
        "output_channels": 16, "mlp_dim": 32, "window_size": 4, "global_attn_indexes": [1], "num_pos_feats": 8,
    }  # fmt: skip
    prompts = {"hidden_size": 16, "image_size": 64, "patch_size": 8, "mask_input_channels": 4}
    masks = {
        "hidden_size": 16, "mlp_dim": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "iou_head_hidden_dim": 16,
    }  # fmt: skip
    config = SamConfig(vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=masks)
    SamModel(config).eval().save_pretrained(folder)
    look = SamImageProcessor(
        size={"longest_edge": 64}, mask_size={"longest_edge": 16}, pad_size={"height": 64, "width": 64},
        mask_pad_size={"height": 16, "width": 16},
    )  # fmt: skip
    SamProcessor(look).save_pretrained(folder)


def write_depth(folder: Path, seed: int = 0) -> None:
    """A Depth-Anything over a DINOv2 of four blocks that looks at 28 pixels."""
    torch.manual_seed(seed)
    stages: dict[str, Any] = {"out_features": ["stage1", "stage2", "stage3", "stage4"]}
    backbone = Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, image_size=28, patch_size=7, mlp_ratio=2,
        reshape_hidden_states=False, **stages,
    )  # fmt: skip
    config = DepthAnythingConfig(
        backbone_config=backbone, patch_size=7, reassemble_hidden_size=16, neck_hidden_sizes=[4, 4, 8, 8],
        fusion_hidden_size=8, head_hidden_size=4, reassemble_factors=[4, 2, 1, 0.5],
    )  # fmt: skip
    network = DepthAnythingForDepthEstimation(config).eval()
    with torch.no_grad():
        for value in network.parameters():
            value.mul_(6 if value.ndim > 1 else 1)  # as initialised, all of a picture is equally near
    network.save_pretrained(folder)
    DPTImageProcessor(size={"height": 28, "width": 28}, keep_aspect_ratio=True, ensure_multiple_of=7).save_pretrained(
        folder
    )


def imagebind_shape() -> ImageBindShape:
    """An ImageBind of two blocks a sense."""
    towers = {
        "vision": TowerShape(32, 2, 4), "text": TowerShape(16, 2, 2), "audio": TowerShape(24, 2, 3),
        "depth": TowerShape(16, 1, 2), "thermal": TowerShape(16, 1, 2), "imu": TowerShape(16, 1, 2),
    }  # fmt: skip
    return ImageBindShape(
        out=20, towers=cast("dict[Sense, TowerShape]", towers), side=28, patch=14, small_patch=14, vocabulary=49408,
        words=16, bins=24, frames=40, readings=16,
    )  # fmt: skip


def imagebind(seed: int = 0) -> dict[str, torch.Tensor]:
    """A published-like state dict of it, every sense in it."""
    torch.manual_seed(seed)
    network = ImageBind(imagebind_shape())
    for name, value in network.named_parameters():
        if value.ndim < 2 or name.endswith(("pos_embed", "cls_token", "bias_k", "bias_v")):
            torch.nn.init.normal_(value, 1.0 if "norm" in name and name.endswith("weight") else 0.0, 0.2)
    for sense, scale in (("text", 100.0), ("audio", 20.0), ("depth", 5.0), ("thermal", 10.0), ("imu", 5.0)):
        stored = network.modality_postprocessors.get_submodule(f"{sense}.1").log_logit_scale
        assert isinstance(stored, torch.Tensor)
        stored.data.fill_(math.log(scale))
    return network.state_dict()


def published_prior(seed: int = 0) -> tuple[PublishedShape, dict[str, torch.Tensor]]:
    """A published-like state dict of InstructAny2Pix' prior, and its sizes."""
    torch.manual_seed(seed)
    shape = PublishedShape(
        width=20, layers=2, heads=2, vocabulary=11, positions=40, embedding=20, text_width=16, text_layers=1,
        text_heads=2, waves=8,
    )  # fmt: skip
    return shape, PublishedNetwork(shape).state_dict()


def chat_tokenizer(*specials: str) -> PreTrainedTokenizerFast:
    """A tokenizer over single bytes that ends answers with ``</s>``."""
    return byte_tokenizer(["<s>", "<pad>", "</s>", *specials, "<unk>"])


def write_llava(folder: Path, seed: int = 0) -> None:
    """A LLaVA of two blocks over a CLIP tower that looks at 28 pixels."""
    torch.manual_seed(seed)
    tokenizer = chat_tokenizer("<image>")
    vision = {
        "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4,
        "image_size": 28, "patch_size": 7, "model_type": "clip_vision_model",
    }  # fmt: skip
    config = LlavaConfig(
        vision_config=vision, text_config=llama(len(tokenizer)).to_dict(),
        image_token_index=tokenizer.get_vocab()["<image>"],
    )  # fmt: skip
    LlavaForConditionalGeneration(config).eval().save_pretrained(folder)
    size = {"height": 28, "width": 28}
    look = CLIPImageProcessor(size=size, crop_size=size)
    LlavaProcessor(
        look, tokenizer, patch_size=7, vision_feature_select_strategy="default", num_additional_image_tokens=1
    ).save_pretrained(folder)


def llama(vocabulary: int) -> LlamaConfig:
    """A Llama of two blocks."""
    return LlamaConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=4, max_position_embeddings=8192, bos_token_id=0, pad_token_id=1, eos_token_id=2,
    )  # fmt: skip


def write_any2pix(root: Path, seed: int = 0, words: int = 0) -> None:
    """InstructAny2Pix' language model as published, in miniature: weights, configuration, tokenizer.

    Parameters
    ----------
    root
        A new folder.
    seed
        Of the weights.
    words
        Of a vocabulary whose tokenizer the caller writes; 0 for one over single bytes.
    """
    torch.manual_seed(seed)
    tokenizer = chat_tokenizer(*CONTROL_TOKENS)
    config = llama(words or len(tokenizer))
    vision = {**CLIP_HUGE, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision |= {"image_size": 28, "projection_dim": 24}
    given = {**config.to_dict(), "model_type": "instructany2pix", "vision": vision}
    _write_published(root, any2pix_layout({}, given), given)
    if not words:
        tokenizer.save_pretrained(root)


def write_llmga(root: Path, seed: int = 0) -> None:
    """LLMGA's language model as published, in miniature: weights, configuration, tokenizer."""
    torch.manual_seed(seed)
    tokenizer = chat_tokenizer()
    vision = {**CLIP_LARGE, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 3}
    vision |= {"num_attention_heads": 2, "image_size": 28, "patch_size": 7}
    given = {**llama(len(tokenizer)).to_dict(), "model_type": "llava_llama", "mm_hidden_size": 16, "vision": vision}
    _write_published(root, llmga_layout({}, given), given)
    tokenizer.save_pretrained(root)


def _write_published(root: Path, layout: Layout, config: dict[str, Any]) -> None:
    """A checkpoint of random weights with every name of a layout."""
    state = {name: torch.randn(slot.shape) * 0.2 for name, slot in layout.items()}
    state |= {name: torch.ones_like(value) for name, value in state.items() if name.endswith("norm.weight")}
    root.mkdir(parents=True)
    torch.save(state, root / "pytorch_model.bin")
    (root / "config.json").write_text(json.dumps(config))


def write_small_vlm(folder: Path, seed: int = 0) -> None:
    """A SmolVLM (its first releases are of Idefics3's class) of two blocks, with its processor and chat template."""
    torch.manual_seed(seed)
    tokenizer = chat_tokenizer(
        "<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>", "<row_1_col_1>"
    )
    config = Idefics3Config(
        image_token_id=tokenizer.get_vocab()["<image>"], text_config=llama(len(tokenizer)).to_dict(),
        vision_config={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 32, "patch_size": 8,
        },
        scale_factor=2,
    )  # fmt: skip
    Idefics3ForConditionalGeneration(config).eval().save_pretrained(folder)
    side = {"longest_edge": 32}
    look = Idefics3ImageProcessor(size=side, max_image_size=side, do_image_splitting=False)
    template = (
        "{% for message in messages %}{{ message['role'] }}: {% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )
    Idefics3Processor(look, tokenizer, image_seq_len=4, chat_template=template).save_pretrained(folder)
