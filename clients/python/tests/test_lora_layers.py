"""PEFT's layers around a base's modules compute with what is active, and with nothing else."""

import copy
import gc
import weakref

import pytest
import torch
from described import EXPERTS
from peft.tuners.lora import LoraLayer
from plain_lora import add_lora
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

from duet_client.base_model import ActiveAdapter
from duet_client.linear_modules import linear_modules
from duet_client.lora_layers import LoraLayers

IN, MIDDLE, OUT, SCALE = 6, 5, 4, 0.75


class Base(nn.Module):
    """Two modules, of which the first has its weight the other way round, as GPT-2's."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Conv1D(MIDDLE, IN), nn.Linear(MIDDLE, OUT)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x))


@pytest.fixture
def base() -> Base:
    torch.manual_seed(1)
    return Base().eval().requires_grad_(False)


def factors_of(rank: int, module: str, sizes: tuple[int, int]) -> dict[str, torch.Tensor]:
    into, out = sizes
    made = {"A": torch.randn(rank, into), "B": torch.randn(out, rank)}
    return {f"{module}.lora_{name}.weight": values.requires_grad_() for name, values in made.items()}


X = torch.randn(3, IN, generator=torch.Generator().manual_seed(2))


def by_hand(base: Base, factors: dict[str, torch.Tensor], dropout: float = 0) -> torch.Tensor:
    """The same, with weights that no library has had."""

    def update(module: str, x: torch.Tensor) -> torch.Tensor:
        if f"{module}.lora_A.weight" not in factors:
            return torch.zeros(())
        kept = functional.dropout(x, dropout)
        return SCALE * kept @ factors[f"{module}.lora_A.weight"].T @ factors[f"{module}.lora_B.weight"].T

    weights = dict(base.named_parameters())
    middle = X @ weights["first.weight"] + weights["first.bias"] + update("first", X)
    return middle @ weights["second.weight"].T + weights["second.bias"] + update("second", middle)


@pytest.mark.parametrize("rank", [1, 3])
@pytest.mark.parametrize("modules", [("first",), ("second",), ("first", "second")])
@pytest.mark.parametrize("dropout", [0, 0.4])
def test_outputs_and_gradients_are_those_of_the_equation(base: Base, rank: int, modules: tuple[str, ...], dropout: float) -> None:
    """Of any rank, in some modules or all, dropping as it is told though the base drops nothing."""
    untouched = base(X)
    sizes = {"first": (IN, MIDDLE), "second": (MIDDLE, OUT)}
    factors = {key: values for name in modules for key, values in factors_of(rank, name, sizes[name]).items()}
    torch.manual_seed(7)
    wanted = by_hand(base, factors, dropout)
    gradients = torch.autograd.grad(wanted.square().sum(), list(factors.values()))
    layers = LoraLayers(base, ["first", "second"])
    assert all(isinstance(layer, LoraLayer) for layer in (base.first, base.second))
    torch.manual_seed(7)
    with layers.active(ActiveAdapter(factors, SCALE, dropout)):
        found = base(X)
    assert torch.allclose(found, wanted, atol=1e-6)
    for ours, theirs in zip(torch.autograd.grad(found.square().sum(), list(factors.values())), gradients, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    with layers.active(None):
        assert base(X).equal(untouched)
    assert base(X).equal(untouched)


def test_nothing_of_an_adapter_stays_and_the_base_has_no_other_parameters(base: Base) -> None:
    before = [parameter.shape for parameter in base.parameters()]
    layers = LoraLayers(base, ["first", "second"])
    factors = factors_of(2, "first", (IN, MIDDLE))
    held = [weakref.ref(values) for values in factors.values()]
    with layers.active(ActiveAdapter(factors, SCALE)):
        base(X).sum().backward()
    del factors
    gc.collect()
    assert [values() for values in held] == [None, None]
    assert [parameter.shape for parameter in base.parameters()] == before
    assert not any(parameter.requires_grad for parameter in base.parameters())


def test_nothing_stays_active_of_an_adapter_that_lacks_a_factor(base: Base) -> None:
    untouched = base(X)
    layers = LoraLayers(base, ["first", "second"])
    factors = factors_of(2, "first", (IN, MIDDLE)) | factors_of(2, "second", (MIDDLE, OUT))
    del factors["second.lora_B.weight"]
    with pytest.raises(KeyError), layers.active(ActiveAdapter(factors, SCALE)):
        pass
    assert base(X).equal(untouched)


@pytest.mark.parametrize("kind", EXPERTS)
def test_modules_beside_experts_are_adapted_as_they_are_called(kind: str) -> None:
    """PEFT takes these names for the experts' parameters, as earlier versions of transformers had them."""
    torch.manual_seed(3)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **EXPERTS[kind])).eval().requires_grad_(False)
    plain = copy.deepcopy(model)
    linears = linear_modules(model)
    names = [linear.name for linear in linears]
    assert any("shared_expert" in name for name in names)
    layers = LoraLayers(model, names)
    assert [name for name, module in model.named_modules() if isinstance(module, LoraLayer)] == names
    factors: dict[str, torch.Tensor] = {}
    for linear in linears:
        factors |= factors_of(2, linear.name, (linear.in_features, linear.out_features))
    add_lora(plain, factors, SCALE)
    tokens = torch.tensor([[5, 17, 80, 9]])
    with torch.no_grad(), layers.active(ActiveAdapter(factors, SCALE)):
        assert torch.allclose(model(input_ids=tokens).logits, plain(input_ids=tokens).logits, rtol=1e-4, atol=1e-5)


def test_only_the_modules_of_these_very_names_are_adapted() -> None:
    """Not others that end as they do, as PEFT takes a list of names."""
    model = nn.ModuleDict({"q": nn.Linear(2, 2), "deep": nn.ModuleDict({"q": nn.Linear(2, 2)})})
    LoraLayers(model, ["q"])
    assert isinstance(model["q"], LoraLayer)
    assert not isinstance(model["deep"]["q"], LoraLayer)
