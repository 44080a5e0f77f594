"""Faults under load, and whether every invariant holds afterwards.

campaign.py [--faults N] [--each N] [--minutes N] [--seed N] [--rate N] [--only KIND]… [--output FILE] [--keep]
"""
import argparse
import os
import random
import subprocess
import sys
import time

from world import NotInTime, World

import engines  # noqa: F401  The modules register their kinds.
import topics  # noqa: F401
import victims  # noqa: F401
from faults import KINDS
from lanes import Campaign, plan
from report import show, write
from sampler import Positions, process_lines, sample_sizes
from stack import TOPIC_SERVICES, program
from wellness import Probe

WARM_SECONDS = 20
QUIET_SECONDS = 300
VERIFY_SECONDS = 900
# Services give freed memory back every 30 s.
TRIM_SECONDS = 35
# The load may go on longer than the faults: it is told when to end.
LOAD_SECONDS_MAX = 3 * 3600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=0, help="how many at least")
    parser.add_argument("--each", type=int, default=3, help="how many of each kind at least")
    parser.add_argument("--minutes", type=float, default=60, help="after which no more are begun")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("VEFA_CHAOS_SEED", time.time_ns() % 1_000_000)))
    parser.add_argument("--rate", type=float, default=600, help="writes a second")
    parser.add_argument("--only", action="append", default=[], choices=list(KINDS), metavar="KIND", help=f"this one, and others said so: {'; '.join(KINDS)}")
    parser.add_argument("--output", help="where the figures go as JSON")
    parser.add_argument("--name", default="campaign", help="of the stack")
    parser.add_argument("--keep", action="store_true", help="leave the stack as it is afterwards")
    return parser.parse_args()


def sample_processes(world, moment):
    with open(world.file("processes.tsv"), "a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in process_lines(world, moment))


def come_to_rest(world):
    """Until what was freed is given back."""
    end = time.monotonic() + TRIM_SECONDS
    world.until("sizes at rest", lambda: sample_sizes(world, -1) or time.monotonic() > end, 2 * TRIM_SECONDS, 5)


def heal(world):
    """Takes every fault away."""
    world.proxy.clear()
    for name in os.listdir(world.stack.path("faults")):
        if not name.endswith(".hits"):
            os.unlink(world.stack.path("faults", name))


def end_well(world):
    """With every fault gone a write comes all the way, while the load goes on."""
    try:
        Probe(world, "end").until_well()
    except NotInTime as late:
        return [str(late)]
    return []


def become_quiet(world):
    """Until everything that was recorded is published, applied and fed."""
    def all_fed():
        recorded = sum(world.stack.count(service, "SELECT count(*) FROM event_log") for service in TOPIC_SERVICES)
        pending = sum(world.stack.count(service, "SELECT count(*) FROM outbox_pending") for service in TOPIC_SERVICES)
        fed = world.stack.count("gateway", "SELECT count(*) FROM feed_event")
        return pending == 0 and fed >= recorded
    try:
        world.until("everything is published and fed", all_fed, QUIET_SECONDS, 1)
    except (NotInTime, AssertionError) as late:
        return [str(late)]
    return []


def verify(world):
    """The verdicts of vefa-verify; whether all hold."""
    binary = program("vefa-verify")
    words = ["--postgres", f"postgresql://postgres@{world.stack.address('postgres')}/vefa_{{service}}",
             "--kafka", world.stack.address("kafka"), "--json", world.file("verdicts.json")]
    for option, name in (("--history", "history.tsv"), ("--feed", "feed.tsv"), ("--positions", "positions.tsv"),
                         ("--processes", "processes.tsv"), ("--injected", "injected.tsv")):
        if not os.path.exists(world.file(name)):
            continue
        words += [option, world.file(name)]
    for tenant in world.tenants:
        words += ["--canary", f"{tenant['id']}={tenant['canary']}"]
    run = subprocess.run([binary, *words], env={**os.environ, "PGPASSFILE": world.stack.path("secrets/pgpass")},
                         timeout=VERIFY_SECONDS)
    return run.returncode


def unmet(all_done, asked, each):
    """Kinds that struck less often than was asked."""
    struck = {name: sum(done.struck for done in all_done if done.kind == name) for name in KINDS}
    return [f"{name} struck {struck[name]} times" for name in asked
            if struck[name] < min(each, KINDS[name].most or each)]


def run(options):
    print(f"VEFA_CHAOS_SEED={options.seed}", flush=True)
    world = World(options.name, options.seed, options.rate)
    lanes = plan(random.Random(options.seed), options.faults, options.each, options.only)
    asked = sorted({name for names in lanes.values() for name in names})
    world.begin()
    try:
        world.start_load(LOAD_SECONDS_MAX)
        world.lasting(WARM_SECONDS)
        sample_processes(world, "begin")
        Positions(world).start()
        campaign = Campaign(world, lanes, options.minutes * 60)
        failures = campaign.run()
        heal(world)
        failures += end_well(world)
        world.ended.set()
        code = world.stop_load()
        if code != 0:
            failures.append(f"the load ended with {code}")
        failures += become_quiet(world)
        come_to_rest(world)
        sample_processes(world, "end")
        code = verify(world)
        if code != 0:
            failures.append(f"vefa-verify ended with {code}")
        failures += unmet(campaign.done, asked, options.each)
        figures = write(world, campaign.done, failures, options.output or world.file("reliability.json"))
        show(figures)
        for failure in failures:
            print(failure, file=sys.stderr)
        return 1 if failures else 0
    finally:
        world.ended.set()
        if world.load and world.load.poll() is None:
            world.load.kill()
        if not options.keep:
            world.stack.vefa("down", "--wipe")


if __name__ == "__main__":
    sys.exit(run(arguments()))
