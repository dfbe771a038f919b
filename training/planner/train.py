"""Train the planner: low-rank additions to SmolLM2, the projectors and the control tokens' rows, on fresh samples.

    python -m training.planner.train --language DIR --text DIR --out DIR --minutes 60

Reads top to bottom: projectors are fitted to nouns first, then everything learns together. Restarts from ``--out``.
"""

# ruff: noqa: E501 (tables of words and lines of a log)

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from engine.plan import tokens as t
from engine.plan.grammar import Grammar
from engine.plan.projectors import Projector
from engine.plan.tokens import Vocabulary
from engine.plan.writing import (
    SOFT_PER_REFERENCE,
    closing_tokens,
    is_writable,
    operation_tokens,
    read_tokens,
    sources_of,
)  # fmt: skip
from training.planner.generate import Sample, samples
from training.planner.network import Network, layer
from training.planner.nouns import PHOTO, Bank

ROWS, LENGTH = 8, 128
RANK = 48


class Embedder:
    """MiniLM sentence embeddings (mean of the last states, unit norm)."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def __call__(self, texts: list[str]) -> np.ndarray:
        """``(n, 384)``."""
        out = []
        for i in range(0, len(texts), 128):
            batch = self.tokenizer(
                texts[i : i + 128], padding=True, truncation=True, max_length=64, return_tensors="pt"
            )
            states = self.model(**batch).last_hidden_state
            weight = batch["attention_mask"][..., None].float()
            out.append(functional.normalize((states * weight).sum(1) / weight.sum(1), dim=1).numpy())
        return np.concatenate(out)


class Packer:
    """Fills rows of fixed length with whole samples."""

    def __init__(self, vocabulary: Vocabulary, bank: Bank, embed: Embedder, seed: int, full_share: float) -> None:
        self.vocabulary, self.bank, self.embed = vocabulary, bank, embed
        self.rng = np.random.default_rng(seed)
        known = {k.removeprefix(PHOTO): v[0] for k, v in bank.real.items() if k.startswith(PHOTO)}
        self.scenes: dict[str, np.ndarray] = {k: v for k, v in known.items() if len(k.split()) <= 12}
        self.stream = samples(seed, full_share=full_share, nouns=bank.pictures, captions=list(self.scenes))
        self.waiting: list[tuple] = []
        self.refused = 0
        self.taken = 0

    def scene(self, text: str) -> np.ndarray:
        """A photo's embedding, with noise."""
        if text not in self.scenes:
            self.scenes[text] = self.embed([text])[0]
        v = self.scenes[text] + self.rng.normal(0, self.rng.uniform(0, 0.6) / np.sqrt(384), 384)
        return (v / np.linalg.norm(v)).astype(np.float32)

    def written(self, sample: Sample) -> tuple | None:
        """Tokens, soft positions, targets' weights and wanted embeddings of a sample."""
        v = self.vocabulary
        source = v.source(sample.instruction)
        kinds = {n: kind for n, (kind, _) in sample.references.items()}
        for o in sample.earlier:
            if o.ref is not None:
                kinds.setdefault(o.ref, "picture")
        read, soft = read_tokens(
            v, source, kinds, photo=sample.photo is not None, earlier=sample.earlier, known=set(sample.references)
        )
        output = operation_tokens(v, sample.operations)
        weights = [1.0] * len(output)
        marks: dict[str, int] = {}
        if sample.prompts:
            closing, marks = closing_tokens(v, sample.reply, sample.prompts, sample.base, sample.subs)
            marks = {k: len(read) + len(output) + p for k, p in marks.items()}
            output += closing
            weights += [0.35] * len(closing)
        grammar = Grammar(v, sources_of(v, source, sample.earlier), tuple(sorted(kinds)), sample.photo is not None)
        if len(read) + len(output) > LENGTH or not is_writable(grammar, output):
            self.refused += 1
            return None
        vectors = {n: self.bank.view(self.rng, noun) for n, (_, noun) in sample.references.items()}
        if sample.photo is not None:
            vectors[0] = self.scene(sample.photo)
        wanted = []
        for name, place in marks.items():
            if name == "gen":
                wanted.append((place, sample.prompts[0]))
            elif name == "base":
                wanted.append((place, vectors[0] if sample.base == "[photo]" else vectors[int(sample.base[5:-1])]))
            else:
                wanted.append((place, vectors[int(name[3:])]))
        return read + output, [(p, vectors[n]) for p, n in soft], [0.0] * len(read) + weights, wanted

    def batch(self) -> dict[str, torch.Tensor]:
        """Rows of whole samples."""
        tokens = torch.zeros(ROWS, LENGTH, dtype=torch.long)
        weights = torch.zeros(ROWS, LENGTH)
        positions = torch.zeros(ROWS, LENGTH)
        document = torch.arange(LENGTH).repeat(ROWS, 1) + 1000
        soft_at, soft_vectors, wanted_at, wanted = [], [], [], []
        for row in range(ROWS):
            used, number = 0, 0
            while used < LENGTH - 12:
                while len(self.waiting) < 24:
                    made = self.written(next(self.stream))
                    if made is not None:
                        self.waiting.append(made)
                fitting = [i for i, m in enumerate(self.waiting) if used + len(m[0]) <= LENGTH]
                if not fitting:
                    break
                best = fitting[0] if number == 0 else max(fitting, key=lambda i: len(self.waiting[i][0]))
                ids, soft, weight, goals = self.waiting.pop(best)
                self.taken += 1
                n = len(ids)
                tokens[row, used : used + n] = torch.tensor(ids)
                weights[row, used : used + n] = torch.tensor(weight)
                positions[row, used : used + n] = torch.arange(n).float()
                document[row, used : used + n] = number
                for p, vector in soft:
                    soft_at.append((row, used + p))
                    soft_vectors.append(vector)
                for p, goal in goals:
                    wanted_at.append((row, used + p))
                    wanted.append(goal)
                used += n
                number += 1
        texts = [g for g in wanted if isinstance(g, str)]
        embedded = iter(self.embed(texts)) if texts else iter(())
        goals = [next(embedded) if isinstance(g, str) else g for g in wanted]
        same = document[:, :, None] == document[:, None, :]
        causal = torch.ones(LENGTH, LENGTH, dtype=torch.bool).tril()
        mask = torch.zeros(ROWS, 1, LENGTH, LENGTH, dtype=torch.bfloat16)
        mask.masked_fill_(~(same & causal)[:, None], -1e9)
        return {
            "tokens": tokens, "weights": weights, "positions": positions, "mask": mask,
            "soft_at": torch.tensor(soft_at or [(0, 0)]), "soft": torch.from_numpy(np.array(soft_vectors or np.zeros((0, 384)), np.float32)),
            "wanted_at": torch.tensor(wanted_at or [(0, 0)]), "wanted": torch.from_numpy(np.array(goals or np.zeros((0, 384)), np.float32)),
        }  # fmt: skip


