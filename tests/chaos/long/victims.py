"""Faults of services: killed, stopped, killed or stopped at a point in the code, doubled."""
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from faults import PROCESS, NotStruck, kind

STRIKE_SECONDS = 10
STOP_SECONDS = (3, 10)
REPLICA_SECONDS = (2, 4)
READY_SECONDS = 30
# Points that are passed again and again under load, and whose processes do.
POINTS = {
    "relay.after_read": ("contact", "interaction"),
    "relay.after_produce": ("contact", "interaction"),
    "relay.between_acks": ("contact", "interaction"),
    "relay.after_ack_before_delete": ("contact", "interaction"),
    "relay.during_lease_renew": ("contact", "interaction"),
    "consumer.before_commit": ("interaction", "gateway", "campaign"),
    "consumer.after_commit": ("interaction", "gateway", "campaign"),
    "feed.write": ("gateway",),
    "state.after_read": ("contact",),
    "state.after_publish": ("contact",),
    "rpc.after_commit_before_reply": ("contact", "interaction"),
}


def kill_kind(service):
    def strike(world, _dice):
        world.kill(service)
        return time.monotonic(), service
    return kind(f"kill {service}", PROCESS)(strike)


for victim in ("contact", "interaction", "gateway"):
    kill_kind(victim)


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


def point_kind(point, services):
    def strike(world, dice):
        service = dice.choice(services)
        with Point(world, service, f"{point} kill {dice.choice((1, 1, 5))}") as armed:
            armed.struck()
            return time.monotonic(), service
    return kind(f"kill at {point}", PROCESS)(strike)


for at, places in POINTS.items():
    point_kind(at, places)


def stopped(world, dice, pid, detail):
    """SIGCONT after a while; recovery counts from there."""
    seconds = dice.uniform(*STOP_SECONDS)
    world.lasting(seconds)
    os.kill(pid, signal.SIGCONT)
    return time.monotonic(), f"{detail} for {seconds:.1f} s"


@kind("stop a service", PROCESS)
def stop_service(world, dice):
    service = dice.choice(("contact", "interaction", "gateway"))
    return stopped(world, dice, world.kill(service, signal.SIGSTOP), service)


@kind("stop at a point", PROCESS)
def stop_at_point(world, dice):
    point = dice.choice(("relay.after_produce", "relay.after_ack_before_delete", "consumer.before_commit"))
    service = dice.choice(POINTS[point])
    with Point(world, service, f"{point} stop 1") as armed:
        pid = armed.struck()
    return stopped(world, dice, pid, f"{service} at {point}")


@kind("answers lost", PROCESS)
def lose_answers(world, dice):
    service = dice.choice(("contact", "interaction"))
    with Point(world, service, "rpc.after_commit_before_reply error 5") as armed:
        armed.struck()
        world.lasting(1)
    return time.monotonic(), service


@kind("failures at a point", PROCESS)
def fail_at_point(world, dice):
    point = dice.choice([name for name in POINTS if not name.startswith("rpc")])
    service = dice.choice(POINTS[point])
    with Point(world, service, f"{point} error 2") as armed:
        armed.struck()
        world.lasting(1.5)
    return time.monotonic(), f"{service} at {point}"


class Replica:
    """A second process of contact on the same database, outside the supervisor."""

    def __init__(self, world, leases):
        self.world = world
        environment = world.environment_of("contact")
        environment.update(VEFA_GRPC_ADDRESS=world.stack.address("contact-2"), VEFA_RELAY_LEASES=leases,
                           VEFA_OPS_ADDRESS=world.stack.address("contact-2-ops"),
                           VEFA_FAULTS_FILE=world.stack.path("faults/contact-2"),
                           VEFA_STATE_DIR=world.stack.path("services/contact-2"),
                           VEFA_SUPERVISED=world.stack.state, PATH=os.environ["PATH"])
        os.makedirs(world.stack.path("services/contact-2"), exist_ok=True)
        with open(world.stack.path("logs/contact-2.log"), "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([world.binary("contact")], env=environment, cwd="/", stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)

    def ready(self):
        assert self.process.poll() is None, f"the replica ended with {self.process.returncode}"
        try:
            with urllib.request.urlopen(f"http://{self.world.stack.address('contact-2-ops')}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(READY_SECONDS)


def replica_kind(leases):
    def strike(world, dice):
        replica = Replica(world, leases)
        try:
            world.until("the replica is ready", replica.ready, READY_SECONDS)
            world.lasting(dice.uniform(*REPLICA_SECONDS))
        finally:
            how = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            replica.end(how)
        return time.monotonic(), how.name
    return kind(f"second replica, leases {leases}", PROCESS)(strike)


replica_kind("on")
replica_kind("off")


@kind("kill in a rebalance", PROCESS)
def kill_in_rebalance(world, _dice):
    """A second member joins contact's group and the first dies while partitions move."""
    with Point(world, "contact", "consumer.in_rebalance kill 1") as armed:
        replica = Replica(world, "on")
        try:
            armed.struck(READY_SECONDS)
            return time.monotonic(), "contact"
        finally:
            replica.end(signal.SIGTERM)
