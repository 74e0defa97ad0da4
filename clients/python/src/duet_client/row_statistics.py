"""What a client's rows are like, for one secure sum before the first round; as `federation/statisticsVector.ts`."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from duet_client.outlines import Outline
from duet_client.secure_aggregation.attempt import Layout
from duet_client.secure_aggregation.vectors import Values

LENGTH_BINS = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024)
"""The most tokens of a row in each bin but the last, which has all longer ones."""
NATS = 10
"""The most integers in a nat times a row."""
MAX_ROWS = 1_000_000


@dataclass(frozen=True)
class RowStatistics:
    """Counts of training rows."""

    rows: int
    labels: Sequence[int]
    lengths: Sequence[int]
    present: int
    """Labels with a row."""
    label_nats: float
    """Rows times the entropy of their labels."""


def statistics_of(rows: Sequence[Outline], labels: int) -> RowStatistics:
    """Count rows of a task with so many labels."""
    counts, lengths = [0] * labels, [0] * (len(LENGTH_BINS) + 1)
    for row in rows:
        counts[row.label] += 1
        lengths[bisect_left(LENGTH_BINS, row.tokens)] += 1
    entropy = -sum(count / len(rows) * math.log(count / len(rows)) for count in counts if count)
    return RowStatistics(len(rows), counts, lengths, sum(count > 0 for count in counts), len(rows) * entropy)


def statistics_values(own: RowStatistics, layout: Layout) -> Values:
    """Values by group. A client with more rows than a sum holds counts as one with so many of the same mix."""
    group = {each["name"]: each for each in layout["groups"]}
    most_rows = group["rows"]["max"]
    if own.rows > most_rows:
        share = most_rows / own.rows
        labels, lengths = ([_rounded(share * count) for count in counts] for counts in (own.labels, own.lengths))
        own = replace(own, rows=most_rows, labels=labels, lengths=lengths, label_nats=share * own.label_nats)
    values = {
        "rows": [own.rows],
        "lengths": own.lengths,
        "labels": own.labels,
        "present": [own.present],
        "labelNats": [_rounded(_units_of_nat(layout, len(own.labels)) * own.label_nats)],
    }
    return {name: [min(each["max"], value) for value in values[name]] for name, each in group.items()}


def _units_of_nat(layout: Layout, labels: int) -> float:
    """Of so many clients that a million rows would not fit, a nat has fewer integers."""
    most = (2**32 - 1) // layout["clients"]
    return NATS if labels < 2 else min(NATS, most / (min(MAX_ROWS, most) * math.log(labels)))


def _rounded(value: float) -> int:
    """A half goes up, as in JavaScript."""
    return math.floor(value + 0.5)
