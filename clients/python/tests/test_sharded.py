"""A base whose layers are spread over two ranks trains and measures as a whole one does."""

from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
from conftest import Federation, client, ended
from ranks import STANDALONE, assert_same_training, base, trained

TINY = (base("duet-tiny"), "q_proj,v_proj,down_proj", "--shard")


@pytest.mark.parametrize("rows", [[], ["--own-rows"]])
def test_two_ranks_with_half_of_every_layer_train_what_one_trains(tmp_path: Path, rows: list[str]) -> None:
    """Also with rows of their own, of which one may have more to measure."""
    alone, both = (trained(tmp_path, [launch], *TINY, *rows) for launch in ([], STANDALONE))
    assert alone["spread"] == [0, 0]
    whole, here = both["spread"]
    assert whole > 0
    assert here == pytest.approx(whole / 2, rel=0.02)
    assert_same_training(alone, both)


def test_a_cluster_with_a_spread_base_takes_part(
    federation: Callable[..., Federation], run: Callable[[list[str]], Popen[str]], tmp_path: Path
) -> None:
    small = federation(base="duet-tiny", minClients=1, rounds=1, innerSteps=2, localSteps=2)
    code, words = ended(run([*client(small, 0, tmp_path, ranks=2), "--shard-base"]))
    assert code == 0, words
    snapshot = small.snapshot()
    assert snapshot["phase"] == "finished"
    assert snapshot["clients"][0]["device"]["description"].startswith("Cluster of 2: ")
