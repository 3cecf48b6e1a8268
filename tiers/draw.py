"""随机抽查 that anybody can do again: sort the pool, order it by sha256(seed + number), take the first ones."""

import hashlib
from collections.abc import Iterable


def pool_of(numbers: Iterable[str]) -> list[str]:
    """Each application number once, in the order of its text."""
    return sorted(set(numbers))


def pool_sha256(numbers: Iterable[str]) -> str:
    """Fingerprint of the pool: the sorted numbers, one a line, hashed."""
    return _sha256("\n".join(pool_of(numbers)))


def draw(numbers: Iterable[str], *, seed: str, size: int) -> list[str]:
    """The first `size` numbers by sha256(seed + number). Pure: the same arguments give the same result."""
    return sorted(pool_of(numbers), key=lambda number: (_sha256(seed + number), number))[:size]


def holds(*, seed: str, pool: list[str], pool_hash: str, size: int, drawn: list[str]) -> bool:
    """Does a published draw come out the same when it is done again?"""
    return pool_sha256(pool) == pool_hash and draw(pool, seed=seed, size=size) == drawn


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
