"""Pretrains a small English decoder from packaged text: `python3 -m research.pretrain --help`."""
