from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.decode import ContextPicture, Control, DecodeRequest, Subject
from engine.decode.attempt import Attempt, latent_mask
from engine.decode.faults import LADDER
from engine.decode.latents import Frame, to_latents
from engine.decode.samplers import ddim, enters, scheduler
from engine.errors import BadInput, BundleError
from engine.values import PreviewEvent, StepEvent, ignore_event, never_cancel
from tests.decode.conftest import EMBEDDING
from training.bars.agreement import CLOSE, differences
from training.tiny import SCHEDULE

WIDTH, HEIGHT = 90, 70
GENERATOR = np.random.default_rng(3)
DRAFT = GENERATOR.random((HEIGHT, WIDTH, 3), dtype=np.float32)
OTHER = GENERATOR.random((HEIGHT, WIDTH, 3), dtype=np.float32)
MASK = np.zeros((HEIGHT, WIDTH), np.float32)
MASK[20:50, 30:70] = 1
GEN, SUB = GENERATOR.standard_normal((2, EMBEDDING)).astype(np.float32)
WORDS = DecodeRequest(WIDTH, HEIGHT, "a boat", steps=3, sampler="ddim")
DRAFTED = replace(WORDS, draft=DRAFT, way="draft")


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_latents_equal_the_stock_pipelines(family):
    assert max(difference for _, difference in differences(family)) <= CLOSE


@pytest.mark.parametrize("name", ["sd15", "sdxl", "plain"])
@pytest.mark.parametrize("way", ["noise", "draft", "invert", "rewrite"])
def test_every_way_gives_a_picture_of_the_asked_size_twice_the_same(decoder, name, way):
    request = replace(DRAFTED, way=way, source_prompt="a lake", mask=MASK)
    one, two = (decoder(name).decode(request) for _ in range(2))
    assert one.shape == (HEIGHT, WIDTH, 3)
    assert one.dtype == np.float32
    assert 0 <= one.min() < one.max() <= 1
    assert np.array_equal(one, two)
    assert not np.array_equal(one, decoder(name).decode(replace(request, prompt="a horse and a cart")))


CHANGES = {
    "seed": replace(WORDS, seed=1),
    "prompt": replace(WORDS, prompt="a coat"),
    "negative": replace(WORDS, negative="fog " * 60),
    "guidance": replace(WORDS, guidance=2.0),
    "rescale": replace(WORDS, rescale=0.7),
    "sampler": replace(WORDS, sampler="dpm++"),
    "steps": replace(WORDS, steps=4),
    "gen": replace(WORDS, gen=GEN),
    "subject": replace(WORDS, gen=GEN, subjects=(Subject(SUB),)),
    "its region": replace(WORDS, gen=GEN, subjects=(Subject(SUB, MASK),)),
    "its strength": replace(WORDS, gen=GEN, subjects=(Subject(SUB, strength=0.2),)),
    "context": replace(WORDS, context=(ContextPicture("[ref#1] vase", DRAFT), ContextPicture("[ref#2] style", OTHER))),
    "context, swapped": replace(
        WORDS, context=(ContextPicture("[ref#1] vase", OTHER), ContextPicture("[ref#2] style", DRAFT))
    ),
    "control": replace(WORDS, controls=(Control("edge", DRAFT),)),
    "two controls": replace(WORDS, controls=(Control("edge", DRAFT), Control("mask", DRAFT, 0.5))),
    "everything": replace(
        WORDS,
        gen=GEN,
        subjects=(Subject(SUB, MASK),),
        context=(ContextPicture("[ref#1] vase", DRAFT),),
        controls=(Control("edge", DRAFT),),
    ),
}


@pytest.mark.parametrize("name", ["sd15", "sdxl"])
def test_every_condition_changes_the_picture_and_no_two_alike(decoder, name):
    pictures = {"": decoder(name).decode(WORDS)} | {
        what: decoder(name).decode(request) for what, request in CHANGES.items()
    }
    names = list(pictures)
    for index, one in enumerate(names):
        for two in names[index + 1 :]:
            assert not np.array_equal(pictures[one], pictures[two]), (one, two)


@pytest.mark.parametrize("name", ["sd15", "sdxl"])
def test_conditions_at_zero_are_as_if_absent(decoder, name):
    plain = decoder(name).decode(WORDS)
    off = replace(WORDS, gen=GEN, embeddings_scale=0.0, controls=(Control("edge", DRAFT, 0.0),))
    assert np.array_equal(decoder(name).decode(off), plain)
    assert np.array_equal(
        decoder(name).decode(replace(WORDS, guidance=1.0)), decoder(name).decode(replace(WORDS, guidance=0.0))
    )


