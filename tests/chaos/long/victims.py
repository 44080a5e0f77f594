"""Faults of services: killed, stopped, killed or stopped at a point in the code, doubled."""
import itertools
import os
import signal
import time

from faults import READER, WRITER, NotStruck, kind
from replica import READY_SECONDS, Replica

STRIKE_SECONDS = 10
STOP_SECONDS = (3, 10)
REPLICA_SECONDS = (2, 4)
FAILING_SECONDS = 1.5
# Points in the code that are passed again and again under load.
RELAY_POINTS = ("relay.after_read", "relay.after_produce", "relay.between_acks", "relay.after_ack_before_delete",
                "relay.during_lease_renew")
CONSUMER_POINTS = ("consumer.before_commit", "consumer.after_commit")
STATE_POINTS = ("state.after_read", "state.after_publish")
REPLY_POINT = "rpc.after_commit_before_reply"
CONSUMING = ("interaction", "gateway", "campaign")


def kill_kind(service, lane):
    def strike(world, _dice):
        world.kill(service)
        return time.monotonic(), service
    return kind(f"kill {service}", lane)(strike)


kill_kind("contact", WRITER)
kill_kind("interaction", READER)
kill_kind("gateway", READER)


class Point:
    """A fault point armed in one process by its file; disarmed at the end."""

    def __init__(self, world, service, line):
        self.world, self.path, self.line = world, world.stack.path("faults", service), line

    def __enter__(self):
        self.before = self.hits()
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.write(self.line + "\n")
        os.rename(self.path + ".new", self.path)
        return self

    def __exit__(self, *_):
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass

    def hits(self):
        try:
            with open(self.path + ".hits", encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def struck(self, seconds=STRIKE_SECONDS):
        """The process that was struck."""
        try:
            new = self.world.until(self.line, lambda: self.hits()[len(self.before):], seconds, 0.02)
        except AssertionError as late:
            raise NotStruck(str(late)) from late
        return int(new[0].split()[2])


def point_kind(name, lane, places):
    """Killed at each (point, service) in turn."""
    turns = itertools.cycle(places)

    def strike(world, _dice):
        point, service = next(turns)
        with Point(world, service, f"{point} kill 1") as armed:
            armed.struck()
            return time.monotonic(), f"{service} at {point}"
    return kind(name, lane, share=float(len(places)))(strike)


point_kind("kill at a point of contact's relay", WRITER, [(point, "contact") for point in RELAY_POINTS])
point_kind("kill before the reply", WRITER, [(REPLY_POINT, "contact")])
point_kind("kill at a point of a state topic", WRITER, [(point, "contact") for point in STATE_POINTS])
point_kind("kill at a point of interaction's relay", READER, [(point, "interaction") for point in RELAY_POINTS])
point_kind("kill at a point of a consumer", READER,
           [(point, service) for service in CONSUMING for point in CONSUMER_POINTS] + [("feed.write", "gateway")])


def stopped(world, dice, pid, detail):
    """SIGCONT after a while; recovery counts from there."""
    seconds = dice.uniform(*STOP_SECONDS)
    world.lasting(seconds)
    os.kill(pid, signal.SIGCONT)
    return time.monotonic(), f"{detail} for {seconds:.1f} s"


def stop_kinds(lane, services, points):
    """SIGSTOP from outside, and at a point in the code: a zombie that goes on where it was."""
    def stop_anywhere(world, dice):
        service = dice.choice(services)
        return stopped(world, dice, world.kill(service, signal.SIGSTOP), service)

    def stop_at_point(world, dice):
        point, service = dice.choice(points)
        with Point(world, service, f"{point} stop 1") as armed:
            pid = armed.struck()
        return stopped(world, dice, pid, f"{service} at {point}")
    kind(f"stop a {lane}", lane)(stop_anywhere)
    kind(f"stop a {lane} at a point", lane)(stop_at_point)


stop_kinds(WRITER, ("contact",), [(point, "contact") for point in RELAY_POINTS[1:4]])
stop_kinds(READER, ("interaction", "gateway"), [("consumer.before_commit", service) for service in CONSUMING])


def failing_kind(name, lane, places, one_in):
    """A point fails again and again for a while."""
    def strike(world, dice):
        point, service = dice.choice(places)
        with Point(world, service, f"{point} error {one_in}") as armed:
            armed.struck()
            world.lasting(FAILING_SECONDS)
        return time.monotonic(), f"{service} at {point}"
    return kind(name, lane)(strike)


failing_kind("answers lost", WRITER, [(REPLY_POINT, service) for service in ("contact", "interaction")], 5)
failing_kind("failures of a relay", WRITER, [(point, "contact") for point in RELAY_POINTS], 2)
failing_kind("failures of a consumer", READER, [(point, service) for service in CONSUMING for point in CONSUMER_POINTS], 2)


def second_contact(world, leases, **settings):
    return Replica(world.stack, "contact", VEFA_RELAY_LEASES=leases, VEFA_FAULTS_FILE=world.stack.path("faults/contact-2"),
                   **settings)


def replica_kind(leases):
    def strike(world, dice):
        replica = second_contact(world, leases)
        try:
            world.until("the replica is ready", replica.ready, READY_SECONDS)
            world.lasting(dice.uniform(*REPLICA_SECONDS))
        finally:
            how = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            replica.end(how)
        return time.monotonic(), how.name
    return kind(f"second replica, leases {leases}", WRITER)(strike)


replica_kind("on")
replica_kind("off")


@kind("kill in a rebalance", WRITER)
def kill_in_rebalance(world, _dice):
    """A second member joins contact's group and the first dies while partitions move."""
    with Point(world, "contact", "consumer.in_rebalance kill 1") as armed:
        # A member with a name that was here a moment ago comes back without a rebalance.
        replica = second_contact(world, "on", VEFA_INSTANCE="")
        try:
            armed.struck(READY_SECONDS)
            return time.monotonic(), "contact"
        finally:
            replica.end(signal.SIGTERM)