def fit_projector(bank: Bank, vocabulary: Vocabulary, embedding: torch.Tensor, steps: int, seed: int) -> Projector:
    """An input projector whose soft tokens are the embeddings of the noun's own tokens, fitted on noisy views."""
    rng = np.random.default_rng(seed)
    projector = Projector.new(384, 1024, SOFT_PER_REFERENCE * embedding.shape[1], torch.Generator().manual_seed(seed))
    for p in projector.parameters:
        p.requires_grad_()
    from training.planner.said import visible

    def target(name: str) -> torch.Tensor:
        ids = list(vocabulary.encode(f" {visible('sound', name)}"))[:SOFT_PER_REFERENCE]
        return embedding[ids + [t.END] * (SOFT_PER_REFERENCE - len(ids))].float().reshape(-1)

    targets = torch.stack([target(n) for n in bank.names])
    optimizer = torch.optim.AdamW(projector.parameters, lr=1e-3, weight_decay=1e-4)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 1.5e-3 * (1 - step / steps) + 1e-5
        picked = rng.integers(len(bank.names), size=256)
        x = torch.from_numpy(np.stack([bank.view(rng, bank.names[i]) for i in picked]))
        loss = functional.mse_loss(projector(x), targets[picked]) / targets.var()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 200 == 199:
            print(f"projector {step + 1} unexplained variance {loss.item():.3f}", flush=True)
    return projector