def test_keep_leads_from_noise_to_the_photo(decoder):
    request = replace(DRAFTED, way="invert", source_prompt=DRAFTED.prompt, guidance=1.0, steps=8)
    noise = decoder("plain").decode(replace(request, keep=0.0))
    assert np.array_equal(noise, decoder("plain").decode(replace(WORDS, steps=8, guidance=1.0)))
    photo = decoder("plain").decode(replace(DRAFTED, mask=np.zeros_like(MASK)))  # through the autoencoder alone
    kept = decoder("plain").decode(replace(request, keep=1.0))
    assert np.abs(kept - photo).mean() < 0.75 * np.abs(noise - photo).mean()  # random weights invert badly


def test_inversion_is_told_what_the_draft_shows_and_not_the_wish(decoder):
    request = replace(DRAFTED, way="invert", keep=1.0, guidance=1.0, steps=8)
    one, two = (decoder("plain").decode(replace(request, prompt=prompt)) for prompt in ("a boat", "a dark wood"))
    assert np.abs(one - two).max() > 1e-3


def test_a_strength_of_zero_is_the_draft(decoder):
    assert np.array_equal(decoder("sd15").decode(replace(DRAFTED, strength=0.0, steps=1)), DRAFT)


@pytest.mark.parametrize("steps", [1, 2, 25])
@pytest.mark.parametrize("strength", [0.05, 0.3, 0.6, 1.0])
def test_a_draft_enters_at_its_strength_however_few_the_steps(steps, strength):
    scheduled, begin = enters(steps, strength)
    sampler = scheduler("ddim", SCHEDULE, scheduled, trailing=scheduled > steps)
    assert scheduled - begin == max(int(scheduled * strength), 1)
    assert abs(int(sampler.timesteps[begin]) / 1000 - strength) < max(0.06, 0.5 / steps)


def test_the_refiner_works_where_asked_for(decoder):
    assert not np.array_equal(decoder("sdxl").decode(replace(WORDS, refine=0.5)), decoder("sdxl").decode(WORDS))
    assert np.array_equal(decoder("sd15").decode(replace(WORDS, refine=0.5)), decoder("sd15").decode(WORDS))


def test_identical_captions_return_the_photo(decoder):
    request = replace(DRAFTED, way="rewrite", source_prompt=DRAFTED.prompt)
    assert np.array_equal(decoder("plain").decode(request), DRAFT)


@pytest.mark.parametrize("way", ["noise", "draft", "invert", "rewrite"])
def test_outside_the_mask_latents_are_the_drafts_bit_for_bit(decoder, way):
    parts = decoder("plain")._parts
    request = replace(DRAFTED, way=way, mask=MASK, source_prompt="a lake")
    latents = Attempt(parts, request, LADDER[0], ignore_event, never_cancel).latents()
    frame = Frame.fit(WIDTH, HEIGHT, parts.settings.side)
    with torch.inference_mode():
        known = to_latents(parts.vae, frame.put(DRAFT))
    stays = (latent_mask(frame.put(MASK)) == 0).expand_as(known)
    assert 0 < stays.float().mean() < 1
    assert torch.equal(latents[stays], known[stays])
    assert not torch.isclose(latents[~stays], known[~stays]).all()


