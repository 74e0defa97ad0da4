"""A client from joining to its adapters: looks at the newest snapshot, and does what that asks for."""

import asyncio
import os
import platform
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load

from duet_client.adapter import initial_adapter
from duet_client.alone import AloneAgainstServed, alone_against_served
from duet_client.base_files import fingerprint
from duet_client.coordinator import Coordinator
from duet_client.failure import Failure, asks_again
from duet_client.kept_trainings import KeptTrainings
from duet_client.peft_files import write_adapters
from duet_client.ranks import Ranks
from duet_client.row_statistics import statistics_of
from duet_client.run_round import Client, Held, RoundOutcome, run_round
from duet_client.secure_aggregation.keys import identity_key
from duet_client.secure_aggregation.messages import decode_bytes, encode_bytes
from duet_client.secure_aggregation.refusal import SumRefused
from duet_client.secure_aggregation.sum_desk import (
    SharedRound,
    SumKeys,
    Summand,
    SumStep,
    answer,
    pinned,
    round_summand,
    statistics_summand,
)
from duet_client.state import Finished, Identity, StateFolder
from duet_client.training import UnwantedError
from duet_client.work_share import plan_for_share

Say = Callable[[str], None]

ENDED = ("finished", "stopped", "failed")
LOOK_SECONDS = 1.0
"""How often, while it computes, whether the round is still this client's is looked at."""
NO_SLOT = {"base": None, "personal": None, "shared": None, "fused": None}
NO_METRICS = {
    "trainLoss": None,
    "accuracy": NO_SLOT,
    "macroF1": NO_SLOT,
    "testLoss": NO_SLOT,
    "fusion": None,
    "trainTokens": 0,
    "trainSeconds": 0,
}


