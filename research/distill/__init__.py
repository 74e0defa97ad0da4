"""A small decoder cut out of SmolLM2-135M-Instruct, refitted in closed form, and trained on."""
