"""Faults of PostgreSQL, Kafka and Redis, and of the connections to them."""
import os
import signal
import socket
import time

from faults import ENGINE, SIDE, NotStruck, kind

CUT_SECONDS = 10
LINK_SECONDS = (2, 4)
DATABASES = ("contact-postgres", "interaction-postgres", "gateway-postgres")


@kind("kill postgres", ENGINE, most=10)
def kill_postgres(world, _dice):
    world.kill("postgres")
    # What a restart of the engine itself takes is not ours: recovery counts from when it serves again.
    away = world.back("postgres")
    return time.monotonic(), f"postmaster, back after {away:.1f} s"


@kind("kill kafka", ENGINE, most=10)
def kill_kafka(world, _dice):
    world.kill("kafka")
    away = world.back("kafka")
    return time.monotonic(), f"broker, back after {away:.1f} s"


@kind("stop kafka", ENGINE)
def stop_kafka(world, _dice):
    pid = world.kill("kafka", signal.SIGSTOP)
    world.lasting(5)
    os.kill(pid, signal.SIGCONT)
    return time.monotonic(), "broker for 5 s"


def redis_command(world, words):
    """One command in Redis' own protocol, past the proxy."""
    with socket.create_connection(("127.0.0.1", world.stack.port("redis")), 5) as connection:
        connection.sendall((" ".join(words) + "\r\n").encode())
        return connection.recv(200)


@kind("kill redis", ENGINE)
def kill_redis(world, _dice):
    world.kill("redis")
    return time.monotonic(), "redis"


@kind("stop redis", ENGINE)
def stop_redis(world, dice):
    pid = world.kill("redis", signal.SIGSTOP)
    seconds = dice.uniform(1, 3)
    world.lasting(seconds)
    os.kill(pid, signal.SIGCONT)
    return time.monotonic(), f"for {seconds:.1f} s"


@kind("flush redis", SIDE, quick=True)
def flush_redis(world, _dice):
    try:
        assert redis_command(world, ["FLUSHALL"]).startswith(b"+OK")
    except OSError as away:
        raise NotStruck(str(away)) from away
    return time.monotonic(), "FLUSHALL"


def cut_kind(when):
    """The connection of a commit dies: the server was told, or was not; the service cannot know."""
    def strike(world, dice):
        link = dice.choice(DATABASES + ("campaign-postgres",))
        world.proxy.do("cut", link, count=1, when=when)
        counter = f"cuts_{when}"
        before = world.proxy.stats()[link][counter]
        try:
            world.until(f"a commit on {link}", lambda: cut_done(world, link, counter, before), CUT_SECONDS, 0.02)
        except AssertionError as late:
            world.proxy.do("cut", link, count=0, when=when)
            raise NotStruck(str(late)) from late
        return time.monotonic(), link
    return kind(f"cut {when} commit", SIDE, share=8.0, quick=True)(strike)


def cut_done(world, link, counter, before):
    stats = world.proxy.stats()[link]
    return stats["cuts_left"] == 0 or stats[counter] > before


cut_kind("after")
cut_kind("before")


def link_kind(name, links, **toxics):
    """Connections harmed for some seconds; recovery counts from their end."""
    def strike(world, dice):
        link = dice.choice(links)
        seconds = dice.uniform(*LINK_SECONDS)
        world.proxy.do("set", link, **toxics)
        world.lasting(seconds)
        world.proxy.clear(link)
        return time.monotonic(), f"{link} for {seconds:.1f} s"
    return kind(name, ENGINE)(strike)


def reset_kind(name, links):
    def strike(world, dice):
        link = dice.choice(links)
        world.proxy.do("reset", link)
        return time.monotonic(), link
    return kind(name, ENGINE)(strike)


def down_kind(name, links):
    def strike(world, dice):
        link = dice.choice(links)
        seconds = dice.uniform(1, 3)
        world.proxy.do("down", link, on=1)
        world.lasting(seconds)
        world.proxy.clear(link)
        return time.monotonic(), f"{link} for {seconds:.1f} s"
    return kind(name, ENGINE)(strike)


for target, doors in (("postgres", DATABASES), ("kafka", ("kafka",))):
    link_kind(f"{target} slow", doors, latency_ms=100, jitter_ms=100)
    link_kind(f"{target} unreachable", doors, hold=1)
    link_kind(f"{target} answers lost", doors, hold=1, direction="down")
    reset_kind(f"{target} connections reset", doors)
    down_kind(f"{target} refuses", doors)
link_kind("kafka narrow and sliced", ("kafka",), bytes_per_s=200_000, slice_bytes=1000, slice_us=100)
link_kind("kafka breaks off", ("kafka",), limit_bytes=20_000)
link_kind("redis unreachable", ("redis",), hold=1)
