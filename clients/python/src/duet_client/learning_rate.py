"""Learning rates by step, in units of the federation's: as `lora-core/training/learningRate` has it."""

import math
from collections.abc import Mapping


def rate_factor(warmup_steps: int, steps: int, span: Mapping[str, float] | None, step: int) -> float:
    """Rise over the warm-up; with a span, fall by half a cosine over the part of an adapter's trainings that this one is."""
    rise = min(1.0, (step + 1) / max(1, warmup_steps))
    if span is None:
        return rise
    done = span["from"] + (span["to"] - span["from"]) * step / steps
    return rise * (1 + math.cos(math.pi * done)) / 2
