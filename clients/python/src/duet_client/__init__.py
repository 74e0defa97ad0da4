"""A client of a Duet federation on PyTorch: one process, or the ranks of a torchrun."""

__version__ = "0.1.0"
