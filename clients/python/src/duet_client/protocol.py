"""The protocol's messages, checked against the JSON Schemas that the TypeScript code writes (`npm run protocol-schemas`)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from duet_client.failure import Failure

VERSION = 9
CHANGE = "federation:changed"


def check_request(name: str, payload: Any) -> None:  # noqa: ANN401
    """Raise before something is sent that no coordinator would take."""
    _check("requests", name, payload, f"This client would send a wrong {name}")


def check_reply(name: str, data: Any) -> None:  # noqa: ANN401
    """Raise where an answer is not one of this protocol's."""
    _check("replies", name, data, f"The coordinator's answer to {name} is not one that this client knows")


def check_change(change: Any) -> None:  # noqa: ANN401
    """Raise where what was pushed is no change of a snapshot."""
    _check("change", None, change, "The coordinator told of the federation in a way that this client does not know")


def _check(part: str, name: str | None, given: Any, sentence: str) -> None:  # noqa: ANN401
    error = best_match(_validator(part, name).iter_errors(given))
    if error is not None:
        raise Failure(f"{sentence} ({error.json_path}: {error.message[:200]}). Use a client of the same version.")


@cache
def _validator(part: str, name: str | None) -> Draft202012Validator:
    schemas = _schemas()[part]
    return Draft202012Validator(schemas if name is None else schemas[name])


@cache
def _schemas() -> dict[str, Any]:
    return dict(json.loads((Path(__file__).parent / "protocol.json").read_text(encoding="utf-8")))
