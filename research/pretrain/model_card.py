"""The model card: what the model is, what it was trained on, how well it does, and what it is not good for."""

from typing import Any

from .model import CausalLm, ModelSize

LIMITS = """It continues English prose and technical text, knows little, follows no instructions and says false things fluently. The
dictionaries and books include dated language. It is meant as a small base for fine-tuning and for tests, not for answers to people."""


def model_card(name: str, size: ModelSize, special: list[str], training: dict[str, Any], corpus: list[dict[str, Any]],
               tokens: dict[str, Any], evaluation: dict[str, Any], origin: str | None) -> str:
    """Markdown; `training` is the checkpoint of the best weights, the others are the summaries of the stages."""
    return "\n\n".join([
        f"# {name}",
        architecture(size, special),
        *(["## Origin\n\n" + origin] if origin else []),
        "## Training text\n\n" + corpus_table(corpus),
        "## Training\n\n" + training_text(training, tokens, given=origin is not None),
        "## Evaluation\n\n" + evaluation_text(evaluation),
        "## Limits\n\n" + LIMITS.replace("\n", " "),
    ]) + "\n"


def architecture(size: ModelSize, special_pieces: list[str]) -> str:
    """Shapes, parameters, and what the special pieces are."""
    parameters = sum(weight.numel() for weight in CausalLm(size).parameters())
    special = ", ".join(f"{index} `{piece}`" for index, piece in enumerate(special_pieces))
    return (
        f"A small English decoder in the Hugging Face Llama layout: {size.layers} layers, width {size.hidden}, {size.heads} heads, "
        f"{size.key_value_heads} key-value heads, SwiGLU {size.intermediate}, {size.vocabulary:,} byte-level BPE pieces, tied head, "
        f"{parameters:,} parameters, F16, context {size.context}.\n\n"
        f"Special pieces: {special}. Only 0 occurs in pretraining."
    )


def corpus_table(corpus: list[dict[str, Any]]) -> str:
    """Sources with licences and sizes."""
    lines = ["| source | packages | licence | documents | characters |", "| --- | --- | --- | ---: | ---: |"]
    for row in corpus:
        packages = ", ".join(f"{name} {version}" for name, version in row["packages"].items())
        lines.append(f"| {row['source']} | {packages} | {row['licence']} | {row['documents']:,} | {row['characters']:,} |")
    return "\n".join(lines)


def training_text(training: dict[str, Any], tokens: dict[str, Any], given: bool) -> str:
    """Tokens, steps and settings."""
    settings, progress = training["settings"], training["progress"]
    device = "CUDA with bfloat16 products" if settings["device"].startswith("cuda") else "the CPU in float32"
    rule = "AdamW" if given else "Muon for matrices, AdamW for embedding and norms"
    return (
        f"{progress['tokens']:,} tokens ({progress['step']:,} steps of {settings['rows']} x {settings['length']}) drawn from a corpus "
        f"of {tokens['tokens']:,} ({tokens['characters'] / tokens['tokens']:.2f} characters a token), {progress['seconds'] / 60:.0f} "
        f"minutes on {device}; {rule}, dropout {settings['dropout']}, seed "
        f"{settings['seed']}. These are the weights with the lowest validation loss."
    )


def evaluation_text(evaluation: dict[str, Any]) -> str:
    """The figures of the evaluate stage."""
    return (
        f"Over {evaluation['tokens']:,} held-out tokens in rows of {evaluation['row_length']}: {evaluation['loss']:.3f} nats a token, "
        f"perplexity {evaluation['perplexity']:.1f}, about {evaluation['bits_per_character']:.2f} bits a character. The held-out text "
        "comes from the same sources; the weights were chosen by it."
    )
