"""A federation's base model as a folder of checked files."""

import hashlib
from pathlib import Path
from typing import Any

from duet_client.coordinator import Coordinator
from duet_client.failure import Failure
from duet_client.transfers import file_sha256


async def base_folder(model: dict[str, Any], root: Path, coordinator: Coordinator) -> Path:
    """Take what is kept below `root`, fetch the rest, check everything."""
    folder = root / fingerprint(model)
    try:
        for file in model["files"]:
            path = folder / file["path"]
            if path.exists() and file_sha256(path) == file["sha256"]:
                continue
            if model["source"]["kind"] != "coordinator":
                raise Failure(f"Nobody serves this base model. Put its files into {folder} and run the same command again.")
            if not await coordinator.model_file(model["source"]["id"], file["path"], file["sha256"], path):
                raise Failure(f"The coordinator's {file['path']} is not the file that the federation names. Tell the organiser.")
    except OSError as error:
        raise Failure(
            f"The base model's files in {folder} cannot be read or written ({error.strerror}). "
            "Make the folder readable and writable, with room for them, and run the same command again."
        ) from error
    return folder


def fingerprint(model: dict[str, Any]) -> str:
    """One SHA-256 for all files: of the list that `sha256sum` would print for them."""
    lines = sorted(f"{file['sha256']}  {file['path']}\n" for file in model["files"])
    return hashlib.sha256("".join(lines).encode()).hexdigest()
