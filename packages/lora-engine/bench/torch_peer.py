"""LoRA steps, training on rows, evaluation and writing in PyTorch: the benchmark's peer outside the browser.

Reads a JSON request from standard input (see torchPeer.ts) and prints a JSON object with the answers and times of its steps.
Decoders are those of transformers with an adapter of peft; the sentence encoder, which transformers lacks, is written out below.
"""

import json
import math
import sys
import time

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

BETAS = (0.9, 0.999)


def adapted_decoder(request):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(request["model"], dtype=torch.float32)
    return PeftModel.from_pretrained(base, request["adapter"], is_trainable=True).to(request["device"])


def on_device(request, key):
    return torch.tensor(request[key], device=request["device"])


def decoder(request):
    """Loss of the answer tokens; the head only at their positions, as in Duet. Every row is scored at the same places."""
    model = adapted_decoder(request)
    model.train()
    rows, length = request["rows"], request["length"]
    ids = on_device(request, "ids").view(rows, length)
    targets = on_device(request, "targets")
    places = on_device(request, "positions").view(rows, -1)
    kept = places[0] % length
    assert all(torch.equal(row % length, kept) for row in places)

    def loss():
        logits = model(input_ids=ids, logits_to_keep=kept, use_cache=False).logits
        return F.cross_entropy(logits.reshape(len(targets), -1), targets)

    return loss, [p for p in model.parameters() if p.requires_grad]


class Encoder(nn.Module):
    """Universal Sentence Encoder lite (Cer et al. 2018, arXiv:1803.11175); weights as Duet's converter names them."""

    def __init__(self, request):
        super().__init__()
        self.config = json.load(open(f"{request['model']}/config.json"))
        device = request["device"]
        self.weights = {k: v.float().to(device) for k, v in load_file(f"{request['model']}/model.safetensors").items()}
        factors = load_file(f"{request['adapter']}/adapter_model.safetensors")
        self.factors = nn.ParameterDict(
            {k.removeprefix("base_model.model.").replace(".", "/"): nn.Parameter(v.to(device)) for k, v in factors.items()}
        )

    def linear(self, name, x):
        y = F.linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))
        a = f"{name}.lora_A.weight".replace(".", "/")
        if a not in self.factors:
            return y
        b = f"{name}.lora_B.weight".replace(".", "/")
        return y + 2 * F.linear(F.linear(x, self.factors[a]), self.factors[b])

    def norm(self, name, x):
        shape = (x.shape[-1],)
        return F.layer_norm(x, shape, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.config["layer_norm_eps"])

    def forward(self, ids):
        config, weights = self.config, self.weights
        angles = torch.arange(ids.shape[1], device=ids.device).unsqueeze(1) * weights["position.frequencies"].reshape(1, -1)
        x = 2 * weights["embeddings.weight"][ids] + torch.cat([angles.sin(), angles.cos()], 1)
        for index in range(config["num_hidden_layers"]):
            layer = f"layers.{index}"
            parts = self.linear(f"{layer}.attention.qkv", self.norm(f"{layer}.attention.norm", x)).chunk(3, -1)
            q, k, v = (p.unflatten(-1, (config["num_attention_heads"], -1)).transpose(1, 2) for p in parts)
            out = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            residual = self.linear(f"{layer}.residual", x) if f"{layer}.residual.weight" in weights else x
            x = residual + self.linear(f"{layer}.attention.output", out)
            inner = F.relu(self.linear(f"{layer}.mlp.up", self.norm(f"{layer}.mlp.norm", x)))
            x = x + self.linear(f"{layer}.mlp.down", inner)
        return F.normalize(torch.tanh(self.linear("pooler", x.mean(1))), dim=-1)


def encoder(request):
    model = Encoder(request)
    ids = on_device(request, "ids").view(request["rows"], request["length"])
    embeddings = on_device(request, "labelEmbeddings")
    labels = on_device(request, "labels")

    def loss():
        return F.cross_entropy(request["temperature"] * model(ids) @ embeddings.T, labels)

    return loss, list(model.parameters())


def training(request):
    """A step answers the loss before it."""
    loss, parameters = encoder(request) if request["family"] == "encoder" else decoder(request)
    optimizer = torch.optim.AdamW(parameters, lr=request["learningRate"], betas=BETAS, weight_decay=0)

    def step():
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimizer.step()
        return [value.item()]

    return step


def evaluation(request):
    loss, _ = encoder(request) if request["family"] == "encoder" else decoder(request)

    @torch.inference_mode()
    def step():
        return [loss().item()]

    return step


def generation(request):
    """A step answers the tokens that it wrote, the likeliest each time, from cached keys and values."""
    model = adapted_decoder(request).eval()
    ids = on_device(request, "prompt").unsqueeze(0)
    count = request["newTokens"]

    @torch.inference_mode()
    def step():
        written = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=count,
            eos_token_id=None,
            pad_token_id=0,
            use_cache=True,
        )
        return written[0, ids.shape[1] :].tolist()

    return step


def padded(rows):
    """Ids and mask [B, T], each row filled up on the right to the longest."""
    length = max(map(len, rows))
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    return ids, mask


def rows_of_decoder(request):
    """As a Trainer of transformers does it: the model's own loss, which leaves out labels of -100."""
    model = adapted_decoder(request).train()

    def loss(batch):
        ids, mask = padded(batch["tokens"])
        places = torch.arange(ids.shape[1])
        answers = (places >= torch.tensor(batch["answerStarts"]).unsqueeze(1)) & (mask == 1)
        return model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(~answers, -100), use_cache=False).loss

    return model, loss


def rows_of_encoder(request):
    """A model of BERT's family as a sentence encoder: mean of the tokens, labels by similarity to their embeddings."""
    from peft import PeftModel
    from transformers import AutoModel

    base = AutoModel.from_pretrained(request["model"], dtype=torch.float32)
    # Without dropout, so that losses can be compared.
    model = PeftModel.from_pretrained(base, request["adapter"], is_trainable=True).eval()

    def vectors(rows):
        ids, mask = padded(rows)
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).float()
        return F.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)

    with torch.inference_mode(), model.disable_adapter():
        labels = vectors(request["labelTokens"])
    labels = labels.clone()

    def loss(batch):
        return F.cross_entropy(request["temperature"] * vectors(batch["tokens"]) @ labels.T, torch.tensor(batch["labels"]))

    return model, loss


def rows(request):
    """A step takes the next of the batches and answers the loss before it."""
    model, loss = (rows_of_encoder if request["family"] == "encoder" else rows_of_decoder)(request)
    parameters = [p for p in model.parameters() if p.requires_grad]
    decay = request["weightDecay"]
    optimizer = torch.optim.AdamW(parameters, lr=request["learningRate"], betas=BETAS, weight_decay=decay)
    batches = iter(request["batches"])

    def step():
        optimizer.zero_grad(set_to_none=True)
        value = loss(next(batches))
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, request["clipNorm"])
        optimizer.step()
        return [value.item()]

    return step


WORKS = {"lora-step": training, "evaluation": evaluation, "generation": generation, "rows": rows}


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    step = WORKS[request["work"]](request)
    answers, times, processor = [], [], []
    for _ in range(request["warmUp"] + request["measured"]):
        start, started = time.perf_counter(), time.process_time()
        answers.extend(step())
        times.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - started))
    assert all(map(math.isfinite, answers))
    json.dump({"answers": answers, "times": times, "processor": processor, "version": torch.__version__}, sys.stdout)


main()