def main() -> None:
    """Train for the minutes given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", type=Path, required=True, help="folder of model.safetensors and tokenizer.json")
    parser.add_argument("--text", type=Path, required=True, help="folder of MiniLM")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--classes", type=Path, help="text file of further nouns, one a line")
    parser.add_argument("--real", type=Path, help="npz of real embeddings by name")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--spent", type=float, default=0.0, help="minutes of the schedule that earlier runs have done")
    parser.add_argument("--full", type=float, default=0.3, help="share of samples with reply, prompt and controls")
    parser.add_argument("--fit", type=int, default=600, help="steps of fitting the input projector to nouns")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep-every", type=float, default=5, help="minutes between checkpoints")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(args.seed)
    vocabulary = Vocabulary.load(args.language / "tokenizer.json")
    network = Network.new(load_file(args.language / "model.safetensors"), RANK, generator)
    embed = Embedder(args.text)
    classes = args.classes.read_text().splitlines() if args.classes else []
    real = dict(np.load(args.real)) if args.real else {}
    classes += [name for name in real if not name.startswith(PHOTO)]
    bank = Bank.make(embed, classes, real)
    print(f"{len(bank.names)} names, {len(real)} with real embeddings", flush=True)
    state = args.out / "state.safetensors"
    rows = network.embedding[list(t.TRAINED_ROWS)].float().clone()
    if state.exists():
        saved = load_file(state)
        for k in network.low_rank:
            network.low_rank[k] = saved[f"low_rank.{k}"]
        rows = saved["rows"]
        enter, leave = Projector.take(saved, "enter"), Projector.take(saved, "leave")
        print("restarted", flush=True)
    else:
        enter = fit_projector(bank, vocabulary, network.embedding, args.fit, args.seed)
        leave = Projector.new(576, 768, 384, generator)
        rows += torch.randn(rows.shape, generator=generator) * rows.std() * 0.5
    slow = [rows, *enter.parameters, *leave.parameters]
    fast = list(network.low_rank.values())
    for p in slow + fast:
        p.requires_grad_()
    optimizer = torch.optim.AdamW(
        [{"params": fast, "scale": 1.0}, {"params": slow, "scale": 0.8}],
        lr=args.rate,
        betas=(0.9, 0.98),
        weight_decay=0.0,
        fused=True,
    )
    moments = args.out / "optimizer.pt"
    if moments.exists():
        optimizer.load_state_dict(torch.load(moments, weights_only=True))
    run = torch.compile(layer, dynamic=False)
    packer = Packer(vocabulary, bank, embed, args.seed, args.full)
    row_of = torch.full((network.embedding.shape[0],), -1, dtype=torch.long)
    row_of[list(t.TRAINED_ROWS)] = torch.arange(len(t.TRAINED_ROWS))
    common = torch.arange(network.embedding.shape[0])

    def save() -> None:
        out = {f"low_rank.{k}": v.detach() for k, v in network.low_rank.items()}
        out |= {"rows": rows.detach()} | {
            k: v.detach() for p, n in ((enter, "enter"), (leave, "leave")) for k, v in p.tensors(n).items()
        }
        save_file({k: v.contiguous() for k, v in out.items()}, args.out / "state.tmp")
        (args.out / "state.tmp").replace(state)
        torch.save(optimizer.state_dict(), args.out / "optimizer.tmp")
        (args.out / "optimizer.tmp").replace(moments)

    began, step, kept = time.monotonic(), 0, time.monotonic()
    sums = {"words": 0.0, "base": 0.0, "n": 0, "tokens": 0, "right": 0.0}
    reported = began
    while True:
        part = (args.spent + (time.monotonic() - began) / 60) / args.minutes
        if part >= 1:
            break
        b = packer.batch()
        shape = 0.5 * (1 + math.cos(math.pi * part)) * (1 - 0.02) + 0.02
        for group in optimizer.param_groups:
            group["lr"] = args.rate * shape * min(1, (step + 1) / 60) * group["scale"]
        tokens = b["tokens"]
        x = functional.embedding(tokens, network.embedding)
        own = row_of[tokens]
        x = torch.where((own >= 0)[..., None], rows[own.clamp(min=0)].to(x.dtype), x)
        if len(b["soft"]):
            soft = enter(b["soft"]).view(-1, SOFT_PER_REFERENCE, 576)
            at = b["soft_at"]
            r = at[:, :1].expand(-1, SOFT_PER_REFERENCE)
            c = at[:, 1:] + torch.arange(SOFT_PER_REFERENCE)
            x = x.index_put((r, c), soft.to(x.dtype))
        states = network.forward(run, x, b["positions"], b["mask"])
        # The weight of a target belongs to the position before it.
        weight = b["weights"][:, 1:]
        chosen = weight > 0
        hidden = states[:, :-1][chosen]
        targets = tokens[:, 1:][chosen]
        sampled = common[torch.randint(len(common), (3000,))]
        subset = torch.unique(torch.cat([targets, tokens.flatten(), sampled]))
        table = network.embedding[subset]
        own = row_of[subset]
        table = torch.where((own >= 0)[:, None], rows[own.clamp(min=0)].to(table.dtype), table)
        logits = functional.linear(hidden, table).float()
        answers = torch.searchsorted(subset, targets)
        each = functional.cross_entropy(logits, answers, reduction="none")
        w = weight[chosen]
        loss = (each * w).sum() / w.sum()
        total = loss
        away = torch.tensor(0.0)
        if len(b["wanted"]):
            at = b["wanted_at"]
            made = leave(states[at[:, 0], at[:, 1]].float())
            away = (1 - functional.cosine_similarity(made, b["wanted"])).mean()
            total = loss + 0.3 * away
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(slow + fast, 1.0)
        optimizer.step()
        step += 1
        sums["words"] += loss.item()
        sums["base"] += away.item()
        sums["right"] += (logits.argmax(-1) == answers)[w == 1].float().mean().item()
        sums["n"] += 1
        sums["tokens"] += int((b["weights"].shape[0]) * LENGTH)
        if step % 20 == 0:
            now = time.monotonic()
            n = sums["n"]
            print(
                f"step {step} samples {packer.taken} refused {packer.refused} loss {sums['words'] / n:.4f} right {sums['right'] / n:.4f} "
                f"embeddings {sums['base'] / n:.3f} {sums['tokens'] / (now - reported):.0f} tokens/s {(now - began) / 60:.1f} min",
                flush=True,
            )
            sums = {k: 0 if k in ("n", "tokens") else 0.0 for k in sums}
            reported = now
        if time.monotonic() - kept > 60 * args.keep_every:
            save()
            kept = time.monotonic()
    save()


if __name__ == "__main__":
    main()
