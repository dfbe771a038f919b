"""Bar: tiny folders saved by the libraries load through a bundle and answer as the libraries do.

ImageBind, which the libraries lack, answers as its formulas in float64.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.bundle import Bundle
from engine.encode.clip_clap import ClipClap
from engine.encode.imagebind import ImageBindTowers, spectrum
from engine.ground.studio import Detector, Segmenter
from engine.importing import clip_tokens
from engine.importing.child import Job
from engine.importing.child import run as import_here
from engine.pretrained import quiet
from training import tiny, tiny_understanding
from training.bars import Bar, Ground
from training.bars.imagebind_formulas import Formulas, log_mel

NEAR = 1e-4
WORDS = ["a photo of a dog", "the big red boat"]
SECONDS = 10


def measure(_ground: Ground) -> list[Bar]:
    """Every class."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        return [bar(what, compare(home)) for what, compare in COMPARED.items()]


def bar(what: str, differences: Mapping[str, float]) -> Bar:
    """The largest difference of several outputs."""
    worst = max(differences, key=lambda each: differences[each])
    figure = f"{differences[worst]:.1e} ({worst}) over {', '.join(differences)}"
    return Bar("must", f"tiny equality: {what}", f"≤ {NEAR:.0e}", figure, differences[worst] <= NEAR)


def bundled(home: Path, name: str, write: Callable[[Path], None]) -> Bundle:
    """A bundle of what ``write`` writes into its folder."""
    root = home / name
    root.mkdir()
    with quiet():
        write(root)
    tiny.write_manifest(root)
    return Bundle.open(name, home)


def apart(mine: Any, theirs: Any) -> float:
    """The largest difference of two arrays."""
    one, two = np.asarray(mine, np.float64), np.asarray(theirs, np.float64)
    assert one.shape == two.shape, (one.shape, two.shape)
    return float(np.abs(one - two).max())


def picture(height: int = 50, width: int = 70) -> np.ndarray:
    """A picture ``(height, width, 3)`` uint8 of soft colours."""
    rng = np.random.default_rng(1)
    coarse = torch.from_numpy(rng.random((1, 3, 6, 8), np.float32))
    soft = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)[0]
    return (soft.permute(1, 2, 0).numpy() * 255).astype(np.uint8)


def sound(seconds: float, rate: int) -> np.ndarray:
    """Chirps in noise, float32."""
    time = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(2).standard_normal(len(time))
    return (0.4 * np.sin(700 * time * (1 + time)) + 0.05 * noise).astype(np.float32)


def _unit(states: torch.Tensor) -> np.ndarray:
    return torch.nn.functional.normalize(states.detach().double(), dim=-1).numpy()


def clip(home: Path) -> dict[str, float]:
    """CLIP's pictures and texts."""
    from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

    mine, folder = _clip_clap(home), home / "clip-clap" / "encoder" / "clip"
    with quiet(), torch.inference_mode():
        model: Any = CLIPModel.from_pretrained(folder).eval()
        look, read = AutoImageProcessor.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
        seen = model.get_image_features(**look(images=[picture()], return_tensors="pt")).pooler_output
        told = model.get_text_features(**read(WORDS, padding=True, return_tensors="pt")).pooler_output
    return {
        "pictures": apart(mine.pictures([picture()]), _unit(seen)),
        "texts": apart(mine.texts(WORDS), _unit(told)),
    }


def clap(home: Path) -> dict[str, float]:
    """CLAP's sounds, and how it likens them to words."""
    from transformers import AutoFeatureExtractor, AutoTokenizer, ClapModel

    mine, folder = _clip_clap(home), home / "clip-clap" / "encoder" / "clap"
    heard = sound(SECONDS, mine.rate)
    with quiet(), torch.inference_mode():
        model, listen = ClapModel.from_pretrained(folder).eval(), AutoFeatureExtractor.from_pretrained(folder)
        read = AutoTokenizer.from_pretrained(folder)
        given = listen([heard], sampling_rate=48_000, return_tensors="pt")
        words = read(WORDS, padding=True, return_tensors="pt")
        theirs = model(**words, **given)
    return {
        "sounds": apart(mine.listened([heard]), _unit(theirs.audio_embeds)),
        "likeness": apart(mine.heard([heard], WORDS), theirs.logits_per_audio.numpy()),
    }


