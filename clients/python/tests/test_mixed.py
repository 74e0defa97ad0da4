"""How adapters are mixed and filled up: the cases of `lora-core/fusion/mix.test.ts`, and ranks."""

import pytest
import torch

from duet_client.adapter import PROTOTYPES, of_rank, padded
from duet_client.run_round import Held, mixed

FACTORS = ("layer.lora_A.weight", "layer.lora_B.weight")


def _adapter(value: float) -> dict[str, torch.Tensor]:
    return {**{key: torch.full((1, 1), value) for key in FACTORS}, PROTOTYPES: torch.full((1, 1), value)}


@pytest.mark.parametrize("kind", ["factor", "product"])
@pytest.mark.parametrize(
    ("weights", "label"),
    [((0, 0), 5), ((0.5, 0.5), 5), ((1.5, 1.5), 5), ((0.75, 0.25), 6.5), ((0, 0.3), 2), ((-0.5, 0.25), 5)],
)
def test_prototypes_are_an_average_whatever_scale_the_factors_have(kind: str, weights: tuple[float, float], label: float) -> None:
    made = mixed(Held(personal=_adapter(8), shared=_adapter(2)), weights, kind)
    assert made[PROTOTYPES].item() == pytest.approx(label)


def test_an_adapter_of_fewer_ranks_has_zeros_behind_them() -> None:
    own = {FACTORS[0]: torch.tensor([[1.0, 2.0]]), FACTORS[1]: torch.tensor([[3.0], [4.0]]), PROTOTYPES: torch.ones((1, 3))}
    whole = padded(own, 2)
    assert whole[FACTORS[0]].tolist() == [[1, 2], [0, 0]]
    assert whole[FACTORS[1]].tolist() == [[3, 0], [4, 0]]
    assert whole[PROTOTYPES].equal(own[PROTOTYPES])
    assert of_rank({"rank": 8, "alpha": 16, "dropout": 0}, 4) == {"rank": 4, "alpha": 8, "dropout": 0}