class Session:
    """One client's part in a federation."""

    def __init__(
        self,
        coordinator: Coordinator,
        client: Client,
        plans: dict[str, Any],
        state: StateFolder,
        trainings: KeptTrainings,
        identity: Identity,
        ranks: Ranks,
        unwanted: threading.Event,
        say: Say,
    ) -> None:
        """Begin where the state folder says that this client was. `unwanted` ends what the client computes."""
        self.coordinator, self.client, self.plans = coordinator, client, plans
        self.state, self.trainings, self.identity, self.ranks, self.say = state, trainings, identity, ranks, say
        self.unwanted = unwanted
        self.finished = state.finished()
        self.hidden = identity.figures == "nobody"
        self.is_asked = False
        """The organiser is asked, and that was said."""
        self.summing: dict[str, Any] | None = None
        """The step of a secure sum that it answers, has answered, or will not answer."""
        self.again_at = 0.0
        """Before then nothing is asked, as the coordinator wants it; on the monotonic clock."""

    async def run(self, invite_token: str, out: Path) -> int:
        """Take part until the end; the exit code."""
        snapshot = await self._join(invite_token)
        self.say(f"Joined as {self.identity.name}.")
        start = await self._start()
        while True:
            await self._act(snapshot, start)
            if snapshot["phase"] in ENDED:
                return self._end(snapshot, out)
            if (reason := self._why_out(snapshot)) is not None:
                raise Failure(reason, "JOINING_CLOSED")
            snapshot = await self.coordinator.next_snapshot()

    async def _join(self, invite_token: str) -> dict[str, Any]:
        return await self.coordinator.join(lambda: self._introduction(invite_token), self._say_asked)

    def _introduction(self, invite_token: str) -> dict[str, Any]:
        client, identity = self.client, self.identity
        return {
            "federationId": identity.federation_id,
            "inviteToken": invite_token,
            "name": identity.name,
            "resumeToken": identity.resume_token,
            "modelSha256": fingerprint(client.config["model"]),
            "figures": identity.figures,
            "device": None if self.hidden else device_words(self.ranks),
            "samples": self._told_counts(),
            "identity": encode_bytes(identity_key(decode_bytes(identity.secret_key))) if self._is_secure else None,
            "sees": "own",
            **({} if identity.rank is None else {"rank": identity.rank}),
            **({} if self.finished else {"isNew": True}),
        }

    def _say_asked(self) -> None:
        if not self.is_asked:
            self.say("Waits for the organiser to admit this client.")
        self.is_asked = True

    def _why_out(self, snapshot: dict[str, Any] | None) -> str | None:
        """Why this client takes part no more although its federation goes on; None where it does."""
        me = snapshot["clients"].get(self.coordinator.client_id) if snapshot else None
        if me is not None and me["status"] == "left":
            return str(me["note"] or "This client is no longer part of the federation")
        return self.coordinator.replaced

    def _is_wanted(self, number: int) -> bool:
        """Whether the coordinator, as far as is known, waits for this client in that round."""
        snapshot = self.coordinator.snapshot
        if snapshot is None or snapshot["phase"] in ENDED or self._why_out(snapshot) or self.coordinator.is_refused:
            return False
        opened = snapshot["openRound"]
        is_open = opened and opened["round"] == number and self.coordinator.client_id in opened["participants"]
        return bool(is_open or self._may_be_late(snapshot, number) or self._is_catching_up(number))

    def _is_catching_up(self, number: int) -> bool:
        """Whether it learns alone now, outside of any round, by the first round's plan; nothing is sent but that it is done."""
        listed = (self.coordinator.snapshot or {}).get("catchingUp", ())
        return self.coordinator.client_id in listed and number == self.plans["rounds"][0]["round"]

    def _may_be_late(self, snapshot: dict[str, Any], number: int) -> bool:
        """Whether that round, which is over, still takes an answer: by the open one, or perhaps the next while none is open."""
        opened = snapshot["openRound"]
        if "late" not in self.client.config:
            return False
        return opened is None or number in (opened.get("stillTaken") or {}).get(self.coordinator.client_id, [])

    async def _start(self) -> Held:
        """What this client holds: from its last round, or what everyone starts from."""
        config = self.client.config
        if self.finished:
            self.say(f"Goes on after round {self.finished.round}.")
            return self.finished.held
        if config["initialAdapter"] is None:
            initial = initial_adapter(self.client.layout, config["seed"])
        else:
            tensors = load(await self.coordinator.adapter_file("initial"))
            initial = {key: tensors[key] for key in self.client.layout}
        return Held(initial, initial)

    async def _act(self, snapshot: dict[str, Any], start: Held) -> None:
        """Work on the open round, or send what is done of it; a round that has moved on is left alone."""
        opened, me = snapshot["openRound"], self.coordinator.client_id
        await self._give_late(snapshot)
        if self._is_put_off:
            return
        if snapshot["phase"] == "exchanging" and (counting := self._counting(snapshot)):
            await self._answer_step(snapshot, counting, counting["round"], self._statistics)
            return
        first = self.plans["rounds"][0]["round"]
        if snapshot["phase"] not in (*ENDED, "paused") and self._is_catching_up(first):
            await self._catch_up(first, start)
            return
        if not opened or me not in opened["participants"]:
            return
        # Who has no result of the round is not waited for.
        if snapshot["phase"] == "exchanging" and self.finished and self.finished.round == opened["round"]:
            await self._answer_step(snapshot, opened["exchange"], opened["round"], self._shared)
        if snapshot["phase"] != "collecting":
            return
        if me not in opened["submitted"]:
            await self._answer(opened, start)

    async def _catch_up(self, first: int, start: Held) -> None:
        """Say once that the first round is done: what was made of it, but not in time, is as good."""
        done = self.finished if self.finished and self.finished.round == first else None
        if done is None or not done.submitted:
            await self._answer({"round": first, "attempt": done.attempt if done else 1}, start)

    async def _answer(self, asked: dict[str, Any], start: Held) -> None:
        number = asked["round"]
        try:
            if self.finished is None or self.finished.round != number:
                await self._work(asked, start)
            await self._send(asked["attempt"])
        except UnwantedError:
            self.say(f"Round {number} is over for this client, and its training ends here.")
        except Failure as failure:
            self._leave_alone(failure, f"Round {number}")

    def _leave_alone(self, failure: Failure, what: str) -> None:
        """Try again with a later snapshot, if that is still wanted then. Raises what is for good."""
        if not failure.is_left_alone:
            raise failure
        wait = failure.wait_seconds()
        self.again_at = time.monotonic() + (wait or 0)
        self.say(f"{what}: {failure.sentence}{'' if wait is None else f' {asks_again(wait)}'}")

    @property
    def _is_put_off(self) -> bool:
        """Whether the coordinator has said that this client shall ask later."""
        return time.monotonic() < self.again_at

    async def _give_late(self, snapshot: dict[str, Any]) -> None:
        """Send what is done of a round that is over and still takes it."""
        finished, opened = self.finished, snapshot["openRound"]
        if self._is_put_off or finished is None or finished.submitted or not opened or opened["round"] == finished.round:
            return
        if snapshot["phase"] != "collecting" or not self._may_be_late(snapshot, finished.round):
            return
        try:
            await self._send(finished.attempt)
            self.say(f"Round {finished.round}: its answer came late, and counts for less.")
        except Failure as failure:
            self._leave_alone(failure, f"Round {finished.round}")

    async def _work(self, asked: dict[str, Any], start: Held) -> None:
        number, attempt = asked["round"], asked["attempt"]
        entry = next(entry for entry in self.plans["rounds"] if entry["round"] == number)
        is_first = self.finished is None
        share = asked.get("shares", {}).get(self.coordinator.client_id, 1)
        warmup_steps = self.client.config["training"]["warmupSteps"]
        planned = {**entry["plan"], "upload": None} if self._is_catching_up(number) else entry["plan"]
        plan = plan_for_share(planned, share, warmup_steps)
        self.say(f"Round {number} ({plan['stage']}) …")
        received = await self.coordinator.fetch_adapter(number) if plan["receive"] else None
        held = self.finished.held if self.finished else start
        loop = asyncio.get_running_loop()

        def progress(where: dict[str, Any]) -> None:
            nothing = {"slot": None, "step": 0, "steps": 0, "loss": None, "tokensPerSecond": 0}
            shown = {"activity": where["activity"]} if self.hidden else where
            loop.call_soon_threadsafe(self.coordinator.tell, {"round": number, **nothing, **shown})

        # In a thread: the connection stays alive meanwhile.
        working = asyncio.to_thread(run_round, self.client, held, number, plan, received, is_first, progress)
        outcome = await self._while_wanted(number, working)
        self.finished = Finished(number, attempt, False, outcome.held, outcome.upload, outcome.metrics)
        self.state.save_finished(self.finished)
        self.trainings.forget()

    async def _while_wanted(self, number: int, working: Coroutine[Any, Any, RoundOutcome]) -> RoundOutcome:
        """What it comes to. Ended with UnwantedError once nobody waits for it, not kept from the end of a long training."""
        self.unwanted.clear()
        task = asyncio.create_task(working)
        while not (await asyncio.wait([task], timeout=LOOK_SECONDS))[0]:
            if not self._is_wanted(number):
                self.unwanted.set()
        return task.result()

    async def _send(self, attempt: int) -> None:
        if self.finished is None:
            return
        metrics = NO_METRICS if self.hidden else self.finished.metrics
        # What is summed securely never leaves by itself, nor does what was learned alone outside of a round.
        is_unsent = self._is_secure or self._is_catching_up(self.finished.round)
        upload = None if is_unsent else self.finished.upload
        await self.coordinator.submit(self.finished.round, upload, metrics)
        self.finished = replace(self.finished, attempt=attempt, submitted=True)
        self.state.save_submitted(self.finished.round, attempt)

    def _counting(self, snapshot: dict[str, Any]) -> dict[str, Any] | None:
        """The sum of what rows are like, where this client answers it.

        None that was not agreed on, none once there is one or once it has trained, and none by another name than the first
        round's, under which a client reveals once: the difference of two sums can be one client's counts.
        """
        told = snapshot.get("statistics")
        if "statistics" not in self.client.config or not told or told["made"] is not None or self.finished is not None:
            return None
        exchange: dict[str, Any] | None = told["exchange"]
        return exchange if exchange and exchange["round"] == self.plans["rounds"][0]["round"] else None

    async def _answer_step(
        self, snapshot: dict[str, Any], exchange: dict[str, Any], number: int, summand: Callable[[int], Summand]
    ) -> None:
        """Answer a step of a secure sum, once."""
        me = self.coordinator.client_id
        key = {"round": number, "attempt": exchange["attempt"], "step": exchange["step"]}
        is_asked = me in exchange["asked"] and me not in exchange["answered"] and key != self.summing
        if not is_asked or me is None:
            return
        self.summing = key
        try:
            pins = pinned(self.state.pins(), snapshot["clients"])
            self.state.save_pins(pins)
            content = await self.coordinator.fetch_for_sum(key)
            asked = SumStep(me, number, exchange["attempt"], exchange["step"])
            keys = SumKeys(self.identity.secret_key, pins)
            kept, keep = self.state.sum(), self.state.save_sum
            answered = await asyncio.to_thread(answer, asked, summand(number), keys, content, kept, keep)
            await self.coordinator.answer_sum(key, answered)
        except SumRefused as refused:
            self.say(f"This client takes no part in the sum of round {number}: {refused}")
        except Failure as failure:
            self.summing = None
            self._leave_alone(failure, f"Sum of round {number}")

    def _shared(self, number: int) -> Summand:
        finished = self.finished
        if finished is None:
            raise Failure(f"There is nothing of round {number} to sum.")
        place = [entry["round"] for entry in self.plans["rounds"]].index(number)
        sums = self.plans["sums"]
        shared = SharedRound(finished.upload or b"", finished.metrics, self._counts())
        return round_summand(self.identity.federation_id, sums["weighting"], sums["layouts"][place], shared)

    def _statistics(self, _: int) -> Summand:
        labels = len(self.client.config["task"]["labels"])
        own = statistics_of(self.client.train_rows, labels)
        return statistics_summand(self.identity.federation_id, self.plans["sums"]["statistics"], own)

    def _counts(self) -> dict[str, int]:
        client = self.client
        return {"train": len(client.train_rows), "fusion": len(client.fusion_rows), "test": len(client.test_rows)}

    def _told_counts(self) -> dict[str, int | None]:
        """As much as this client tells: where updates are not summed securely they are weighed by the training rows."""
        counts: dict[str, int | None] = {**self._counts()}
        if not self.hidden:
            return counts
        return {"train": None if self._is_secure else counts["train"], "fusion": None, "test": None}

    @property
    def _is_secure(self) -> bool:
        return bool(self.client.config["aggregation"] == "secure")

    def _end(self, snapshot: dict[str, Any], out: Path) -> int:
        if self.finished is None:
            raise Failure(
                f"The federation has ended ({snapshot['phase']}) before this client had finished a round: "
                "there is no adapter to write. Ask the organiser for a new link."
            )
        folders = write_adapters(out, self.finished.held, self.client.config)
        metrics = self.finished.metrics
        accuracy = {"alone": metrics.get("alone", {}).get("accuracy"), **metrics["accuracy"]}
        figures = ", ".join(f"{kind} {value:.3f}" for kind, value in accuracy.items() if value is not None)
        self.say(f"Accuracy on this client's test rows: {figures}")
        against = alone_against_served(metrics)
        if against is not None and against.is_better:
            self.say(better_alone_words(against, out / "alone"))
        self.say(f"{snapshot['phase'].capitalize()}. Adapters: {', '.join(map(str, folders))}")
        return 0 if snapshot["phase"] == "finished" else 1


def better_alone_words(against: AloneAgainstServed, folder: Path) -> str:
    """What a client is told that would have been better off alone."""
    return (
        f"This client would have been better off alone: that got {against.alone} of {against.test_rows} test rows right, "
        f"what it serves {against.served}, and chance does not explain it. What it learned alone is in {folder}."
    )


def device_words(ranks: Ranks) -> dict[str, Any] | None:
    """Where this client computes, as the coordinator is told. The protocol has no word for CUDA: nothing is told then."""
    if ranks.device.type != "cpu":
        return None
    runtime = f"Python {platform.python_version()}, PyTorch {torch.__version__}"
    return {
        "backend": "cpu",
        "threads": min(1024, torch.get_num_threads() * ranks.size),
        "reason": "PyTorch found no GPU.",
        "description": runtime if ranks.size == 1 else f"Cluster of {ranks.size}: {runtime}",
    }


def default_name() -> str:
    """How the others see a client that chose no name."""
    return f"python {os.getpid()}"
