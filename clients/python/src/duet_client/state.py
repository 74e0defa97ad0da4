"""What a client must not forget, in a folder that its owner alone can read: identity, base models, the last finished round."""

import fcntl
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from safetensors.torch import load, save

from duet_client.adapter import Adapter
from duet_client.failure import Failure
from duet_client.files import unwritable, write_file
from duet_client.kept_trainings import KeptTrainings
from duet_client.run_round import Held
from duet_client.secure_aggregation.keys import KEY_BYTES
from duet_client.secure_aggregation.messages import encode_bytes
from duet_client.secure_aggregation.participant import State
from duet_client.secure_aggregation.sum_desk import read_state, write_state


@dataclass(frozen=True)
class Identity:
    """Who this client is in a federation. The resume token and the key are its secrets."""

    federation_id: str
    name: str
    figures: str
    resume_token: str
    secret_key: str
    """Ed25519, base64url: what it signs with in secure sums."""
    rank: int | None = None
    """Of its adapters, for as long as it is this client; None for the federation's."""

    @staticmethod
    def new(federation_id: str, name: str, figures: str, rank: int | None = None) -> "Identity":
        """Make one that nobody has."""
        token, key = secrets.token_urlsafe(32), encode_bytes(secrets.token_bytes(KEY_BYTES))
        return Identity(federation_id, name, figures, token, key, rank)


@dataclass(frozen=True)
class Finished:
    """The newest finished round, kept so that it can be sent again without training again."""

    round: int
    attempt: int
    submitted: bool
    held: Held
    upload: bytes | None
    metrics: dict[str, Any]


class StateFolder:
    """One federation's part of a state folder, locked for this process."""

    def __init__(self, root: Path, federation_id: str) -> None:
        """Make the folder and lock it."""
        self.root = root
        self.folder = root / federation_id
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = (self.folder / "lock").open("ab")
        except OSError as error:
            raise unwritable(self.folder, error) from error
        _hold(self._lock, self.folder)

    def identity(self) -> Identity | None:
        """Who this client was; None at first."""
        found = _read(self.folder / "identity.json")
        return None if found is None else Identity(**json.loads(found))

    def save_identity(self, identity: Identity) -> None:
        """Keep it before the coordinator knows of it."""
        write_file(self.folder / "identity.json", json.dumps(asdict(identity)).encode())

    def finished(self) -> Finished | None:
        """The last finished round; None before there is one."""
        found = _read(self.folder / "finished.safetensors")
        if found is None:
            return None
        tensors = load(found)
        length = int.from_bytes(found[:8], "little")
        about = json.loads(json.loads(found[8 : 8 + length])["__metadata__"]["finished"])

        def adapter(kind: str) -> Adapter | None:
            return {key: tensors[f"{kind}/{key}"] for key in about["keys"]} if f"{kind}/{about['keys'][0]}" in tensors else None

        held = Held(adapter("personal") or {}, adapter("shared") or {}, adapter("residual"), adapter("served"), adapter("alone"))
        upload = _read(self.folder / "upload.bin") if about["uploads"] else None
        submitted = _read(self.folder / "submitted") == _key(about["round"], about["attempt"])
        return Finished(about["round"], about["attempt"], submitted, held, upload, about["metrics"])

    def save_finished(self, finished: Finished) -> None:
        """Put a round's result on the disk, before it is sent."""
        if finished.upload is not None:
            write_file(self.folder / "upload.bin", finished.upload)
        adapters = {
            "personal": finished.held.personal,
            "shared": finished.held.shared,
            "residual": finished.held.residual or {},
            "served": finished.held.served or {},
            "alone": finished.held.alone or {},
        }
        tensors = {f"{kind}/{key}": values.contiguous() for kind, held in adapters.items() for key, values in held.items()}
        about = {
            "round": finished.round,
            "attempt": finished.attempt,
            "metrics": finished.metrics,
            "keys": list(finished.held.shared),
            "uploads": finished.upload is not None,
        }
        content = save({name: values.clone() for name, values in tensors.items()}, metadata={"finished": json.dumps(about)})
        write_file(self.folder / "finished.safetensors", content)

    def trainings(self, say: Callable[[str], None]) -> KeptTrainings:
        """Where the trainings of the open round are."""
        return KeptTrainings(self.folder / "trainings", say)

    def sum(self) -> State | None:
        """Return where this client is in its newest secure sum."""
        found = _read(self.folder / "sum.json")
        return None if found is None else read_state(found)

    def save_sum(self, state: State) -> None:
        """Put it on the disk before anything made from it leaves."""
        write_file(self.folder / "sum.json", write_state(state))

    def pins(self) -> dict[str, str]:
        """Keys of the others, as this client saw them first."""
        found = _read(self.folder / "pins.json")
        return {} if found is None else dict(json.loads(found))

    def save_pins(self, pins: dict[str, str]) -> None:
        """Keep them."""
        write_file(self.folder / "pins.json", json.dumps(pins).encode())

    def save_submitted(self, number: int, attempt: int) -> None:
        """Note that the coordinator has it."""
        write_file(self.folder / "submitted", _key(number, attempt))


def _key(number: int, attempt: int) -> bytes:
    return f"{number}/{attempt}".encode()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _hold(lock: IO[bytes], folder: Path) -> None:
    """Until this process ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Failure(f'The state folder "{folder}" is in use. Wait until that process has ended, or use --state.') from error
