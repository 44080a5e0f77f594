"""Lanes: faults one after the other, several lanes side by side, all chosen by one seed."""
import json
import random
import threading
import time
import traceback
from dataclasses import asdict, dataclass

from faults import ENGINE, KINDS, READER, SIDE, WRITER, NotStruck
from wellness import Probe

LANES = (WRITER, READER, ENGINE, SIDE)
# A fault that found nothing to strike, because another one was at work, is tried again later.
TRIES_MAX = 3


@dataclass
class Done:
    kind: str
    lane: str
    begin: float        # Seconds since the first fault.
    end: float
    recovery: float     # From the end of the fault until all is well; -1 when it did not strike.
    detail: str
    struck: bool = True


def plan(dice, faults, each, only=()):
    """Names of kinds for each lane: every kind `each` times, the rest by share, in an order by the seed."""
    kinds = [one for one in KINDS.values() if not only or one.name in only]
    counts = {one.name: min(each, one.most or each) for one in kinds}
    free = [one for one in kinds if not one.most]
    while free and sum(counts.values()) < faults:
        counts[dice.choices(free, [one.share for one in free])[0].name] += 1
    lanes = {lane: [] for lane in LANES}
    for one in kinds:
        lanes[one.lane] += [one.name] * counts[one.name]
    for names in lanes.values():
        dice.shuffle(names)
    return lanes


class Gate:
    """Lets lanes through side by side, or one alone."""

    def __init__(self):
        self.changed, self.inside, self.closed = threading.Condition(), 0, False

    def enter(self, alone):
        with self.changed:
            self.changed.wait_for(lambda: not self.closed)
            if alone:
                self.closed = True
                self.changed.wait_for(lambda: self.inside == 0)
            self.inside += 1

    def leave(self, alone):
        with self.changed:
            self.inside -= 1
            self.closed = self.closed and not alone
            self.changed.notify_all()


class Lane(threading.Thread):
    def __init__(self, world, name, kinds, gate, campaign):
        super().__init__(name=name, daemon=True)
        self.world, self.kinds, self.gate, self.campaign = world, kinds, gate, campaign
        self.dice = random.Random(f"{world.seed} {name}")
        self.probe = Probe(world, name)
        self.failure = None

    def run(self):
        try:
            left, tries = list(self.kinds), {}
            while left:
                name = left.pop(0)
                if self.world.ended.is_set() or self.campaign.over():
                    return
                alone = KINDS[name].exclusive
                self.gate.enter(alone)
                try:
                    done = self.one(KINDS[name])
                    self.campaign.note(done)
                    if not done.struck and tries.setdefault(name, 1) < TRIES_MAX:
                        tries[name] += 1
                        left.append(name)
                finally:
                    self.gate.leave(alone)
        except Exception:  # A lane that ends early is a campaign that failed; the others end as well.
            self.failure = traceback.format_exc()
            print(f"the lane {self.name} ended: {self.failure}", flush=True)
            self.world.ended.set()

    def one(self, kind):
        begin = time.monotonic()
        try:
            since, detail = kind.strike(self.world, self.dice)
        except NotStruck as away:
            return self.done(kind, begin, -1, str(away), False)
        well, slowest = self.probe.until_well(kind.quick)
        return self.done(kind, begin, well - since, f"{detail} ({slowest})", True)

    def done(self, kind, begin, recovery, detail, struck):
        start = self.campaign.start
        return Done(kind.name, kind.lane, begin - start, time.monotonic() - start, round(recovery, 3), detail, struck)


class Campaign:
    """All lanes of one campaign and what they did."""

    def __init__(self, world, lanes, seconds_max):
        self.world, self.start, self.seconds_max = world, time.monotonic(), seconds_max
        self.lock, self.done = threading.Lock(), []
        gate = Gate()
        self.lanes = [Lane(world, name, kinds, gate, self) for name, kinds in lanes.items()]
        self.asked = sum(len(kinds) for kinds in lanes.values())

    def over(self):
        return time.monotonic() - self.start > self.seconds_max

    def note(self, done):
        with self.lock, open(self.world.file("faults.jsonl"), "a", encoding="utf-8") as file:
            self.done.append(done)
            file.write(json.dumps(asdict(done)) + "\n")
            word = f"well after {done.recovery:.2f} s" if done.struck else "did not strike"
            print(f"{done.end:7.1f} s  {len(self.done):4}/{self.asked}  {done.lane:8} {done.kind}: {done.detail[:90]}; {word}",
                  flush=True)

    def run(self):
        for lane in self.lanes:
            lane.start()
        for lane in self.lanes:
            lane.join()
        return [lane.failure for lane in self.lanes if lane.failure]
