"""What is refused in a secure sum, by name."""

from duet_client.failure import Failure


class SumRefused(Failure):
    """Programs decide by `reason`, people read the sentence. The reasons are those of `secureAggregationError.ts`."""

    def __init__(self, reason: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence, "SECURE_REFUSED")
        self.reason = reason
