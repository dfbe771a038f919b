"""Instructions: how tasks are mixed, worded and made of pictures, and how often conditions are dropped."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest

from engine.values import MARKER
from tests.conftest import smooth_noise
from training.core.draws import Draws
from training.decode.mixture import RATIOS, Drops, Instruction, Mixture
from training.decode.tasks import VIEWS, Album, Shown, Writer
from training.decode.templates import WORDINGS
from training.scenes import Stock
from training.scenes.stock import Ground, Thing
from training.scenes.words import Setting

SIDE, DRAWS = 64, 20_000


def told(name: str) -> tuple[Instruction, ...]:
    return tuple(Instruction(f"{name} {number}", (), number) for number in range(3))


def codes(rgb: np.ndarray) -> np.ndarray:
    return np.rint(rgb * 255).astype(np.uint8)


def test_sets_are_drawn_at_the_papers_ratios():
    assert sum(RATIOS.values()) == pytest.approx(1)
    whole = Mixture({name: told(name) for name in RATIOS})
    assert whole.absent == ()
    drawn = list(whole.drawn(Draws(0, range(DRAWS))))
    found = Counter(each.text.split()[0] for each in drawn)
    assert all(abs(found[name] / DRAWS - ratio) < 0.01 for name, ratio in RATIOS.items())
    assert drawn[500:510] == list(whole.drawn(Draws(0, range(500, 510))))  # wherever the batch begins


def test_without_some_sets_the_others_keep_their_proportions():
    some = Mixture({"text": told("text"), "subject": told("subject"), "style": told("style"), "edge": ()})
    assert dict(some.shares) == pytest.approx({"text": 0.15 / 0.55, "subject": 0.3 / 0.55, "style": 0.1 / 0.55})
    found = Counter(each.text.split()[0] for each in some.drawn(Draws(1, range(DRAWS))))
    assert all(abs(found[name] / DRAWS - share) < 0.01 for name, share in some.shares.items())
    assert set(found) == set(some.shares)
    assert "edge" in some.absent
    assert "no data for" in str(some)


def test_conditions_are_dropped_as_often_as_the_paper_says():
    drawn = [Drops().keeps(random) for random in Draws(2, range(DRAWS)).generators]
    shares = {kept: count / DRAWS for kept, count in Counter(drawn).items()}
    assert set(shares) == {(False, False), (True, False), (True, True)}
    assert abs(shares[False, False] - 0.1) < 0.01
    assert abs(shares[True, False] - 0.1) < 0.01
    pair = Instruction("a [ref#1]", (("[ref#1] b", 0),), 1)
    random = np.random.default_rng(0)
    assert Drops(0, 0).applied(pair, random) == (True, pair)
    assert Drops(1, 0).applied(pair, random) == (False, Instruction("a [ref#1]", (), 1))
    assert Drops(0, 1).applied(pair, random) == (True, Instruction("a [ref#1]", (), 1))


def test_every_template_has_the_markers_of_its_task_and_there_are_a_hundred_of_each():
    for task, wording in WORDINGS.items():
        assert len(set(wording.templates)) >= 100, task
        for template in wording.templates:
            if task == "subject":
                assert template.count("{refs}") == 1, template
                assert not MARKER.findall(template), template
            else:
                assert sorted(MARKER.findall(template)) == [str(1 + k) for k in range(len(wording.roles))], template
            assert template.count("{caption}") == (task != "transfer"), template


@pytest.fixture(scope="module")
def written() -> tuple[Album, dict[str, tuple[Instruction, ...]], list[Shown]]:
    """The sets of four photographs and two cut-outs."""
    photos = [Shown(codes(smooth_noise(80, 96, seed)), f"photo {seed}") for seed in range(4)]
    meadow = codes(np.linspace(0.3, 0.7, 110)[:, None, None].repeat(120, 1).repeat(3, 2))
    y, x = np.mgrid[-1:1:60j, -1:1:50j]
    cover = codes(np.clip((1 - np.hypot(x, y)) * 20, 0, 1))
    colour = cv2.resize(codes(smooth_noise(8, 8, 9)), (50, 60))
    thing = np.dstack([colour, cover])
    grounds = tuple(Ground(meadow, f"photos/{k}.jpg", "a meadow", Setting.landscape) for k in range(2))
    things = tuple(
        Thing(thing[:, ::turn], f"objects/{name}.png", name, f"a brown {name}", Setting.landscape)
        for name, turn in (("cow", 1), ("horse", -1))
    )
    album = Album(SIDE)
    writer = Writer(album, each=40)
    return album, writer.sets(photos, Stock(SIDE, grounds, things), lambda rgb: rgb.mean(axis=2)), photos


def test_every_set_is_written_with_its_markers_and_never_shows_the_target(written):
    album, sets, _ = written
    assert set(sets) == set(WORDINGS)
    pixels = album.tensor()
    for task, instructions in sets.items():
        assert len(instructions) == 40, task
        assert len({each.text for each in instructions}) > 30, task
        for each in instructions:
            numbers = [str(1 + place) for place in range(len(each.context))]
            assert sorted(MARKER.findall(each.text)) == numbers, each
            assert [MARKER.findall(words) for words, _ in each.context] == [[number] for number in numbers]
            shown = [row for _, row in each.context]
            assert each.target not in shown
            assert not any(bool((pixels[row] == pixels[each.target]).all()) for row in shown), each


def test_subjects_are_other_views_of_the_same_thing_in_varying_number(written):
    _, sets, _ = written
    assert {len(each.context) for each in sets["subject"]} == {1, 2, 3}
    assert {words.split(" ", 1)[1] for each in sets["subject"] for words, _ in each.context} == {
        "cow",
        "horse",
        "subject",
    }
    for each in sets["subject"]:
        name = "cow" if "cow" in each.text else "horse"
        assert f"a brown {name}" in each.text
        first = min(row for row in (each.target, *(row for _, row in each.context)))
        assert all(row - first < 3 * VIEWS for _, row in each.context)  # rows of one thing lie together
        assert all(row != each.target + 1 for _, row in each.context)  # the target's own view lies behind it


def test_mixes_of_tasks_stay_absent_and_a_transfer_has_no_caption(written):
    _, sets, photos = written
    for task, instructions in sets.items():
        roles = {tuple(words.split(" ", 1)[1] for words, _ in each.context) for each in instructions}
        others = {role for name, wording in WORDINGS.items() if name != task for part in wording.roles for role in part}
        own = {role for part in WORDINGS[task].roles for role in part}
        assert not {each for context in roles for each in context} & (others - own), task
    assert not any(photo.caption in each.text for photo in photos for each in sets["transfer"])
    assert all("photo" in each.text for each in sets["style"])


def test_maps_and_styles_belong_to_their_pictures(written):
    album, sets, _ = written
    for each in sets["mask"]:
        ((_, row),) = each.context
        assert set(np.unique(album.picture(row))) <= {0, 1}
        assert 0 < album.picture(row).mean() < 0.5
    for each in sets["depth"]:
        ((_, row),) = each.context
        assert np.abs(album.picture(row)[..., 0] - album.picture(each.target).mean(axis=2)).max() < 0.01
    contents = {each.context[1][1] for each in sets["transfer"]}
    assert contents == {each.target for each in sets["text"]}


def test_sets_without_data_are_empty_and_the_same_seed_writes_the_same():
    photos = [Shown(codes(smooth_noise(80, 96, seed)), f"photo {seed}") for seed in range(2)]
    sets = Writer(Album(SIDE), each=5).sets(photos, Stock(SIDE, (), ()))
    assert "depth" not in sets
    assert sets["subject"] == sets["mask"] == ()
    assert set(Mixture(sets).absent) == {"art", "depth", "mask", "subject", "faces", "faces-hq"}
    assert Writer(Album(SIDE), each=5).sets(photos, Stock(SIDE, (), ())) == sets
    assert Writer(Album(SIDE), each=5, seed=1).sets(photos, Stock(SIDE, (), ())) != sets
