"""Looks for words of a person wherever a stack keeps anything: plain, as base64, as hexadecimal."""
import base64
import json
import os
import secrets
import socket
import string
import subprocess
from collections import namedtuple

from stack import ROOT, SERVICES

Trace = namedtuple("Trace", "place word form")


def canary():
    """A word that is nowhere by chance, and that no folding changes."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(14))


def forms(word):
    """How the word may stand in bytes: (form, bytes, whether case counts). In base64 it looks three ways, by where it
    begins; only the characters that the word alone decides are looked for."""
    data = word.encode()
    yield "plain", data, False
    yield "hex", data.hex().encode(), False
    for skipped in range(3):
        first = -(-skipped * 8 // 6)
        text = base64.b64encode(bytes(skipped) + data)[first:(skipped + len(data)) * 8 // 6]
        yield "base64", text, True
        if b"+" in text or b"/" in text:
            yield "base64url", text.replace(b"+", b"-").replace(b"/", b"_"), True


class Search:
    def __init__(self, words):
        self.needles = [(word, *form) for word in words for form in forms(word)]

    def traces(self, place, data):
        lower = data.lower()
        return {Trace(place, word, form) for word, form, needle, cased in self.needles
                if needle in (data if cased else lower)}

    def tables(self, stack, service):
        """In every row of every table of a database, as a dump tells it; places are `service.table`."""
        environment = {**os.environ, "PGPASSFILE": stack.path("secrets/pgpass")}
        run = subprocess.run(["pg_dump", "-w", "--data-only", "-h", "127.0.0.1", "-p", str(stack.port("postgres")),
                              "-U", "postgres", f"vefa_{service}"], env=environment, capture_output=True, timeout=120)
        assert run.returncode == 0, run.stderr
        found, table, seen = set(), None, set()
        for line in run.stdout.split(b"\n"):
            if line.startswith(b"COPY public."):
                table = f"{service}.{line.split(b' ')[1].split(b'.')[1].decode()}"
                seen.add(table)
            found |= self.traces(table, line)
        return found, seen

    def databases(self, stack):
        found, seen = set(), set()
        for service in SERVICES:
            there, tables = self.tables(stack, service)
            found, seen = found | there, seen | tables
        return found, seen

    def kafka(self, stack, keys=()):
        """In every record of every topic; also, for each topic, whether the last record of a key was a tombstone."""
        wanted = {"keys": list(keys), "needles": [
            {"word": word, "form": form, "bytes": base64.b64encode(needle).decode(), "cased": cased}
            for word, form, needle, cased in self.needles]}
        run = subprocess.run(["node", os.path.join(ROOT, "tests/stack/records.mjs"), stack.address("kafka")],
                             input=json.dumps(wanted), capture_output=True, text=True, timeout=180)
        assert run.returncode == 0, run.stderr[-2000:]
        report = json.loads(run.stdout)
        return {Trace(*one) for one in report["found"]}, report["records"], report["tombstones"]

    def redis(self, stack):
        """In every key of Redis and its content, as its serialisation tells it."""
        with socket.create_connection(("127.0.0.1", stack.port("redis")), 20) as link:
            pipe = link.makefile("rwb")

            def ask(*words):
                pipe.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
                pipe.flush()
                return answer()

            def answer():
                line = pipe.readline().rstrip(b"\r\n")
                if line[:1] == b"*":
                    return [answer() for _ in range(int(line[1:]))]
                if line[:1] == b"$":
                    size = int(line[1:])
                    return b"" if size < 0 else pipe.read(size + 2)[:-2]
                assert line[:1] != b"-", line
                return line[1:]

            # What is compressed cannot be searched.
            ask(b"CONFIG", b"SET", b"rdbcompression", b"no")
            keys = ask(b"KEYS", b"*")
            return {trace for key in keys for trace in self.traces("redis", key + b" " + ask(b"DUMP", key))}, len(keys)

    def files(self, paths):
        found = set()
        for path in paths:
            with open(path, "rb") as file:
                for line in file:
                    found |= self.traces(os.path.basename(path), line)
        return found