def _clip_clap(home: Path) -> ClipClap:
    def write(root: Path) -> None:
        tiny_understanding.write_clip(root / "encoder" / "clip")
        tiny_understanding.write_clap(root / "encoder" / "clap")

    if not (home / "clip-clap").exists():
        bundled(home, "clip-clap", write)
    return ClipClap.load(Bundle.open("clip-clap", home))


def detector(home: Path) -> dict[str, float]:
    """GroundingDINO's boxes and scores, as its own post-processing gives them."""
    from transformers import AutoProcessor, GroundingDinoForObjectDetection

    bundle = bundled(home, "dino", lambda root: tiny_understanding.write_detector(root / "grounding" / "detector"))
    found = Detector.load(bundle).boxes(picture(), ["a dog"], sure=0.0)[0]
    folder = home / "dino" / "grounding" / "detector"
    with quiet(), torch.inference_mode():
        model, prepare = (
            GroundingDinoForObjectDetection.from_pretrained(folder).eval(),
            AutoProcessor.from_pretrained(folder),
        )
        given = prepare(images=picture(), text="a dog. ", return_tensors="pt")
        said = model(**given)
        theirs = prepare.post_process_grounded_object_detection(
            said, given["input_ids"], threshold=0.0, text_threshold=0.0, target_sizes=[(50, 70)]
        )[0]
        # Of the library's scores those of words only: a mark may score higher and name nothing.
        chances = said.logits[0].sigmoid()[:, 1 : given["input_ids"].shape[1] - 2].amax(dim=1)
    order = chances.argsort(descending=True)
    limits = torch.tensor([70.0, 50.0, 70.0, 50.0])
    boxes = theirs["boxes"][order].clamp(min=0).minimum(limits)
    return {
        "boxes": apart([each.box for each in found], boxes),
        "scores": apart([each.score for each in found], chances[order]),
    }


def segmenter(home: Path) -> dict[str, float]:
    """SAM's masks of boxes."""
    from transformers import SamModel, SamProcessor

    bundle = bundled(home, "sam", lambda root: tiny_understanding.write_segmenter(root / "grounding" / "segmenter"))
    boxes = [(5.0, 5.0, 30.0, 30.0), (10.0, 10.0, 60.0, 40.0)]
    mine = Segmenter.load(bundle).masks(picture(), boxes)
    folder = home / "sam" / "grounding" / "segmenter"
    with quiet(), torch.inference_mode():
        model: Any = SamModel.from_pretrained(folder).eval()
        prepare: Any = SamProcessor.from_pretrained(folder)
        given = prepare(images=picture(), input_boxes=[[list(box) for box in boxes]], return_tensors="pt")
        said = model(**given, multimask_output=False)
        theirs = prepare.image_processor.post_process_masks(
            said.pred_masks, given["original_sizes"], given["reshaped_input_sizes"], binarize=False
        )[0][:, 0]
    return {"masks": apart(mine, theirs.sigmoid())}


def llava(home: Path) -> dict[str, float]:
    """LLaVA's last states and next-token scores of a conversation about a picture."""
    from transformers import AutoProcessor, LlavaForConditionalGeneration

    from engine.plan.talking import TalkingPlanner
    from engine.plan.templates import turns_of, vicuna

    bundle = bundled(home, "llava", lambda root: tiny_understanding.write_llava(root / "language"))
    planner = TalkingPlanner.load(bundle, "llava")
    turns = turns_of("what is in the picture?", (), sees=True)
    read = planner.prompt(turns, picture().astype(np.float32) / 255)
    states = planner.speaker.forward(read, planner.speaker.cache())
    folder = home / "llava" / "language"
    with quiet(), torch.inference_mode():
        model: Any = LlavaForConditionalGeneration.from_pretrained(folder).eval()
        prepare = AutoProcessor.from_pretrained(folder)
        seen = picture()
        square = np.full((70, 70, 3), [int(255 * part) for part in prepare.image_processor.image_mean], np.uint8)
        square[10:60] = seen  # of 50 rows, as LLaVA-1.5 pads it
        given = prepare(images=square, text=vicuna(turns, "</s>"), return_tensors="pt")
        ids = given["input_ids"]
        if ids[0, -1] == prepare.tokenizer.eos_token_id:  # an answer is yet to come
            given = {name: value if name == "pixel_values" else value[:, :-1] for name, value in given.items()}
        theirs = model.model(**given).last_hidden_state[0]
        scores = model(**given).logits[0, -1]
    return {"states": apart(states, theirs), "scores": apart(planner.speaker.logits(states[-1:])[0], scores)}