def test_steps_and_previews_are_told(decoder):
    events = []
    decoder("sd15").decode(replace(WORDS, steps=5), events.append)
    assert [event.done for event in events if isinstance(event, StepEvent)] == [1, 2, 3, 4, 5]
    inverted = []
    decoder("sd15").decode(replace(DRAFTED, way="invert"), inverted.append)
    told = [(event.done, event.total) for event in inverted if isinstance(event, StepEvent)]
    assert told == [(done, 6) for done in range(1, 7)]
    previews = [event for event in events if isinstance(event, PreviewEvent)]
    assert previews
    height, width = previews[0].pixels.shape[:2]
    assert height >= 9
    assert abs(width / height - WIDTH / HEIGHT) < 0.1
    assert previews[0].pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (40, 300), (64, 64), (65, 71), (129, 127), (500, 90), (2000, 1500)]
)
def test_any_size_comes_back_as_asked(decoder, width, height):
    draft = GENERATOR.random((height, width, 3), dtype=np.float32)
    picture = decoder("plain").decode(DecodeRequest(width, height, "x", draft=draft, way="draft", steps=1))
    assert picture.shape == (height, width, 3)


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(512, 512, 1.0), (513, 700, 1.0), (4000, 3000, 1.0), (9, 9, 1.0), (800, 600, 0.5)]
)
def test_frames_are_never_stretched_and_fit_the_networks(width, height, scale):
    frame = Frame.fit(width, height, 512, scale)
    assert frame.padded_width % 8 == frame.padded_height % 8 == 0
    assert abs(frame.scaled_width / frame.scaled_height / (width / height) - 1) < 0.02
    assert min(frame.padded_width, frame.padded_height) >= 64
    area = frame.scaled_width * frame.scaled_height / (512 * 512 * scale * scale)
    assert 0.49 < area < 1.51


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"steps": 0}, "0 steps"),
        ({"steps": 1001}, "1001 steps"),
        ({"guidance": -1.0}, "-1"),
        ({"guidance": float("inf")}, "inf"),
        ({"width": 9, "height": 9000}, "too narrow"),
        ({"controls": (Control("edge", DRAFT, -1.0),)}, "edge control is -1"),
        ({"guidance": float("nan")}, "nan"),
        ({"keep": 1.2}, "keep"),
        ({"strength": -0.1}, "strength"),
        ({"rescale": 2.0}, "rescale"),
        ({"width": 0}, "0 × 70"),
        ({"sampler": "euler"}, "euler"),
        ({"way": "draft"}, "Nothing to start from"),
        ({"mask": MASK}, "Nothing to start from"),
        ({"draft": DRAFT, "mask": MASK[:-1]}, "mask is 90 × 69"),
        ({"controls": (Control("depth"),)}, "no depth control"),
        ({"controls": (Control("edge"),)}, "no picture to take the edge"),
        ({"controls": (Control("edge", DRAFT[:20]),)}, "90 × 20"),
        ({"gen": np.ones(7, np.float32)}, "24-d embeddings, not 7-d"),
        ({"context": tuple(ContextPicture("x", DRAFT) for _ in range(9))}, "9 references"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_one_line(decoder, change, named):
    with pytest.raises(BadInput) as error:
        decoder("sd15").decode(replace(WORDS, **change))
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_what_the_bundle_lacks_is_said(decoder):
    with pytest.raises(BadInput, match="no context attention"):
        decoder("plain").decode(replace(WORDS, context=(ContextPicture("x", DRAFT),)))
    with pytest.raises(BadInput, match="reads no-d"):
        decoder("plain").decode(replace(WORDS, gen=GEN))


@pytest.mark.parametrize(("sampler", "taken"), [("ddim", 1000), ("few-step", 50)])  # made for at most 50
def test_a_thousand_steps_are_taken(decoder, sampler, taken):
    request = replace(WORDS, width=64, height=64, steps=1000, guidance=1.0, sampler=sampler)
    events = []
    picture = decoder("plain").decode(request, events.append)
    assert sum(isinstance(event, StepEvent) for event in events) == taken
    assert np.isfinite(picture).all()


@pytest.mark.parametrize("sampler", ["ddim", "dpm++", "few-step"])
def test_a_single_step_starts_at_the_noisy_end(sampler):
    assert int(scheduler(sampler, SCHEDULE, 1).timesteps[0]) > 900
    assert int(ddim(SCHEDULE, 1000).timesteps.max()) == 999


def test_words_that_change_hold_the_rest(decoder):
    request = replace(DRAFTED, way="rewrite", source_prompt="a lake", prompt="a pond", steps=8, guidance=7.5)
    everywhere = decoder("plain").decode(request)
    held = decoder("plain").decode(replace(request, changes=("lake", "pond")))
    assert not np.array_equal(everywhere, held)


def test_a_damaged_adapter_is_named(tiny_home, tmp_path):
    import shutil

    from safetensors.torch import load_file, save_file

    from engine.bundle import Bundle
    from engine.decode.components import ADAPTER
    from engine.decode.decoder import load
    from training import tiny

    root = tmp_path / "damaged"
    shutil.copytree(tiny_home / "sd15", root)
    tensors = load_file(root / ADAPTER)
    tensors["ip_adapter.1.to_k_ip.weight"] = tensors["ip_adapter.1.to_k_ip.weight"][:, :-1].contiguous()
    save_file(tensors, root / ADAPTER)
    tiny.write_manifest(root)
    decoder = load(Bundle.open("damaged", tmp_path))
    assert decoder is not None
    with pytest.raises(BundleError, match=r"adapter\.safetensors does not fit"):
        decoder.decode(WORDS)
