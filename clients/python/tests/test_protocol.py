"""Messages are checked against the schemas of the TypeScript code."""

import json
import re
from typing import Any

import pytest
from conftest import ROOT

from duet_client.failure import Failure
from duet_client.protocol import VERSION, check_change, check_reply, check_request

KEY: dict[str, Any] = {"round": 1, "attempt": 1, "step": "keys"}


def test_the_version_is_that_of_the_typescript_code() -> None:
    source = (ROOT / "packages/lora-core/src/protocol/version.ts").read_text(encoding="utf-8")
    found = re.search(r"PROTOCOL_VERSION = (\d+)", source)
    assert found is not None
    assert int(found[1]) == VERSION


def test_messages_that_fit_and_messages_that_do_not() -> None:
    check_request("exchange:fetch", KEY)
    check_reply("exchange:fetch", {"content": b"anything"})
    check_reply("exchange:fetch", {"content": None})
    for wrong, place in (
        ({**KEY, "step": "none"}, r"\$\.step"),
        ({**KEY, "more": 1}, r"\$"),
        ({**KEY, "round": -1}, r"\$\.round"),
    ):
        with pytest.raises(Failure, match=place):
            check_request("exchange:fetch", wrong)
    with pytest.raises(Failure, match="answer to client:join"):
        check_reply("client:join", {"clientId": "a"})
    with pytest.raises(Failure, match="told of the federation"):
        check_change({"since": None})


def test_every_pattern_is_one_that_python_reads() -> None:
    text = (ROOT / "clients/python/src/duet_client/protocol.json").read_text(encoding="utf-8")
    json.loads(text, object_hook=lambda found: isinstance(found.get("pattern"), str) and re.compile(found["pattern"]))
