"""What is looked at all the time: positions of consumers, and the size of processes."""
import os
import threading
import time

from stack import SERVICES

EVERY_SECONDS = 2.0
CONSUMING = ("interaction", "campaign", "gateway")


class Positions(threading.Thread):
    """Writes every consumer's positions into a file, again and again, for I10."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.world, self.failures, self.last = world, 0, {}

    def run(self):
        began = time.monotonic()
        with open(self.world.file("positions.tsv"), "a", encoding="utf-8") as file:
            while not self.world.ended.wait(EVERY_SECONDS):
                for line in self.sample():
                    file.write("\t".join(line) + "\n")
                file.flush()
                sample_sizes(self.world, time.monotonic() - began)

    def sample(self):
        lines = []
        for service in CONSUMING:
            try:
                rows = self.world.stack.sql(service, "SELECT consumer, topic, part, next_offset FROM consumer_position")
            except (AssertionError, OSError):
                self.failures += 1  # PostgreSQL is away.
                continue
            lines += [[*row, self.permission(*row)] for row in rows]
        self.world.positions.looks += 1
        return lines

    def permission(self, consumer, topic, part, offset):
        """1 where it stands before where it stood, because somebody moved it."""
        place, now = (consumer, topic, int(part)), int(offset)
        before = self.last.get(place, now)
        self.last[place] = now
        return "1" if now < before and self.world.positions.take(*place, now) else "0"


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(line.split()[1] for line in status if line.startswith("VmRSS:"))


def sample_sizes(world, seconds):
    """Resident kB of each service that lives just now, to be looked at when I18 does not hold."""
    with open(world.file("sizes.tsv"), "a", encoding="utf-8") as file:
        for name in SERVICES:
            try:
                file.write(f"{seconds:.0f}\t{name}\t{world.pid(name)}\t{resident_kb(world.pid(name))}\n")
            except (OSError, StopIteration):
                continue


def process_lines(world, moment):
    """One line for each service: its name, the moment, resident kB, files, sockets."""
    lines = []
    for name in SERVICES:
        pid = world.pid(name)
        links = []
        for entry in os.listdir(f"/proc/{pid}/fd"):
            try:
                links.append(os.readlink(f"/proc/{pid}/fd/{entry}"))
            except OSError:
                continue
        sockets = sum(link.startswith("socket:") for link in links)
        lines.append("\t".join((name, moment, resident_kb(pid), str(len(links)), str(sockets))))
    return lines
