"""Pretrains a small English decoder from packaged text: `python3 -m tools.pretrain --help`."""
