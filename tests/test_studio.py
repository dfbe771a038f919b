"""The pipeline with a latent decoder: tiny random weights on the starter's understanding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.bundle import default_home
from engine.errors import BadInput, BundleError, Cancelled
from engine.instruction import make
from engine.picture import Photo
from engine.pipeline import Engine
from engine.values import ControlSetting, EditRequest, Margins, Op, Operation, Plan, PreviewEvent, Settings, StageEvent
from training import tiny

WISH = make("do as planned")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    home: Path = tmp_path_factory.mktemp("studio")
    (home / "starter").symlink_to(default_home() / "starter")
    tiny.write_decoder(home / "tiny", "sd15", embedding=384, controls=("edge",))
    tiny.write_manifest(home / "tiny", "starter")
    return Engine.load("tiny", home)


def planned(*operations: Operation, prompt: str = "a quiet lake", prompts: tuple[str, ...] = ()) -> Plan:
    return Plan("", prompt, prompts=prompts, operations=operations)


def settings(steps: int = 2, **changes) -> Settings:
    return Settings("tiny", steps=steps, **changes)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("start", ["auto", "noise", "invert"])
def test_outside_the_mask_nothing_changes(studio, make_photo, bits, start):
    photo = make_photo(150, 200, bits)
    mask = np.zeros((150, 200), np.uint8)
    mask[60:100, 80:130] = 255
    wished = settings(start=start, chain="decode")
    request = EditRequest(WISH, photo, mask, planned(Operation(Op.remove)), settings=wished)
    events = []
    result = studio.edit(request, events.append)
    image, box = result.images[0], result.changed_box
    assert result.steps["decode"].status == "done"
    assert result.steps["restore"].status == "skipped: not in the chain"
    assert image.pixels.dtype == photo.pixels.dtype
    outside = np.ones((150, 200), bool)
    outside[box.slices] = False
    assert np.array_equal(image.pixels[outside], photo.pixels[outside])
    assert not np.array_equal(image.pixels[60:100, 80:130], photo.pixels[60:100, 80:130])
    assert any(isinstance(event, StageEvent) and event.step == "decode" for event in events)
    assert np.array_equal(studio.edit(request).images[0].pixels, image.pixels)


@pytest.mark.parametrize("bands", [3, 4])
def test_expanding_leaves_the_photo_in_its_place(studio, make_photo, bands):
    photo = make_photo(120, 160, 16, bands)
    margins = Margins(left=30, right=0, top=12, bottom=7)
    request = EditRequest(WISH, photo, plan=planned(Operation(Op.expand)), settings=settings(), margins=margins)
    image = studio.edit(request).images[0]
    assert image.pixels.shape == (139, 190, bands)
    assert np.array_equal(image.pixels[12:132, 30:190], photo.pixels)
    assert image.rgb[:, :30].std() > 0


def test_words_say_where_to_expand(engine, make_photo):
    photo = make_photo(100, 150)
    operation = Operation(Op.expand, where="to the left", amount="40 px")
    result = engine.edit(EditRequest(WISH, photo, plan=planned(operation)))
    assert (result.images[0].width, result.images[0].height) == (190, 100)
    assert np.array_equal(result.images[0].pixels[:, 40:], photo.pixels)
    assert result.steps["decode"].status == "skipped: no weights"


def test_a_story_gives_a_picture_for_each_prompt_in_order(studio):
    request = EditRequest(
        WISH, plan=planned(prompts=("a boat", "a storm", "a harbour")), settings=settings(size=(96, 64))
    )
    made = studio.edit(request)
    images = made.images
    assert [(image.width, image.height) for image in images] == [(96, 64)] * 3
    assert made.steps["refine"].status == "skipped: not needed"  # the wish is none of the three
    worded = settings(size=(96, 64), routes="prompt")
    alone = studio.edit(EditRequest(WISH, plan=planned(prompt="a storm"), settings=worded)).images
    assert np.array_equal(images[1].pixels, alone[0].pixels)


def test_variations_differ_by_their_seed_and_keep_the_photos_size(studio, make_photo):
    photo = make_photo(90, 140)
    request = EditRequest(WISH, photo, plan=planned(Operation(Op.vary)), settings=settings(variations=2, keep=0.3))
    one, two = studio.edit(request).images
    assert one.pixels.shape == two.pixels.shape == photo.pixels.shape
    assert not np.array_equal(one.pixels, two.pixels)


def test_a_background_in_words_is_made_and_the_subject_stays(studio, make_photo):
    photo = make_photo(150, 200)
    painted = np.full((150, 200), 255, np.uint8)
    painted[40:110, 60:140] = 0  # the mask says what goes: everything around the subject
    plan = planned(Operation(Op.replace_background, target="beach"))
    image = studio.edit(EditRequest(WISH, photo, painted, plan, settings=settings())).images[0]
    assert np.array_equal(image.pixels[50:100, 70:130], photo.pixels[50:100, 70:130])
    assert (image.pixels[:20] != photo.pixels[:20]).mean() > 0.5


def test_under_a_mask_a_variation_leaves_the_rest(studio, make_photo):
    photo, mask = make_photo(200, 260), np.zeros((200, 260), np.uint8)
    mask[60:140, 90:170] = 255
    request = EditRequest(WISH, photo, mask, planned(Operation(Op.vary)), settings=settings())
    image = studio.edit(request).images[0]
    far = np.ones((200, 260), bool)
    far[40:160, 70:190] = False  # the soft rim reaches a little beyond what was painted
    assert np.array_equal(image.pixels[far], photo.pixels[far])
    assert (image.pixels[70:130, 100:160] != photo.pixels[70:130, 100:160]).mean() > 0.5


def test_margins_are_decoded_even_where_the_fill_looks_like_the_edge(studio):
    white = Photo(np.full((100, 120, 3), 255, np.uint8))
    request = EditRequest(
        WISH, white, plan=planned(Operation(Op.expand)), settings=settings(), margins=Margins(left=40)
    )
    result = studio.edit(request)
    assert result.steps["decode"].status == "done"
    assert result.images[0].pixels[:, :20].std() > 0


def test_tone_is_decoded_only_when_asked(studio, make_photo):
    photo = make_photo(100, 140)
    plan = planned(Operation(Op.adjust, target="warmer"))
    plain = studio.edit(EditRequest(WISH, photo, plan=plan, settings=settings()))
    assert plain.steps["decode"].status == "skipped: not needed"
    for start in ("invert", "rewrite"):
        told = studio.edit(EditRequest(WISH, photo, plan=plan, settings=settings(start=start)))
        assert told.steps["decode"].status == "done"
        assert not np.array_equal(told.images[0].pixels, plain.images[0].pixels)


def test_previews_lie_on_the_photo_and_a_cancel_stops(studio, make_photo):
    photo = make_photo(150, 200)
    mask = np.zeros((150, 200), np.uint8)
    mask[60:100, 80:130] = 255
    request = EditRequest(WISH, photo, mask, planned(Operation(Op.remove)), settings=settings(8))
    previews = []

    def listen(event):
        if isinstance(event, PreviewEvent):
            previews.append(event)

    studio.edit(request, listen)
    assert previews
    assert all(preview.box.clip(200, 150) == preview.box for preview in previews)
    with pytest.raises(Cancelled):
        studio.edit(request, cancel=lambda: bool(previews.append(None)) or len(previews) > 6)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"start": "anywhere"}, "anywhere"),
        ({"routes": "telepathy"}, "telepathy"),
        ({"routes": "context"}, "nothing to tell|reads none"),
        ({"controls": (ControlSetting("depth"),)}, "no depth control"),
        ({"sampler": "euler"}, "euler"),
        ({"variations": 9}, "9 variations"),
    ],
)
def test_settings_that_cannot_be_used_are_named(studio, make_photo, changes, named):
    plan = planned(Operation(Op.vary))
    with pytest.raises(BadInput, match=named):
        studio.edit(EditRequest(WISH, make_photo(64, 64), plan=plan, settings=settings(**changes)))


def test_the_starter_says_what_needs_a_decoder(engine, make_photo):
    with pytest.raises(BundleError, match="from words alone needs a decoder"):
        engine.edit(EditRequest(make("a lake at dawn")))
    with pytest.raises(BundleError, match="Variations of a photo needs a decoder"):
        engine.edit(EditRequest(WISH, make_photo(64, 64), plan=planned(Operation(Op.vary))))
    with pytest.raises(BundleError, match="restores at ×1, not at ×2"):
        engine.restore(make_photo(64, 64), scale=2)
