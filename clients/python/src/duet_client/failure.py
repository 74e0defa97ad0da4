"""What a person is told when something fails."""


class Failure(Exception):
    """A sentence: what happened, and what to do next. `code` is the coordinator's, where it refused."""

    def __init__(self, sentence: str, code: str | None = None) -> None:
        """Keep the sentence as the message."""
        super().__init__(sentence)
        self.code = code
