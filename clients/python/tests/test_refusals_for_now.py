"""Who is refused for now comes again when it was told to."""

import math
from typing import Any

import pytest

from duet_client.failure import refused


def used_up(wait: Any) -> dict[str, Any]:
    return {"code": "QUOTA_USED_UP", "message": "They come too fast", "retryAfterMs": wait}


@pytest.mark.parametrize("wait", [-1, "soon", True, 1.5, math.nan, None, [1]])
def test_a_time_that_is_none_of_this_protocol_is_not_waited_for(wait: Any) -> None:
    failure = refused(used_up(wait))
    assert failure.retry_after is None
    assert not failure.is_transient


def test_nobody_waits_longer_than_a_coordinator_may_ask_for() -> None:
    assert refused(used_up(10**400)).retry_after == 300
    assert refused(used_up(1500)).retry_after == 1.5


@pytest.mark.parametrize("error", [None, "no", {}, {"code": "TIMEOUT"}, {"code": 3, "message": "no"}])
def test_a_refusal_that_is_none_of_this_protocol_is_told(error: Any) -> None:
    assert refused(error).code == "BAD_REPLY"
