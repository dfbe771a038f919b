"""The network of InstructAny2Pix' published prior: GPT-2-medium's form over embedding, words and score.

Names and shapes of its weights are those of the published file.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, GPT2Config, GPT2Model

from engine.refine.network import WIDEST

MARKS = 32  # begin and end marks that there are; the parts below use those of their own place
SENSES = 10
EMBEDDING, WORDS, SCORE = 1, 2, 3  # places of the parts in its sequence; the source kind stands first
BEGIN, END = 49406, 49407  # of CLIP's tokens; between them stand the words, of which there are none


@dataclass(frozen=True)
class PublishedShape:
    """Sizes; those of the published file unless said otherwise.

    Attributes
    ----------
    width, layers, heads, vocabulary, positions
        Of the transformer; its vocabulary is never used, but stored.
    embedding
        D of the encoder's space; also what comes out, so it is the width.
    text_width, text_layers, text_heads
        Of CLIP's text tower beside it.
    waves
        Values of the score's sinusoid, even.
    """

    width: int = 1024
    layers: int = 24
    heads: int = 16
    vocabulary: int = 50257
    positions: int = 1024
    embedding: int = 1024
    text_width: int = 1024
    text_layers: int = 24
    text_heads: int = 16
    waves: int = 512


class _Text(nn.Module):
    """CLIP's text tower under the names of older releases."""

    def __init__(self, config: CLIPTextConfig) -> None:
        super().__init__()
        self.model = nn.ModuleDict({"text_model": CLIPTextModel(config)})

    def number_words(self) -> None:
        embeddings = self.model["text_model"].embeddings
        assert isinstance(embeddings, nn.Module)
        count = embeddings.get_parameter("position_embedding.weight").shape[0]
        embeddings.register_buffer("position_ids", torch.arange(count)[None], persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        return self.model["text_model"](input_ids=ids).last_hidden_state


class PublishedNetwork(nn.Module):
    """``[source kind] <embedding> <words> <score>``, each part between marks, to the image embedding that follows.

    Neither noise level nor target kind enters: the published configuration lacks a comma between their names.

    Parameters
    ----------
    shape
        Sizes.
    """

    def __init__(self, shape: PublishedShape) -> None:
        super().__init__()
        self.shape = shape
        self.start_of_sequence_tokens = nn.Embedding(MARKS, shape.width)
        self.end_of_sequence_tokens = nn.Embedding(MARKS, shape.width)
        self.modality_embedding = nn.Embedding(SENSES, shape.width)
        self.input_sequence_embed_linear = nn.ModuleList(
            [
                nn.Identity(),
                nn.Linear(shape.embedding, shape.width),
                nn.Linear(shape.text_width, shape.width),
                nn.Linear(shape.waves, shape.width),
            ]
        )
        text = CLIPTextConfig(
            hidden_size=shape.text_width,
            intermediate_size=4 * shape.text_width,
            num_hidden_layers=shape.text_layers,
            num_attention_heads=shape.text_heads,
            projection_dim=shape.text_width,
            hidden_act="gelu",
        )
        self.cond_stage_models = nn.ModuleList([_Text(text)])
        self.model = GPT2Model(
            GPT2Config(
                vocab_size=shape.vocabulary,
                n_positions=shape.positions,
                n_embd=shape.width,
                n_layer=shape.layers,
                n_head=shape.heads,
            )
        )

    def number_words(self) -> None:
        """Count the text's positions, which no file stores, after the network was built without memory."""
        for tower in self.cond_stage_models:
            assert isinstance(tower, _Text)
            tower.number_words()

    def forward(self, embedding: Tensor, kind: Tensor, score: Tensor) -> Tensor:
        """Image embeddings.

        Parameters
        ----------
        embedding
            ``(n, D)``.
        kind
            ``(n,)`` whole numbers: 0 image, 1 audio, 2 text, 3 what the language model foresees.
        score
            ``(n, waves)``, from :func:`score_waves` or what stands for no score.

        Returns
        -------
        Tensor
            ``(n, width)``.
        """
        count = len(embedding)
        ids = torch.tensor([[BEGIN, END]], device=embedding.device)
        words = self.cond_stage_models[0](ids).expand(count, -1, -1)
        told = [
            self.modality_embedding(kind)[:, None],
            self._part(EMBEDDING, embedding[:, None]),
            self._part(WORDS, words),
            self._part(SCORE, score[:, None]),
        ]
        return self.model(inputs_embeds=torch.cat(told, dim=1)).last_hidden_state[:, -1]

    def _part(self, place: int, rows: Tensor) -> Tensor:
        mark = torch.tensor([place], device=rows.device)
        begin, end = (
            table(mark).expand(len(rows), 1, -1)
            for table in (self.start_of_sequence_tokens, self.end_of_sequence_tokens)
        )
        return torch.cat([begin, self.input_sequence_embed_linear[place](rows), end], dim=1)


def score_waves(score: float, count: int) -> Tensor:
    """``(count,)``: cosines, then sines, of wavelengths from 2 pi to 20,000 pi."""
    half = count // 2
    speed = WIDEST ** (-torch.arange(half, dtype=torch.float32) / half)
    return torch.cat([(score * speed).cos(), (score * speed).sin()])
