"""Train the prior: ``python -m training.refine.train PAIRS.npz --out FOLDER --minutes 20``.

Refinement learning (InstructAny2Pix, section 3.3): the embedding of words or a sound, and the aesthetic score of the
picture that belongs to them, to that picture's embedding. No language model is needed; all that is learnt from lies in
one file.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from engine.refine.mixing import NORM
from engine.refine.network import PriorNetwork, PriorShape
from engine.refine.prior import CONFIG, WEIGHTS, Prior

RATE = 2e-4  # the published code's
WARM_UP = 0.05  # share of the steps over which the rate rises
KEPT = 0.1  # of the rate at the end


@dataclass(frozen=True, eq=False)
class Pairs:
    """What is learnt from, n rows each.

    Attributes
    ----------
    embedding, target
        ``(n, D)`` float32 of any length above 0: what is given, and the picture's embedding.
    kind
        ``(n,)`` whole numbers, indices into the shape's kinds.
    score
        ``(n,)`` float32, aesthetic score of the target, 1 to 10.
    """

    embedding: Tensor
    target: Tensor
    kind: Tensor
    score: Tensor

    @classmethod
    def read(cls, path: Path) -> Pairs:
        """From an ``npz`` with these four arrays."""
        stored = np.load(path)
        floats = (torch.from_numpy(stored[name].astype(np.float32)) for name in ("embedding", "target", "score"))
        embedding, target, score = floats
        return cls(embedding, target, torch.from_numpy(stored["kind"].astype(np.int64)), score)

    def __len__(self) -> int:
        """How many."""
        return len(self.embedding)

    def take(self, rows: Tensor) -> Pairs:
        """Some of them."""
        return Pairs(self.embedding[rows], self.target[rows], self.kind[rows], self.score[rows])


def loss_of(network: PriorNetwork, pairs: Pairs) -> Tensor:
    """Mean squared error at norm 20: the paper's L2 (section 3.3), where the published code takes L1."""
    made = network(NORM * functional.normalize(pairs.embedding, dim=1), pairs.kind, pairs.score)
    return functional.mse_loss(made, NORM * functional.normalize(pairs.target, dim=1))


def train(
    network: PriorNetwork,
    pairs: Pairs,
    *,
    going: Callable[[int], float],
    batch: int = 64,
    rate: float = RATE,
    noise: float = 0.0,
    seed: int = 0,
    tell: Callable[[int, float], None] = lambda _step, _loss: None,
) -> float:
    """Fit ``network`` in place.

    Parameters
    ----------
    network
        Started.
    pairs
        What is learnt from.
    going
        Given the step's number, the share of the training that is done; it ends at 1.
    batch, rate, seed
        Rows in a step, highest learning rate, seed of the draws.
    noise
        Length of the noise added to the embeddings, for unit embeddings: the prior answers the planner's [gen], which
        is never exact.
    tell
        Told each step's loss.

    Returns
    -------
    float
        Mean loss of the last tenth of the steps.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    network.train()
    losses: list[float] = []
    while (done := going(len(losses))) < 1:
        shape = min(1.0, (done + 1e-3) / WARM_UP) * (KEPT + (1 - KEPT) * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate * shape
        drawn = pairs.take(torch.randint(len(pairs), (batch,), generator=generator))
        if noise:
            given = functional.normalize(drawn.embedding, dim=1)
            blur = torch.randn(given.shape, generator=generator) * noise / math.sqrt(given.shape[1])
            drawn = Pairs(given + blur, drawn.target, drawn.kind, drawn.score)
        loss = loss_of(network, drawn)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        tell(len(losses), losses[-1])
    network.eval()
    return float(np.mean(losses[-max(1, len(losses) // 10) :]))


def save(prior: Prior, folder: Path) -> None:
    """Write the two files that :meth:`engine.refine.Prior.load` reads, by their names in a bundle's ``own``."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in prior.network.state_dict().items()}
    save_file(tensors, folder / Path(WEIGHTS).name)
    (folder / Path(CONFIG).name).write_text(json.dumps(prior.config(), indent=1), encoding="utf-8")


def main() -> None:
    """Train for the minutes given, and keep a tenth of the pairs aside to tell how far the answers are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path, help="npz of embedding, target, kind, score")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--noise", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    pairs = Pairs.read(args.pairs)
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(args.seed))
    aside, kept = pairs.take(order[: len(order) // 10]), pairs.take(order[len(order) // 10 :])
    network = PriorNetwork(PriorShape.starter()).start(torch.Generator().manual_seed(args.seed))
    began = time.monotonic()
    with torch.no_grad():
        before = loss_of(network, aside).item()

    def tell(step: int, loss: float) -> None:
        if step % 200 == 0:
            print(f"{step} {loss:.4f}", flush=True)

    def going(_step: int) -> float:
        return (time.monotonic() - began) / 60 / args.minutes

    train(network, kept, going=going, noise=args.noise, seed=args.seed, tell=tell)
    with torch.no_grad():
        print(f"aside: {before:.4f} before, {loss_of(network, aside).item():.4f} after")
    save(Prior(network), args.out)


if __name__ == "__main__":
    main()
