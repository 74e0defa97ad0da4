"""`python -m duet_client join INVITE --data FILE --input COLUMN --label COLUMN`, alone or under torchrun."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

from duet_client.base_files import base_folder
from duet_client.client_rows import ClientRows, read_client_rows
from duet_client.coordinator import Coordinator
from duet_client.describe import DESCRIPTION_FILE, describe, write_description
from duet_client.failure import Failure, as_failure
from duet_client.invite import read_invite
from duet_client.own_rank import checked_rank, with_rank
from duet_client.ranks import Ranks
from duet_client.refusals import refusal
from duet_client.session import Session, default_name
from duet_client.state import Identity, StateFolder
from duet_client.team import prepare


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and end this process: 0 once all is finished and the adapters are written, 1 where it failed."""
    options = _parser().parse_args(arguments)
    if options.command == "describe":
        sys.exit(_describe(options))
    ranks = Ranks()
    ranks.leave(_join(options, ranks))


def _describe(options: argparse.Namespace) -> int:
    """Write a base's description; the exit code."""
    targets = options.target_modules and [name.strip() for name in options.target_modules.split(",")]
    try:
        description = describe(options.base, targets, options.family, options.pooling)
        write_description(description, options.out or options.base / DESCRIPTION_FILE, _say)
    except Failure as failure:
        _say(failure.told)
        return 1
    return 0


INTERRUPTED = 130


def _join(options: argparse.Namespace, ranks: Ranks) -> int:
    """Take part as this rank does; the exit code."""
    for name in (signal.SIGINT, signal.SIGTERM):
        # The others wait in calls of C, where nothing of Python's is run.
        signal.signal(name, _interrupted if ranks.leads else signal.SIG_DFL)
    try:
        return asyncio.run(_lead(options, ranks)) if ranks.leads else _follow(options, ranks)
    except Exception as error:
        failure = as_failure(error)
        if failure.code == "UNEXPECTED":
            traceback.print_exc()
        _say(failure.told)
    return 1


