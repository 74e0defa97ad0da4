"""Flower's server and its clients, as processes that talk over localhost: `server.py FOLDER` writes FOLDER/flower.json."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from federation import Federation, parameters
from flwr.common import ndarrays_to_parameters
from flwr.server import ServerConfig, start_server
from flwr.server.strategy import FedAvg


class Measured(FedAvg):
    """FedAvg as it comes, which also notes bytes, losses and accuracies of every round."""

    def __init__(self, started: float, **options) -> None:
        super().__init__(**options)
        self.started = started
        self.rounds: list[dict] = []

    def configure_fit(self, server_round, parameters, client_manager):
        asked = super().configure_fit(server_round, parameters, client_manager)
        self.rounds.append({"round": server_round, "bytesDown": sum(size_of(request.parameters) for _, request in asked)})
        return asked

    def aggregate_fit(self, server_round, results, failures):
        if failures:
            raise RuntimeError(f"{len(failures)} clients failed in round {server_round}: {failures[0]}")
        ordered = sorted((answer for _, answer in results), key=lambda answer: answer.metrics["index"])
        self.rounds[-1]["bytesUp"] = sum(size_of(answer.parameters) for answer in ordered)
        self.rounds[-1]["losses"] = [answer.metrics["loss"] for answer in ordered]
        return super().aggregate_fit(server_round, results, failures)

    def aggregate_evaluate(self, server_round, results, failures):
        ordered = sorted((answer for _, answer in results), key=lambda answer: answer.metrics["index"])
        self.rounds[-1]["seconds"] = time.monotonic() - self.started
        self.rounds[-1]["accuracies"] = [answer.metrics["accuracy"] for answer in ordered]
        return super().aggregate_evaluate(server_round, results, failures)


def size_of(values) -> int:
    """Bytes of the serialised tensors, without the message around them."""
    return sum(len(tensor) for tensor in values.tensors)


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def main(folder: str) -> None:
    started = time.monotonic()
    federation = Federation(folder)
    count = federation.settings["clients"]
    address = free_address()
    script = Path(__file__).with_name("client.py")
    clients = [subprocess.Popen([sys.executable, script, folder, str(index), address]) for index in range(count)]
    strategy = Measured(
        started,
        min_fit_clients=count,
        min_evaluate_clients=count,
        min_available_clients=count,
        initial_parameters=ndarrays_to_parameters(parameters(federation.model())),
        on_fit_config_fn=lambda server_round: {"round": server_round},
    )
    try:
        start_server(server_address=address, config=ServerConfig(num_rounds=federation.settings["rounds"]), strategy=strategy)
    finally:
        for client in clients:
            client.terminate()
    Path(folder, "flower.json").write_text(json.dumps(strategy.rounds))


if __name__ == "__main__":
    main(sys.argv[1])
