"""Stage 4: validation loss of the best weights as they will be exported, over the whole held-out part."""

import math

import torch

from .checkpoint import load
from .model import CausalLm, ModelSize
from .tokens import TokenFile
from .workspace import Workspace, read_json, write_json

ROWS = 8


def load_best(work: Workspace) -> CausalLm:
    """The best weights, rounded to F16, in a model that computes in float32."""
    saved = load(work.best)
    model = CausalLm(ModelSize(**saved["size"]))
    model.load_state_dict({name: weight.half().float() for name, weight in saved["model"].items()})
    return model.eval()


@torch.no_grad()
def evaluate(work: Workspace, device: str) -> None:
    """Writes loss (nats a token), perplexity and bits a character."""
    length = load(work.best)["settings"]["length"]
    model = load_best(work).to(device)
    total, tokens = 0.0, 0
    for ids, targets in TokenFile(work.tokens, length).validation_batches(ROWS):
        total += model.loss(ids.to(device), targets.to(device)).item() * targets.numel()
        tokens += targets.numel()
    loss = total / tokens
    corpus = read_json(work.tokens_summary)
    bits = loss / math.log(2) * corpus["tokens"] / corpus["characters"]
    result = {"tokens": tokens, "row_length": length, "loss": loss, "perplexity": math.exp(loss), "bits_per_character": bits}
    write_json(work.evaluation, result)
    print(f"validation loss {loss:.4f} nats a token over {tokens:,} tokens, perplexity {result['perplexity']:.1f}", flush=True)
