"""Files that are wholly on the disk or not at all."""

import os
from pathlib import Path

from duet_client.failure import Failure


def write_file(path: Path, content: bytes) -> None:
    """Put a file on the disk wholly or not at all, for its owner alone."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> Failure:
    """What to tell of a place that nothing can be put into."""
    return Failure(
        f"{path} cannot be written ({error.strerror}). Make its folder writable, or room, and run the same command again."
    )
