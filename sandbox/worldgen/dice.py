"""Chance that falls the same on every machine: only `random()` of Python's generator is used, seeded with text."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, MutableSequence, Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Mix(dict[T, float]):
    """Things and how often each comes: any unit, not changed once made."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        super().__init__(weights)
        self.keys_ = tuple(weights)
        self.sums = tuple(accumulate(weights.values()))


class Dice:
    """One named stream of chance."""

    def __init__(self, *name: object) -> None:
        self.roll = Random("/".join(str(part) for part in name)).random

    def below(self, n: int) -> int:
        """A number from 0 to n-1."""
        return int(self.roll() * n)

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """True in this share (0-1) of all rolls."""
        return self.roll() < share

    def pick(self, things: Sequence[T]) -> T:
        """Any of them, all alike."""
        return things[self.below(len(things))]

    def weighted(self, mix: Mix[T]) -> T:
        """Any key, in proportion to its weight."""
        return mix.keys_[bisect(mix.sums, self.roll() * mix.sums[-1])]

    def shuffle(self, things: MutableSequence[T]) -> None:
        """Mix them in place."""
        for i in range(len(things) - 1, 0, -1):
            j = self.below(i + 1)
            things[i], things[j] = things[j], things[i]


def shares(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Share a whole number out by weights (largest remainders), so that small worlds keep the mix too."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    out = {key: int(value) for key, value in exact.items()}
    order = sorted(weights, key=lambda key: (out[key] - exact[key], key))
    for key in order[: total - sum(out.values())]:
        out[key] += 1
    return out
