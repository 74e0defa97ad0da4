"""Fewer steps for a slower client, whose update is sent as all of the steps would have made it (FedNova, arXiv 2007.07481)."""

import math
from typing import Any

from duet_client.learning_rate import rate_factor


def plan_for_share(plan: dict[str, Any], share: float, warmup_steps: int) -> dict[str, Any]:
    """What a client whose share is below 1 does in place of a federated round's plan; its budgets are in steps."""
    if plan["stage"] != "federated" or share >= 1:
        return plan
    fewer = {**plan, "steps": [_shared_step(step, share) for step in plan["steps"]]}
    if not plan["upload"]:
        return fewer
    return {**fewer, "upload": {**plan["upload"], "scale": _reach(plan, warmup_steps) / _reach(fewer, warmup_steps)}}


def _shared_step(step: dict[str, Any], share: float) -> dict[str, Any]:
    if step["kind"] != "train":
        return step
    # As JavaScript rounds: a half upwards.
    amount = max(1, math.floor(share * step["budget"]["amount"] + 0.5))
    return {**step, "budget": {**step["budget"], "amount": amount}}


def _reach(plan: dict[str, Any], warmup_steps: int) -> float:
    """Learning rates, of those after the warm-up, that the trainings of what is uploaded add up to."""
    trained = [step for step in plan["steps"] if step["kind"] == "train" and step["slot"] == plan["upload"]["slot"]]
    return sum(
        rate_factor(warmup_steps, step["budget"]["amount"], step.get("span"), at)
        for step in trained
        for at in range(step["budget"]["amount"])
    )
