"""Invite links: a coordinator's address with an id, and a secret after the #, which is in no request's address."""

import re
from dataclasses import dataclass

from duet_client.failure import Failure


@dataclass(frozen=True)
class Invite:
    """The parts of a link. `url` is the coordinator's address, with the path below which it is served."""

    url: str
    federation_id: str
    token: str


def read_invite(text: str) -> Invite:
    """Take a pasted link apart."""
    match = re.fullmatch(r"(https?://\S+?)/join/([A-Za-z0-9_-]{1,64})[^#\s]*(?:#(\S*))?", text.strip())
    if match is None:
        raise Failure("This is no invite link. It begins with http and has a long code after a #; put it in quotes.")
    url, federation_id, token = match.groups()
    if not re.fullmatch(r"[A-Za-z0-9._-]{20,400}", token or ""):
        raise Failure("The code after the # of this link is missing or cut off. Copy the whole link again, in quotes.")
    return Invite(url, federation_id, token)
