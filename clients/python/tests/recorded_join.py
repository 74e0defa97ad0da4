"""The client as a program, which also writes down all that its rank gives the others: `FOLDER join INVITE …`."""

import os
import pickle
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from torch import distributed

from duet_client.__main__ import main

GIVING = ("broadcast_object_list", "gather_object", "all_reduce")
"""The calls of PyTorch that the client makes; the first gives something on rank 0 alone."""


def record(folder: Path) -> None:
    rank, number = os.environ["RANK"], count()

    def recording(name: str, give: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(what: Any, *rest: Any, **options: Any) -> Any:
            if rank == "0" or name != "broadcast_object_list":
                (folder / f"{rank}-{next(number)}-{name}").write_bytes(pickle.dumps(what))
            return give(what, *rest, **options)

        return recorded

    for name in GIVING:
        setattr(distributed, name, recording(name, getattr(distributed, name)))


if __name__ == "__main__":
    record(Path(sys.argv[1]))
    main(sys.argv[2:])
