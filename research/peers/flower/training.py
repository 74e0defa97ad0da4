"""Local training and label scoring with PyTorch: the same numbers in the same places as packages/lora-engine/src/training."""

import torch
from peft import PeftModel
from torch.nn import functional


def logits_of(model: PeftModel, rows: list) -> torch.Tensor:
    """[B, T, V]; rows are padded on the right, where a causal model never looks."""
    length = max(len(row) for row in rows)
    return model(input_ids=torch.tensor([row + [0] * (length - len(row)) for row in rows])).logits


def loss_of(model: PeftModel, rows: list) -> torch.Tensor:
    """Mean over all answer tokens of the batch."""
    logits = logits_of(model, [row["tokens"] for row in rows])
    scored = [
        functional.cross_entropy(
            logits[i, row["answerStart"] - 1 : len(row["tokens"]) - 1],
            torch.tensor(row["tokens"][row["answerStart"] :]),
            reduction="none",
        )
        for i, row in enumerate(rows)
    ]
    return torch.cat(scored).mean()


def train(model: PeftModel, rows: list, batches: list, training: dict) -> float:
    """Fresh AdamW with linear warm-up and clipping; the mean loss of the steps."""
    trainable = [tensor for tensor in model.parameters() if tensor.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=training["learningRate"], weight_decay=training["weightDecay"])
    warmup = max(1, training["warmupSteps"])
    total = 0.0
    for step, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = training["learningRate"] * min(1.0, (step + 1) / warmup)
        loss = loss_of(model, [rows[i] for i in batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable, training["clipNorm"])
        optimizer.step()
        total += loss.item()
    return total / len(batches)


@torch.no_grad()
def accuracy(model: PeftModel, rows: list, labels: list) -> float:
    """Decoding within the labels' tokens: at every choice the likeliest token that still leads to a label."""
    right = 0
    for row in rows:
        prompt = row["tokens"][: row["answerStart"]]
        left = list(range(len(labels)))
        at = 0
        while len(left) > 1:
            choices = {labels[label][at] for label in left}
            token = next(iter(choices))
            if len(choices) > 1:
                logits = logits_of(model, [prompt + labels[left[0]][:at]])[0, -1]
                token = max(sorted(choices), key=lambda choice: logits[choice].item())
            left = [label for label in left if labels[label][at] == token]
            at += 1
        right += left[0] == row["label"]
    return right / len(rows)
