"""Faults of what stands in topics: foreign records, positions moved back, topics lost."""
import base64
import json
import os
import subprocess
import time
import uuid

from faults import SIDE, NotStruck, kind
from stack import TOPIC_SERVICES

HERE = os.path.dirname(os.path.abspath(__file__))
EVENT_TOPICS = tuple(f"vefa.{service}.v1" for service in TOPIC_SERVICES)
BACK_MAX = 2000
MARK = "x-chaos"
KAFKA_SECONDS = 60
# ConsentGranted of `news` on channel 999, which no version of the contract knows.
UNKNOWN_CHANNEL = bytes([0x62, 11, 0x0A, 9]) + b"\x0a\x04news" + bytes([0x10, 0xE7, 0x07])


def stranger(world, verb, given):
    run = subprocess.run(["node", os.path.join(HERE, "topics.mjs"), world.stack.address("kafka"), verb], input=json.dumps(given),
                         text=True, capture_output=True, timeout=KAFKA_SECONDS)
    if run.returncode != 0:
        raise NotStruck(run.stderr[-300:])


def uuid7(dice):
    value = int(time.time() * 1000) << 80 | dice.getrandbits(80)
    return str(uuid.UUID(int=value & ~(0xF << 76) & ~(3 << 62) | 7 << 76 | 2 << 62))


def sound_record(world, dice):
    """A record that looks like an event of contact's, of a contact that nobody knows."""
    tenant, subject = dice.choice(world.tenants)["id"], "contacts/" + uuid7(dice)
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    headers = {"ce_specversion": "1.0", "ce_id": uuid7(dice), "ce_source": "/vefa/contact/" + world.incarnation,
               "ce_type": "consent.granted", "ce_subject": subject, "ce_time": now, "ce_recordedtime": now,
               "ce_aggversion": "1", "ce_tenantid": tenant, "ce_dataclassification": "pseudonymous",
               "content-type": "application/protobuf", "ce_dataschema": "vefa.contact.v1.ContactEvent", MARK: "1"}
    return {"topic": "vefa.contact.v1", "key": f"{tenant}/{subject}", "headers": headers,
            "value": base64.b64encode(UNKNOWN_CHANNEL).decode()}


def spoiled(record, headers=None, **parts):
    record.update(parts)
    record["headers"].update(headers or {})
    record["headers"] = {name: value for name, value in record["headers"].items() if value is not None}
    return record


def encoded(data):
    return base64.b64encode(data).decode()


def other_tenant(record, world):
    other = next(tenant["id"] for tenant in world.tenants if tenant["id"] != record["headers"]["ce_tenantid"])
    return spoiled(record, key=f"{other}/{record['headers']['ce_subject']}")


HOSTILE = {
    "null value": lambda record, world, dice: spoiled(record, value=None),
    "bad protobuf": lambda record, world, dice: spoiled(record, value=encoded(b"\xff" * 40)),
    "bad header": lambda record, world, dice: spoiled(record, {"ce_aggversion": "many", "ce_time": "yesterday"}),
    "missing header": lambda record, world, dice: spoiled(record, {dice.choice(("ce_id", "ce_subject", "ce_tenantid")): None}),
    "version 0": lambda record, world, dice: spoiled(record, {"ce_aggversion": "0"}),
    "enum 999": lambda record, world, dice: record,
    "another tenant's key": lambda record, world, dice: other_tenant(record, world),
    "a large value": lambda record, world, dice: spoiled(record, value=encoded(dice.randbytes(1_000_000))),
    "a version ahead": lambda record, world, dice: spoiled(record, {"ce_aggversion": "7"}),
    "foreign source": lambda record, world, dice: spoiled(record, {"ce_source": "/stranger"}),
}


def hostile_kind(name, spoil):
    def strike(world, dice):
        record = spoil(sound_record(world, dice), world, dice)
        stranger(world, "inject", [record])
        # The record itself may be gone when topics are lost; what it did to readers stays.
        with open(world.file("injected.tsv"), "a", encoding="utf-8") as file:
            for tenant in {record["key"].split("/")[0], *(tenant["id"] for tenant in world.tenants)}:
                file.write(f"{tenant}\t{record['key'].split('/', 1)[1]}\n")
        return time.monotonic(), name
    return kind(f"foreign record: {name}", SIDE, share=0.6, quick=True)(strike)


for words, how in HOSTILE.items():
    hostile_kind(words, how)


@kind("seek back", SIDE)
def seek_back(world, dice):
    """A consumer reads again what it has applied: every event must be dropped as a repeat."""
    consumer = dice.choice(("interaction.timeline.v1", "gateway.feed.v1"))
    rows = world.rows(consumer.split(".")[0], "SELECT topic, part, next_offset FROM consumer_position"
                           f" WHERE consumer = '{consumer}' AND next_offset > 100 AND topic LIKE 'vefa.%.v1'")
    if not rows:
        raise NotStruck(f"{consumer} has read nothing yet")
    topic, partition, offset = dice.choice(rows)
    to = max(0, int(offset) - dice.randrange(1, BACK_MAX))
    world.positions.may_go(consumer, topic, partition, to)
    run = world.stack.vefactl("consumer", "seek", consumer, "--to", str(to), "--topic", topic, "--partition", partition,
                              seconds=KAFKA_SECONDS)
    if run.returncode != 0:
        raise NotStruck(run.stderr[-300:])
    return time.monotonic(), f"{consumer} {topic}/{partition} from {offset} to {to}"


@kind("topics lost", SIDE, share=0.1, most=3, exclusive=True)
def lose_topics(world, _dice):
    """Kafka forgets every event. The ledgers have them all: what an operator does then, step by step."""
    began = time.monotonic()
    world.positions.all_may_go(True)
    try:
        stranger(world, "delete", EVENT_TOPICS)
        # Before the topics are there again: what is older must be published before what is new.
        for service in TOPIC_SERVICES:
            operate(world, "relay", "replay", service)
        world.until("topics can be made again", lambda: applied(world), KAFKA_SECONDS)
        for consumer in consumers(world):
            operate(world, "consumer", "seek", consumer, "--to", "earliest")
            operate(world, "consumer", "resume", consumer)
        # A look that is under way may have begun before.
        seen = world.positions.looks + 2
        world.until("the sampler has seen it", lambda: world.positions.looks >= seen, KAFKA_SECONDS)
    finally:
        world.positions.all_may_go(False)
    return began, "all topics of events"


def consumers(world):
    """Those that read topics of events."""
    found = set()
    for service in (*TOPIC_SERVICES, "gateway"):
        found |= {row[0] for row in world.rows(service, "SELECT DISTINCT consumer FROM consumer_position")}
    return sorted(found)


def operate(world, *words):
    """A verb that may meet a service that is being restarted."""
    def succeeded():
        run = world.stack.vefactl(*words, seconds=KAFKA_SECONDS)
        failures.append(run.stderr[-300:])
        return run.returncode == 0
    failures = []
    try:
        world.until(" ".join(words), succeeded, KAFKA_SECONDS, 0.5)
    except AssertionError as late:
        raise AssertionError(f"{late}: {failures[-1]}") from late


def applied(world):
    return world.stack.vefactl("topics", "apply", "--kafka", world.stack.address("kafka"), seconds=KAFKA_SECONDS).returncode == 0

