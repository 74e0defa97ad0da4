"""What a base is worth to one client: accuracy before and after LoRA on a labelled CSV file, with the library `peft`.

`python3 -m research.distill.probe MODEL FILE.csv INPUT LABEL`. The prompt is Duet's, "input\\nAnswer: label"; a row's answer is the label of
the highest likelihood. Rows are dealt out at random here, so near-duplicates stand on both sides: compare models with it, nothing else.
"""

import argparse
import csv
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoModelForCausalLM

END = 0
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
RATE, WARM_UP, BATCH, MAX_TOKENS = 4e-3, 3, 8, 64  # the defaults of Duet for decoders


@dataclass(frozen=True)
class Row:
    """A prompt's ids, and which label is right."""

    prompt: list[int]
    label: int


def read_rows(path: Path, text: str, label: str, tokenizer: Tokenizer, most: int, seed: int) -> tuple[list[Row], list[list[int]]]:
    """A seeded sample of the rows, different texts only, and the labels' ids with the end piece."""
    with path.open(encoding="utf-8", newline="") as file:
        pairs = list({row[text]: row[label] for row in csv.DictReader(file)}.items())
    random.Random(seed).shuffle(pairs)
    pairs = pairs[:most]
    labels = sorted({answer for _, answer in pairs})
    encode = lambda words: tokenizer.encode(words, add_special_tokens=False).ids
    separator = encode("\nAnswer:")
    answers = [[*encode(f" {answer}"), END] for answer in labels]
    room = MAX_TOKENS - max(map(len, answers)) - len(separator) - 1
    rows = [Row([END, *encode(words)[:room], *separator], labels.index(answer)) for words, answer in pairs]
    return rows, answers


def train(model: PeftModel, rows: list[Row], answers: list[list[int]], steps: int, seed: int) -> None:
    """AdamW on the answers' tokens, batches drawn with a seed."""
    draw = random.Random(seed)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=RATE, weight_decay=0.01)
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARM_UP)
        ids, targets = padded([(row.prompt, answers[row.label]) for row in draw.sample(rows, BATCH)])
        loss = F.cross_entropy(model(ids).logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten(), ignore_index=-100)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if (step + 1) % 20 == 0:
            print(f"step {step + 1}: loss {loss.item():.3f}", flush=True)


@torch.no_grad()
def accuracy(model: PeftModel, rows: list[Row], answers: list[list[int]]) -> float:
    """Part of the rows whose likeliest label is the right one."""
    model.eval()
    right = 0
    for row in rows:
        ids, targets = padded([(row.prompt, answer) for answer in answers])
        begin = len(row.prompt) - 1
        logits = model.model.model(ids).last_hidden_state[:, begin:-1] @ model.get_input_embeddings().weight.T
        scores = logits.log_softmax(-1).gather(-1, targets[:, begin + 1 :].clamp(min=0)[..., None])[..., 0]
        right += int((scores * (targets[:, begin + 1 :] >= 0)).sum(-1).argmax().item() == row.label)
    return right / len(rows)


def padded(pairs: list[tuple[list[int], list[int]]]) -> tuple[Tensor, Tensor]:
    """Ids [B, T], padded behind, and targets [B, T] that are -100 outside of the answers."""
    length = max(len(prompt) + len(answer) for prompt, answer in pairs)
    ids = torch.full((len(pairs), length), END)
    targets = torch.full((len(pairs), length), -100)
    for index, (prompt, answer) in enumerate(pairs):
        whole = torch.tensor([*prompt, *answer])
        ids[index, : len(whole)] = whole
        targets[index, len(prompt) : len(whole)] = whole[len(prompt) :]
    return ids, targets


def main() -> None:
    """Prints both accuracies."""
    command = argparse.ArgumentParser(prog="python3 -m research.distill.probe", description=__doc__)
    command.add_argument("model", type=Path)
    command.add_argument("csv", type=Path)
    command.add_argument("input")
    command.add_argument("label")
    command.add_argument("--steps", type=int, default=72, help="optimiser steps; a client of a default federation takes 72")
    command.add_argument("--rows", type=int, default=400, help="rows in all, a third of them for the test")
    command.add_argument("--seed", type=int, default=1)
    options = command.parse_args()
    torch.manual_seed(options.seed)
    base = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(r=8, lora_alpha=16, target_modules=TARGETS, task_type="CAUSAL_LM"))
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    rows, answers = read_rows(options.csv, options.input, options.label, tokenizer, options.rows, options.seed)
    test, training = rows[: len(rows) // 3], rows[len(rows) // 3 :]
    commonest = Counter(row.label for row in training).most_common(1)[0][0]
    majority = sum(row.label == commonest for row in test) / len(test)
    print(f"{len(training)} + {len(test)} rows, {len(answers)} labels; always the commonest is right in {majority:.3f}", flush=True)
    before = accuracy(model, test, answers)
    train(model, training, answers, options.steps, options.seed)
    print(f"{options.model.name}: accuracy {before:.3f} before, {accuracy(model, test, answers):.3f} after LoRA", flush=True)


if __name__ == "__main__":
    main()
