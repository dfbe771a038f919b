"""InstructAny2Pix' own prior, tiny: its sequence, its guidance, and its way through a bundle."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import refine
from engine.bundle import Bundle
from engine.errors import BadInput, BundleError
from engine.importing.child import Job
from engine.importing.child import run as import_here
from engine.refine.published_network import BEGIN, END, PublishedNetwork, score_waves
from training import tiny, tiny_understanding


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    home = tmp_path_factory.mktemp("prior")
    shape, state = tiny_understanding.published_prior()
    torch.save(state | {"model.h.0.attn.masked_bias": torch.zeros(())}, home / "model.bin")
    config = {"shape": vars(shape)}
    import_here(Job((str(home / "model.bin"),), str(home / "any"), config=config), lambda _what, _share: None)
    tiny.write_manifest(home / "any")
    return Bundle.open("any", home)


def test_it_answers_as_the_published_sequence_does(bundle):
    prior = refine.load(bundle)
    assert prior is not None
    shape, state = tiny_understanding.published_prior()
    network = PublishedNetwork(shape)
    network.load_state_dict(state)
    network.eval()
    embedding = np.random.default_rng(0).standard_normal(shape.embedding)

    def once(vector: torch.Tensor, score: torch.Tensor) -> torch.Tensor:
        """Written out part by part, from the tables."""
        rows = [state["modality_embedding.weight"][3]]
        words = network.cond_stage_models[0](torch.tensor([[BEGIN, END]]))[0]
        for place, part in ((1, vector[None]), (2, words), (3, score[None])):
            head = f"input_sequence_embed_linear.{place}."
            told = part @ state[f"{head}weight"].T + state[f"{head}bias"]
            marks = state["start_of_sequence_tokens.weight"][place], state["end_of_sequence_tokens.weight"][place]
            rows += [marks[0], *told, marks[1]]
        return network.model(inputs_embeds=torch.stack(rows)[None]).last_hidden_state[0, -1]

    with torch.inference_mode():
        given = torch.from_numpy(embedding / np.linalg.norm(embedding) * 100).float()
        wanted = once(given, score_waves(6.5, shape.waves))
        away = once(torch.zeros_like(given), torch.full((shape.waves,), 2.0))
        answer = away + 10 * (wanted - away)
    mine = prior.answer(embedding, 6.5)
    assert np.linalg.norm(mine) == pytest.approx(20, abs=1e-3)
    assert np.allclose(mine, (answer / answer.norm() * 20).numpy(), atol=1e-4)
    assert prior.width == shape.embedding
    mixed = prior.refine(embedding, None, 6.5, weights=(0.0, 0.0, 1.0))
    assert np.allclose(mixed, mine / 20, atol=1e-5)


def test_the_score_is_told_by_cosines_first():
    assert score_waves(0.0, 8).tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert score_waves(2.0, 4)[:2].tolist() == pytest.approx([np.cos(2), np.cos(0.02)])


def test_embeddings_of_another_space_are_refused(bundle):
    prior = refine.load(bundle)
    with pytest.raises(BadInput, match="takes 20"):
        prior.answer(np.ones(7), 6.5)
    with pytest.raises(BadInput, match="smell"):
        prior.answer(np.ones(20), 6.5, kind="smell")


def test_sizes_that_do_not_fit_are_named(bundle, tmp_path):
    import shutil

    shutil.copytree(bundle.root, tmp_path / "odd")
    (tmp_path / "odd" / "prior" / "prior.json").write_text('{"class": "instructany2pix", "shape": {"layers": 1}}')
    tiny.write_manifest(tmp_path / "odd")
    with pytest.raises(BundleError, match="does not fit"):
        refine.load(Bundle.open("odd", tmp_path))
