"""What a person is told when something fails."""

import json
from functools import cache
from pathlib import Path

TRANSIENT = ("UNREACHABLE", "TIMEOUT", "RATE_LIMITED", "NOT_JOINED", "AWAITING_APPROVAL")
"""Waiting and trying again can help, as `packages/client/src/retry.ts` has it."""
LEFT_ALONE = (*TRANSIENT, "WRONG_ROUND", "NOT_THERE")
"""What a round may fail with that goes on by itself: it has moved on, or is tried again with the next snapshot."""


class Failure(Exception):
    """A sentence: what happened; without a code also what to do next. `code` is one of Duet's, or NOT_THERE of a file."""

    def __init__(self, sentence: str, code: str | None = None) -> None:
        """Keep the sentence as the message."""
        super().__init__(sentence)
        self.code = code

    @property
    def is_transient(self) -> bool:
        """Whether trying again can help."""
        return self.code in TRANSIENT

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


@cache
def _next_steps() -> dict[str, str]:
    """As `npm run protocol-schemas` writes them from the TypeScript code's table."""
    return dict(json.loads((Path(__file__).parent / "next_steps.json").read_text()))