def decoder(family: tiny.Family, home: Path) -> dict[str, float]:
    """A Stable Diffusion: text states, U-Net and autoencoder against the library's own pipeline parts."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    from engine.decode.components import Components
    from engine.decode.conditions import Condition

    bundle = bundled(home, family, lambda root: tiny.write_decoder(root, family))
    parts, folder = Components(bundle), home / family / "decoder"
    generator = torch.Generator().manual_seed(3)
    latents = torch.randn(1, 4, 16, 16, generator=generator)
    prompt = parts.text.encode(WORDS[0])
    with quiet(), torch.inference_mode():
        read = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        ids = read(WORDS[0], padding="max_length", max_length=77, return_tensors="pt").input_ids
        unet = UNet2DConditionModel.from_pretrained(folder / "unet").eval()
        vae: Any = AutoencoderKL.from_pretrained(folder / "vae").eval()
        text = CLIPTextModel.from_pretrained(folder / "text_encoder").eval()
        added: dict[str, torch.Tensor] = {}
        condition = Condition(prompt.states)
        if family == "sdxl":
            second = CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2").eval()
            one, two = (model(ids, output_hidden_states=True) for model in (text, second))
            states = torch.cat([one.hidden_states[-2], two.hidden_states[-2]], dim=-1)
            sizes = torch.tensor([[128.0, 128.0, 0.0, 0.0, 128.0, 128.0]])
            added = {"text_embeds": two.text_embeds, "time_ids": sizes}
            condition = Condition(prompt.states, prompt.pooled, sizes)
        else:
            states = text(ids).last_hidden_state
        time = torch.tensor(500)
        theirs = unet(latents, time, states, added_cond_kwargs=added or None).sample
        mine = parts.base(latents, time, condition)
        own: Any = parts.vae
        decoded, shown = own.decode(latents).sample, vae.decode(latents).sample
    return {
        "text states": apart(prompt.states, states),
        "U-Net": apart(mine, theirs),
        "autoencoder": apart(decoded, shown),
    }


def imagebind(home: Path) -> dict[str, float]:
    """ImageBind, imported from a published-like file, against its formulas in float64."""
    shape, state = tiny_understanding.imagebind_shape(), tiny_understanding.imagebind()
    torch.save(state, home / "imagebind_tiny.pth")

    def write(root: Path) -> None:
        config = {"shape": shape.record()}
        import_here(Job((str(home / "imagebind_tiny.pth"),), str(root), config=config), lambda _what, _share: None)

    bundle = bundled(home, "imagebind", write)
    towers = ImageBindTowers.load(bundle, bundle.json("encoder/encoder.json"))
    formulas = Formulas({name: value.double().numpy() for name, value in state.items()}, shape)
    window = sound(1.0, towers.rate)
    spectra = spectrum(window, shape.bins, shape.frames, towers._filters)
    return {
        "pictures": apart(towers.pictures([picture()]), formulas.picture(picture())[None]),
        "texts": apart(towers.texts(WORDS), np.stack([formulas.text(_ids(words, shape.words)) for words in WORDS])),
        "sounds": apart(towers.sounds([window], ()), formulas.sound(window)[None]),
        "spectra": apart(spectra, log_mel(window, shape.bins, shape.frames)),
    }


def _ids(text: str, words: int) -> list[int]:
    """CLIP's tokens of a text by its published merges alone, filled up with zeros."""
    files = clip_tokens.files()
    known = json.loads(files["vocab.json"])
    ranks = {tuple(line.split()): at for at, line in enumerate(files["merges.txt"].decode().splitlines()[1:])}
    ids = [known[clip_tokens.BEGIN]]
    for word in text.split():
        parts = [*word[:-1], f"{word[-1]}</w>"]
        while len(parts) > 1:
            pairs = list(itertools.pairwise(parts))
            best = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)))
            if best not in ranks:
                break
            at = pairs.index(best)
            parts[at : at + 2] = ["".join(best)]
        ids += [known[part] for part in parts]
    ids = [*ids[: words - 1], known[clip_tokens.END]]
    return ids + [0] * (words - len(ids))


COMPARED: dict[str, Callable[[Path], dict[str, float]]] = {
    "LLaVA": llava,
    "CLIP": clip,
    "CLAP": clap,
    "GroundingDINO": detector,
    "SAM": segmenter,
    "Stable Diffusion 1.5": lambda home: decoder("sd15", home),
    "Stable Diffusion XL": lambda home: decoder("sdxl", home),
    "ImageBind against its formulas in float64": imagebind,
}
