"""NGOpt on two fusion weights. Reads one value a line from stdin for every point it prints, then prints its recommendation."""

import sys

import nevergrad


def main(budget: int, bound: float, seed: int) -> None:
    # From (0, 0) within bounds, as LoraHub (arXiv 2307.13269) starts.
    weights = nevergrad.p.Array(init=[0.0, 0.0]).set_bounds(-bound, bound)
    weights.random_state.seed(seed)
    optimizer = nevergrad.optimizers.NGOpt(parametrization=weights, budget=budget)
    for _ in range(budget):
        candidate = optimizer.ask()
        print("try", *candidate.value, flush=True)
        optimizer.tell(candidate, float(sys.stdin.readline()))
    print("found", *optimizer.provide_recommendation().value, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
