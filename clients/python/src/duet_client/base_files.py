"""A federation's base model as a folder of checked files."""

import hashlib
from pathlib import Path
from typing import Any

from duet_client.coordinator import Coordinator
from duet_client.failure import Failure
from duet_client.transfers import file_sha256


async def base_folder(model: dict[str, Any], root: Path, coordinator: Coordinator, own: Path | None = None) -> Path:
    """Take what is kept below `root`, fetch the rest, check everything; where `own` is given only check the files there."""
    if own is not None:
        return _checked(model, own)
    folder = root / fingerprint(model)
    try:
        for file in model["files"]:
            path = folder / file["path"]
            if path.exists() and file_sha256(path) == file["sha256"]:
                continue
            if model["source"]["kind"] != "coordinator":
                raise Failure(
                    "Nobody serves this base model. Name the folder with its files by --model and run the same command again."
                )
            if not await coordinator.model_file(model["source"]["id"], file["path"], file["sha256"], path):
                raise Failure(f"The coordinator's {file['path']} is not the file that the federation names. Tell the organiser.")
    except OSError as error:
        raise Failure(
            f"The base model's files in {folder} cannot be read or written ({error.strerror}). "
            "Make the folder readable and writable, with room for them, and run the same command again."
        ) from error
    return folder


def _checked(model: dict[str, Any], folder: Path) -> Path:
    for file in model["files"]:
        path = folder / file["path"]
        if not path.is_file():
            raise Failure(
                f"{folder} has no {file['path']}, which is of this federation's base model. Name another folder by --model."
            )
        if file_sha256(path) != file["sha256"]:
            raise Failure(f"{path} is not the file that the federation names. Ask the organiser which one it is.")
    return folder


def fingerprint(model: dict[str, Any]) -> str:
    """One SHA-256 for all files: of the list that `sha256sum` would print for them."""
    lines = sorted(f"{file['sha256']}  {file['path']}\n" for file in model["files"])
    return hashlib.sha256("".join(lines).encode()).hexdigest()
