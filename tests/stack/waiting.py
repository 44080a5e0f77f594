"""Waiting for a condition, never for a time. The only place in the tests that pauses."""
import threading
import time

_NEVER = threading.Event()


class NotInTime(AssertionError):
    """The condition did not hold before the deadline."""


def wait_until(what, condition, seconds, every=0.1):
    """The first true answer of `condition`; NotInTime with `what` and the last answer otherwise.

    An OSError of the condition (a server that is away) counts as "not yet".
    """
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except OSError as error:
            last = error
        if time.monotonic() > deadline:
            raise NotInTime(f"not within {seconds} s: {what} (last: {last!r})")
        _NEVER.wait(every)
