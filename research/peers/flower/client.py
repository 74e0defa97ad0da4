"""A Flower client in a process of its own: `client.py FOLDER INDEX ADDRESS`."""

import sys

import torch
from federation import Federation, parameters, set_parameters
from flwr.client import NumPyClient, start_client
from training import accuracy, train


class PeftClient(NumPyClient):
    def __init__(self, federation: Federation, index: int) -> None:
        self.settings = federation.settings
        self.data = federation.client(index)
        self.index = index
        self.model = federation.model()

    def fit(self, values, config):
        set_parameters(self.model, values)
        batches = self.data["batches"][int(config["round"]) - 1]
        loss = train(self.model, self.data["train"], batches, self.settings["training"])
        return parameters(self.model), len(self.data["train"]), {"index": self.index, "loss": loss}

    def evaluate(self, values, config):
        set_parameters(self.model, values)
        found = accuracy(self.model, self.data["test"], self.settings["labels"])
        return 0.0, len(self.data["test"]), {"index": self.index, "accuracy": found}


if __name__ == "__main__":
    folder, index, address = sys.argv[1:]
    torch.set_num_threads(1)
    start_client(server_address=address, client=PeftClient(Federation(folder), int(index)).to_client(), insecure=True)
