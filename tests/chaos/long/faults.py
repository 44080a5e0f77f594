"""What a fault is, and the list of all kinds."""
from dataclasses import dataclass
from typing import Callable

# Lanes run side by side; within one, a fault begins when all is well after the one before.
WRITER, READER, ENGINE, SIDE = "writer", "reader", "engine", "side"


@dataclass
class Kind:
    name: str
    lane: str
    strike: Callable  # strike(world, dice) -> (moment from which recovery counts, what was done)
    share: float      # How many of a campaign, relative to the others.
    most: int         # At most so many, 0: no bound. For what takes long.
    exclusive: bool   # No other lane may be at work.
    quick: bool       # It is over when a write is acknowledged; the way of events is not waited for.


KINDS = {}


def kind(name, lane, share=1.0, most=0, exclusive=False, quick=False):
    """Registers a function as a kind of fault."""
    def register(strike):
        assert name not in KINDS, name
        KINDS[name] = Kind(name, lane, strike, share, most, exclusive, quick)
        return strike
    return register


class NotStruck(Exception):
    """The fault was asked for and nothing passed there in time. Counted, and not as a fault."""