def _interrupted(*_: object) -> NoReturn:
    """At once, also in the middle of a training: what the state folder has is whole at any time."""
    _say("Interrupted. The state is kept: the same command goes on as the same client.")
    os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("duet_client", description="Takes part in a federation. Rows never leave this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    about = commands.add_parser("describe", help="describe a base of any architecture, so that a federation can be created on it")
    about.add_argument("base", type=Path, help="the folder with config.json, tokenizer.json and safetensors")
    about.add_argument("--target-modules", metavar="NAMES", help="a,b,c: only these modules (every linear one unless given)")
    about.add_argument(
        "--family", choices=("causal-lm", "encoder"), help="as what transformers loads it (by its config.json unless given)"
    )
    about.add_argument(
        "--pooling", choices=("mean", "cls"), default="mean", help="what makes the vector of a text, of an encoder"
    )
    about.add_argument("--out", type=Path, help=f"the file ({DESCRIPTION_FILE} beside the base's files unless given)")
    join = commands.add_parser("join", help="take part in a federation")
    join.add_argument("invite", help="the invite link, in quotes")
    join.add_argument(
        "--data",
        type=Path,
        required=True,
        help="CSV, TSV or JSON Lines, UTF-8: one file for all ranks, or each one's own (rows-{rank}.csv)",
    )
    join.add_argument("--input", required=True, help="the column with the text")
    join.add_argument("--label", required=True, help="the column with the label")
    join.add_argument(
        "--rank",
        type=int,
        help="of its adapters, in a federation where clients may have fewer ranks than others (all of them unless given)",
    )
    join.add_argument("--model", type=Path, help="the folder with the base model's files, where nobody serves them")
    join.add_argument(
        "--shard-base",
        action="store_true",
        help="spread the base's layers over the ranks (FSDP), for a base that fits no single GPU",
    )
    join.add_argument("--name", help='how the others see this client ("python" and a number unless given)')
    join.add_argument(
        "--figures",
        choices=("everybody", "organiser", "nobody"),
        help="who sees its figures (nobody in secure sums, else everybody)",
    )
    join.add_argument("--state", type=Path, help="what it must not forget ($DUET_STATE, or ~/.local/state/duet-python)")
    join.add_argument("--out", type=Path, default=Path("duet-adapters"), help="where the adapters go, as PEFT files")
    return parser


async def _lead(options: argparse.Namespace, ranks: Ranks) -> int:
    """Talk to the coordinator. Whatever happens, the other ranks end, too."""
    try:
        return await _take_part(options, ranks)
    finally:
        # In the middle of something they find this one gone. Where one of them is, that was told.
        if not ranks.is_at_work:
            with contextlib.suppress(Failure):
                ranks.broadcast(None)


async def _take_part(options: argparse.Namespace, ranks: Ranks) -> int:
    invite = read_invite(options.invite)
    state = StateFolder(_root(options), invite.federation_id)
    identity = state.identity()
    async with Coordinator(invite.url, invite.federation_id, _say) as coordinator:
        snapshot = await _look_on(coordinator, invite.token, identity)
        config, plans = snapshot["config"], await coordinator.plans()
        if (reason := refusal(config, plans)) is not None:
            raise Failure(reason)
        rank = identity.rank if identity else checked_rank(config, options.rank)
        own = with_rank(config, rank)
        with ranks.at_work():
            ranks.broadcast(own)
            rows = await asyncio.to_thread(_rows, options, own, ranks)
        base = await base_folder(config["model"], _root(options) / "models", coordinator, options.model)
        _say(f'"{config["name"]}": {len(rows.split.train)} rows to train on, {len(rows.split.test)} to measure with.')
        is_sharded = options.shard_base and ranks.size > 1
        trainings, unwanted = state.trainings(_say), threading.Event()
        with ranks.at_work():
            ranks.broadcast(base)
            client = await asyncio.to_thread(
                prepare, own, base, rows, ranks, trainings, is_sharded=is_sharded, is_unwanted=unwanted.is_set
            )
        identity = identity or Identity.new(
            invite.federation_id, options.name or default_name(), options.figures or _least_figures(config), rank
        )
        state.save_identity(identity)
        session = Session(coordinator, client, plans, state, trainings, identity, ranks, unwanted, _say)
        return await session.run(invite.token, options.out)


def _follow(options: argparse.Namespace, ranks: Ranks) -> int:
    """Do this rank's part of everything, with the rows that it has."""
    config = ranks.broadcast(None)
    if config is None:
        return 1
    rows = _rows(options, config, ranks)
    base = ranks.broadcast(None)
    if base is None:
        return 1
    prepare(config, base, rows, ranks, is_sharded=options.shard_base).follow()
    return 0


def _rows(options: argparse.Namespace, config: dict[str, Any], ranks: Ranks) -> ClientRows:
    # The invite is what all ranks were started with, and none of them sends to another.
    secret = read_invite(options.invite).token
    return read_client_rows(options.data, (options.input, options.label), config, ranks, secret)


async def _look_on(coordinator: Coordinator, invite_token: str, identity: Identity | None) -> dict[str, Any]:
    """A client's own token stays good when its link is replaced."""
    if identity is None:
        return await coordinator.watch(invite_token)
    try:
        return await coordinator.watch(identity.resume_token)
    except Failure as failure:
        if failure.is_transient:
            raise
        return await coordinator.watch(invite_token)


def _least_figures(config: dict[str, Any]) -> str:
    """What a client shows that has not chosen."""
    return "nobody" if config["aggregation"] == "secure" else "everybody"


def _root(options: argparse.Namespace) -> Path:
    default = os.environ.get("DUET_STATE") or Path.home() / ".local" / "state" / "duet-python"
    return Path(options.state or default)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
