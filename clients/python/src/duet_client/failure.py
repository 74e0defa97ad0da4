"""What a person is told when something fails."""

import json
from functools import cache
from pathlib import Path
from typing import Any

TRANSIENT = ("UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED", "AWAITING_APPROVAL")
"""Waiting and trying again can help, as `packages/client/src/transient.ts` has it."""
LEFT_ALONE = (*TRANSIENT, "WRONG_ROUND", "NOT_THERE")
"""What a round may fail with that goes on by itself: it has moved on, or is tried again with the next snapshot."""


class Failure(Exception):
    """A sentence: what happened; without a code also what to do next. `code` is one of Duet's, or NOT_THERE of a file."""

    def __init__(self, sentence: str, code: str | None = None, retry_after: float | None = None) -> None:
        """Keep the sentence as the message. `retry_after` is when trying again can help, in seconds from now, where that was said."""
        super().__init__(sentence)
        self.code = code
        self.retry_after = retry_after

    @property
    def is_transient(self) -> bool:
        """Whether trying again can help."""
        return self.code in TRANSIENT or (self.code == "QUOTA_USED_UP" and self.retry_after is not None)

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


def refused(error: dict[str, Any]) -> Failure:
    """What the coordinator refused, as its answer has it."""
    wait = error.get("retryAfterMs")
    return Failure(error["message"], error["code"], None if wait is None else wait / 1000)


@cache
def _next_steps() -> dict[str, str]:
    """As `npm run protocol-schemas` writes them from the TypeScript code's table."""
    return dict(json.loads((Path(__file__).parent / "next_steps.json").read_text()))
