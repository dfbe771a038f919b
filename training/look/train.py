"""Trains the look regressor on the table's phrasings and writes ``resources/starter/look.safetensors``.

``python -m training.look.train [--out FILE]``; about five minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from engine.draft.look import RANGES
from engine.draft.look_predict import HASHED, VECTOR, hashed_words
from training.look.phrases import AMOUNT_WORDS, Example, examples

Embed = Callable[[list[str]], np.ndarray]
HIDDEN, HIDDEN_SIGN = 224, 48


def _network(hidden: int, outputs: int) -> torch.nn.Sequential:
    return torch.nn.Sequential(
        torch.nn.Linear(VECTOR + HASHED, hidden), torch.nn.SiLU(), torch.nn.Linear(hidden, outputs)
    )


def _tensors(name: str, network: torch.nn.Sequential) -> dict[str, torch.Tensor]:
    first, _silu, last = network
    assert isinstance(first, torch.nn.Linear)
    assert isinstance(last, torch.nn.Linear)
    return {
        f"{name}_in": first.weight.detach().T.contiguous().half(),
        f"{name}_bias": first.bias.detach().half(),
        f"{name}_out": last.weight.detach().T.contiguous().half(),
        f"{name}_out_bias": last.bias.detach().half(),
    }


def amounts() -> dict[str, torch.Tensor]:
    """Ridge regression from an amount's words to the logarithm of its factor."""
    rows = [(hashed_words(word), np.log(factor)) for factor, words in AMOUNT_WORDS for word in words]
    x = np.array([row[0] for row in rows])
    y = np.array([row[1] for row in rows])
    middle = float(y.mean())
    weights = x.T @ np.linalg.solve(x @ x.T + 0.03 * np.eye(len(x)), y - middle)
    return {"amount": torch.tensor(weights).half(), "amount_bias": torch.tensor([middle]).half()}


def fit(rows: list[Example], vectors: np.ndarray, steps: int = 2600, seed: int = 0) -> dict[str, torch.Tensor]:
    """Train both branches; half of the time one of the two kinds of input is hidden, so that each can stand alone."""
    torch.manual_seed(seed)
    named = np.array([row.named.vector() for row in rows])
    spread = np.maximum(named.std(axis=0), 0.02)
    x_words = torch.tensor(np.array([hashed_words(row.phrase) for row in rows]))
    x_vector = torch.tensor(vectors, dtype=torch.float32)
    y_named = torch.tensor(named / spread, dtype=torch.float32)
    y_sign = torch.tensor([row.sign for row in rows], dtype=torch.float32)[:, None]
    look, sign = _network(HIDDEN, len(RANGES)), _network(HIDDEN_SIGN, 1)
    parameters = [*look.parameters(), *sign.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for step in range(steps):
        batch = torch.randint(len(rows), (256,))
        draw = torch.rand(256, 1)
        words = torch.nn.functional.dropout(x_words[batch], 0.15) * (draw > 0.2)
        vector = x_vector[batch] + 0.01 * torch.randn(256, VECTOR)
        vector = vector * ~((draw > 0.2) & (draw < 0.32))
        seen = torch.cat([vector, words], dim=1)
        out_look, out_sign = look(seen), sign(seen)
        wanted = y_named[batch] * y_sign[batch]
        loss = torch.nn.functional.smooth_l1_loss(out_look * out_sign, wanted)
        # With the words hidden "a bit" is hard to tell: only the whole phrase teaches the strength.
        loss = loss + 0.5 * torch.nn.functional.smooth_l1_loss(out_look, y_named[batch])
        loss = loss + 0.5 * ((out_sign - y_sign[batch]) ** 2 * (draw > 0.2)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.4f}", flush=True)
    return {
        **_tensors("look", look),
        **_tensors("sign", sign),
        "spread": torch.tensor(spread, dtype=torch.float32),
        **amounts(),
    }


def train(embed: Embed, out: Path) -> None:
    """Embed the phrasings in batches, fit, and write the weights."""
    rows = examples()
    print(f"{len(rows)} phrasings", flush=True)
    vectors = np.concatenate([embed([row.phrase for row in rows[i : i + 256]]) for i in range(0, len(rows), 256)])
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(fit(rows, vectors), out)
    print(f"{out} {out.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Command line."""
    from engine.bundle import Bundle
    from engine.encode import Encoder

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("resources/starter/look.safetensors"))
    train(Encoder.load(Bundle.open("starter")).text, parser.parse_args().out)


if __name__ == "__main__":
    main()
