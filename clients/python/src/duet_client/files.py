"""Files that are wholly on the disk or not at all."""

import os
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Put a file on the disk wholly or not at all, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
