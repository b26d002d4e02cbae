"""Random state: counter-based, so that equal seeds give equal numbers on every device.

A draw is identified by (seed, number of draws before it); the bits of its elements are
Threefry-2x32-20 of the element's index under that key. Nothing depends on threads or tiling,
and a dropout mask can be recomputed instead of stored.
Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import os
import threading

__all__ = ["DrawKey", "Generator", "default_generator"]

MASK = 0xFFFFFFFF


class DrawKey(int):
    """One 32-bit word of a draw's key, with where it came from: a captured program gives each
    replay new ones."""

    generator: Generator
    draw: int
    word: int


class Generator:
    """A stream of random numbers: `manual_seed`, `seed`, `initial_seed`, `get_state`, `set_state`.

    >>> import flambeau
    >>> g = flambeau.Generator().manual_seed(7)
    >>> flambeau.equal(flambeau.rand(3, generator=g), flambeau.rand(3, generator=g.manual_seed(7)))
    True
    """

    def __init__(self, device: object = "cpu") -> None:
        self._device = device
        self._seed = 67280421310721  # PyTorch's default seed
        self._draws = 0
        self._lock = threading.Lock()

    @property
    def device(self) -> object:
        return self._device

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream of `seed` (any integer of 64 bits, negative ones wrap)."""
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError(
                f"manual_seed: given {seed}; required: an integer of 64 bits; try seed % 2**63"
            )
        self._seed = seed % 2**64
        self._draws = 0
        return self

    def seed(self) -> int:
        """Seed from the operating system's randomness and return that seed."""
        value = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(value)
        return value

    def initial_seed(self) -> int:
        """The seed the stream was started with."""
        return self._seed

    def next_key(self) -> tuple[DrawKey, DrawKey]:
        """The key words of the next draw."""
        with self._lock:
            draw = self._draws
            self._draws = draw + 1
        return self.key_of(draw)

    def key_of(self, draw: int) -> tuple[DrawKey, DrawKey]:
        """The key words of draw number `draw`: distinct for 2**64 draws of one seed."""
        low, high = self._seed & MASK, self._seed >> 32
        # the seed's high word and the draw's high word are mixed by odd multipliers
        word0 = (low ^ (draw >> 32) * 0x9E3779B1) & MASK
        word1 = (high * 0x85EBCA6B + (draw & MASK)) & MASK
        keys = (DrawKey(word0), DrawKey(word1))
        for word, key in enumerate(keys):
            key.generator, key.draw, key.word = self, draw, word
        return keys

    def position(self) -> tuple[int, int]:
        """(seed, draws so far)."""
        return self._seed, self._draws

    def set_position(self, seed: int, draws: int) -> None:
        """Continue at a position that `position` gave."""
        self._seed, self._draws = seed, draws

    def __getstate__(self) -> tuple:
        return (self._device, self._seed, self._draws)

    def __setstate__(self, state: tuple) -> None:
        self._device, self._seed, self._draws = state
        self._lock = threading.Lock()


default_generator = Generator()
default_generator.seed()  # as in PyTorch, programs that set no seed differ from run to run
