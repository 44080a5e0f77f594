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
        self.world, self.failures = world, 0
        # A sample may have been under way when a consumer was moved: it is forgiven for two.
        self.forgiven = {}

    def run(self):
        began = time.monotonic()
        with open(self.world.file("positions.tsv"), "a", encoding="utf-8") as file:
            while not self.world.ended.wait(EVERY_SECONDS):
                for line in self.sample():
                    file.write("\t".join(line) + "\n")
                file.flush()
                sample_sizes(self.world, time.monotonic() - began)

    def sample(self):
        with self.world.sought_lock:
            for consumer in self.world.sought:
                self.forgiven[consumer] = 3
            self.world.sought.clear()
        lines = []
        for service in CONSUMING:
            try:
                rows = self.world.stack.sql(service, "SELECT consumer, topic, part, next_offset FROM consumer_position")
            except (AssertionError, OSError):
                self.failures += 1  # PostgreSQL is away.
                continue
            lines += [[*row, "1" if self.may_go_back(row[0]) else "0"] for row in rows]
        self.forgiven = {consumer: left - 1 for consumer, left in self.forgiven.items() if left > 1}
        return lines

    def may_go_back(self, consumer):
        return consumer in self.forgiven or "*" in self.forgiven


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
