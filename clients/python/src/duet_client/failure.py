"""What a person is told when something fails."""

import json
import math
import random
from functools import cache
from pathlib import Path
from typing import Any

import torch

TRANSIENT = ("UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED", "AWAITING_APPROVAL")
"""Waiting and trying again can help, as `packages/client/src/transient.ts` has it."""
MOVED_ON = ("WRONG_ROUND", "NOT_THERE")
"""The federation is elsewhere by now."""
AGAIN_SECONDS = 2.0
"""Before the next try; whatever a coordinator says, none is sooner."""
JITTER = 0.5
"""At most so much longer than the coordinator asks for, as `packages/client/src/transient.ts` has it."""
MAX_RETRY_AFTER_MS = 300_000
"""No coordinator asks for more, as `MAX_RETRY_AFTER_MS` of the TypeScript code has it."""


class Failure(Exception):
    """A sentence: what happened; without a code also what to do next. `code` is one of Duet's, or NOT_THERE of a file."""

    def __init__(self, sentence: str, code: str | None = None, retry_after: float | None = None) -> None:
        """Keep the sentence as the message. `retry_after`: when trying again can help, in seconds from now, where it was said."""
        super().__init__(sentence)
        self.code = code
        self.retry_after = retry_after

    def of(self, whom: str) -> "Failure":
        """The same, and where it happened."""
        return Failure(f"{whom}: {self.sentence}", self.code, self.retry_after)

    @property
    def is_transient(self) -> bool:
        """Whether trying again can help."""
        return self.code in TRANSIENT or (self.code == "QUOTA_USED_UP" and self.retry_after is not None)

    @property
    def is_left_alone(self) -> bool:
        """Whether a round that fails with it goes on by itself: it has moved on, or is tried again with a later snapshot."""
        return self.is_transient or self.code in MOVED_ON

    def wait_seconds(self) -> float | None:
        """Until trying again; None where that was not said. At random, as not all who were refused come back together."""
        return None if self.retry_after is None else max(AGAIN_SECONDS, self.retry_after) * random.uniform(1, 1 + JITTER)

    @property
    def sentence(self) -> str:
        """What happened."""
        said = str(self).strip()
        return said if said.endswith((".", "!", "?")) else f"{said}."

    @property
    def told(self) -> str:
        """What happened, and what to do next."""
        step = _next_steps().get(self.code or "")
        return f"{self.sentence} {step}" if step else self.sentence


def as_failure(error: Exception) -> Failure:
    """What to tell of anything that went wrong."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, torch.OutOfMemoryError):
        return Failure(f"A device has no memory left ({str(error).splitlines()[0]})", "OUT_OF_MEMORY")
    return Failure(f"This program has stumbled ({type(error).__name__}: {error})", "UNEXPECTED")


def asks_again(seconds: float) -> str:
    """What a person is told who waits for that."""
    return f"The coordinator has too much to do at the moment: this client asks again in {math.ceil(seconds)} seconds."


def refused(error: Any) -> Failure:  # noqa: ANN401
    """What the coordinator refused, as its answer has it; BAD_REPLY where that is no refusal."""
    if not isinstance(error, dict) or not all(isinstance(error.get(name), str) for name in ("code", "message")):
        return Failure("The coordinator's refusal could not be read", "BAD_REPLY")
    return Failure(error["message"], error["code"], _seconds(error.get("retryAfterMs")))


def _seconds(told: Any) -> float | None:  # noqa: ANN401
    """When to come again; None where what was told is no time of this protocol."""
    is_time = isinstance(told, int) and not isinstance(told, bool) and told >= 0
    return min(told, MAX_RETRY_AFTER_MS) / 1000 if is_time else None


@cache
def _next_steps() -> dict[str, str]:
    """As `npm run protocol-schemas` writes them from the TypeScript code's table."""
    return dict(json.loads((Path(__file__).parent / "next_steps.json").read_text(encoding="utf-8")))
