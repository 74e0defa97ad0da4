"""A federation's base model as a folder of checked files."""

import hashlib
from pathlib import Path
from typing import Any

from duet_client.coordinator import Coordinator
from duet_client.failure import Failure
from duet_client.files import write_file


async def base_folder(model: dict[str, Any], root: Path, coordinator: Coordinator) -> Path:
    """Take what is kept below `root`, fetch the rest, check everything."""
    folder = root / fingerprint(model)
    for file in model["files"]:
        path = folder / file["path"]
        if path.exists() and _sha256(path.read_bytes()) == file["sha256"]:
            continue
        if model["source"]["kind"] != "coordinator":
            raise Failure(f"Nobody serves this base model. Put its files into {folder} and start again.")
        content = await coordinator.model_file(model["source"]["id"], file["path"], file["sha256"])
        if _sha256(content) != file["sha256"]:
            raise Failure(f"The coordinator's {file['path']} is not the file that the federation names. Tell the organiser.")
        write_file(path, content)
    return folder


def fingerprint(model: dict[str, Any]) -> str:
    """One SHA-256 for all files: of the list that `sha256sum` would print for them."""
    lines = sorted(f"{file['sha256']}  {file['path']}\n" for file in model["files"])
    return _sha256("".join(lines).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
