"""The processes that are one client: rank 0 talks to the coordinator, all train. One process alone needs no launcher."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NoReturn, TypeVar, cast

import torch
from torch import distributed

from duet_client.failure import Failure, as_failure

Outcome = TypeVar("Outcome")

LONGEST_WAIT = timedelta(days=30)
"""For the next thing to do: a federation's rounds may be far apart. A rank that dies is noticed at once."""


class Ranks:
    """This process among its fellows."""

    def __init__(self) -> None:
        """Join the group that torchrun or accelerate describes in the environment; a group of one otherwise."""
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.is_at_work = False
        local = int(os.environ.get("LOCAL_RANK", "0"))
        has_gpu = torch.cuda.is_available()
        self.device = torch.device("cuda", local % torch.cuda.device_count()) if has_gpu else torch.device("cpu")
        if has_gpu:
            torch.cuda.set_device(self.device)
        if self.size > 1:
            distributed.init_process_group("cpu:gloo,cuda:nccl" if has_gpu else "gloo", timeout=LONGEST_WAIT)

    @property
    def leads(self) -> bool:
        """Whether this is rank 0."""
        return self.rank == 0

    def broadcast(self, value: Any) -> Any:  # noqa: ANN401
        """Give everyone what rank 0 has; plain data and CPU tensors."""
        if self.size == 1:
            return value
        box = [value]
        with _all_there():
            distributed.broadcast_object_list(box, src=0)
        return box[0]

    def collect(self, value: Any) -> list[Any] | None:  # noqa: ANN401
        """What all ranks have, in their order, on rank 0; None on the others."""
        if self.size == 1:
            return [value]
        box = [None] * self.size if self.leads else None
        with _all_there():
            distributed.gather_object(value, box)
        return box

    def gather(self, value: Any) -> list[Any]:  # noqa: ANN401
        """What all ranks have, in their order, on all of them."""
        found: list[Any] = self.broadcast(self.collect(value))
        return found

    def all_or_none(self, work: Callable[[], Outcome]) -> Outcome:
        """Do a work on every rank. Where it fails on one, it fails on all: the others say which one that was."""
        done, failed = None, None
        try:
            done = work()
        except Exception as error:
            failed = error
        told = self.gather(failed and as_failure(failed))
        if failed is not None:
            raise failed
        for rank, failure in enumerate(told):
            if failure is not None:
                raise failure.of(f"Rank {rank} of this client")
        return cast("Outcome", done)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Around what all ranks do at once. One that fails alone in it has to end, as the others hear of nothing else there."""
        self.is_at_work = True
        yield
        self.is_at_work = False

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        """Replace tensors by their sums over all ranks, as one message."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        with _all_there():
            distributed.all_reduce(flat)
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].reshape(tensor.shape))
            start += tensor.numel()

    def leave(self, code: int) -> NoReturn:
        """End the group and this process, with this exit code.

        Among several ranks without Python's own teardown: a thread of gloo that lets go of a tensor in it wants the lock of
        an interpreter that is no more, and the process is aborted (one run in sixteen, PyTorch 2.15), although all was done.
        """
        if self.size == 1:
            sys.exit(code)
        distributed.destroy_process_group()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@contextlib.contextmanager
def _all_there() -> Iterator[None]:
    """What the backends raise once a rank is gone, as a sentence."""
    try:
        yield
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise Failure(
            f"Another rank of this client is gone ({reason}). Run the same command again: it goes on where it was."
        ) from error
