"""A chaos stack under load: what a fault may touch, and where a campaign keeps what it saw."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "stack"))
from stack import SERVICES, Stack, program  # noqa: E402
from waiting import NotInTime, wait_until  # noqa: E402

from network import Proxy  # noqa: E402
from probe import problem  # noqa: E402  The same questions ./vefa asks of engines.

SECOND = {"id": "0199b5f0-0000-7000-8000-000000000002", "slug": "second", "email": "admin@second.example", "canary": "kanaryaiki"}
FIRST_CANARY = "kanaryabir"
LOAD_LINES = "load.jsonl"
ENGINE_SECONDS = 120


class Sought:
    """Positions that were moved back on purpose, each by one step: what may go back without being held against a
    consumer. Thread-safe."""

    def __init__(self):
        self.lock, self.steps, self.anywhere = threading.Lock(), [], False
        self.looks = 0  # Of the sampler's, at all positions.

    def may_go(self, consumer, topic, part, offset):
        """An operator moves one partition."""
        with self.lock:
            self.steps.append((consumer, topic, int(part), offset))

    def all_may_go(self, whether):
        """Topics begin anew, for every consumer."""
        with self.lock:
            self.anywhere = whether

    def take(self, consumer, topic, part, now):
        """Whether a position may stand at `now`, which is less than before. Used up by that."""
        with self.lock:
            for step in self.steps:
                if step[:3] == (consumer, topic, part) and now >= step[3]:
                    self.steps.remove(step)
                    return True
            return self.anywhere


class World:
    """The stack, its proxy, its load, and the files of one campaign. Used by several lanes of faults."""

    def __init__(self, name, seed, rate):
        os.environ["VEFA_CHAOS"] = "1"
        self.stack = Stack(name)
        self.stack.OFFSETS = {**Stack.OFFSETS, "proxy-control": 80}
        self.seed, self.rate = seed, rate
        self.results = self.stack.state + "-results"
        os.makedirs(self.results, exist_ok=True)
        self.proxy = Proxy(self.stack.address("proxy-control"))
        self.ended = threading.Event()
        self.load = None
        self.tenants = []
        self.positions = Sought()
        self._incarnation = ""

    @property
    def incarnation(self):
        """The life of contact's database."""
        if not self._incarnation:
            self._incarnation = self.stack.sql("contact", "SELECT incarnation FROM db_identity")[0][0]
        return self._incarnation

    def file(self, name):
        return os.path.join(self.results, name)

    def begin(self):
        """An empty stack with two tenants."""
        self.stack.vefa("down", "--wipe")
        for name in os.listdir(self.results):
            os.unlink(self.file(name))
        self.stack.up()
        with open(self.stack.path("secrets/tenant"), encoding="utf-8") as file:
            first = file.read().strip()
        credentials = self.stack.read_json("credentials.json")
        self.add_tenant()
        self.tenants = [
            {"id": first, "slug": credentials["tenant"], "email": credentials["email"],
             "password": credentials["password"], "canary": FIRST_CANARY},
            {**SECOND, "password": credentials["password"]}]

    def add_tenant(self):
        owner = f"postgresql://vefa_{{service}}_owner@{self.stack.address('postgres')}/vefa_{{service}}"
        run = self.stack.vefactl("tenants", "add", SECOND["slug"], "--id", SECOND["id"], "--postgres", owner)
        assert run.returncode == 0, run.stderr + run.stdout
        run = self.stack.vefactl("users", "add", "--tenant", SECOND["slug"], "--email", SECOND["email"], "--name", "Second",
                                 "--role", "admin", "--password-file", self.stack.path("secrets/admin_password"),
                                 "--postgres", owner.replace("{service}", "gateway"))
        assert run.returncode == 0, run.stderr + run.stdout

    def start_load(self, seconds):
        settings = {"rate": self.rate, "seconds": seconds, "seed": self.seed, "history": self.file("history.tsv"),
                    "feed": self.file("feed.tsv"), "gateway": f"http://{self.stack.address('gateway')}",
                    "contact": [self.stack.address("contact"), self.stack.address("contact-2")],
                    "interaction": [self.stack.address("interaction")],
                    "tenants": [{"run": f"run{number}", **tenant, "grpc_writers": 10, "rest_writers": 4}
                                for number, tenant in enumerate(self.tenants)]}
        with open(self.file("load.json"), "w", encoding="utf-8") as file:
            json.dump(settings, file)
        with open(self.file(LOAD_LINES), "w", encoding="utf-8") as out, open(self.file("load.log"), "w", encoding="utf-8") as log:
            self.load = subprocess.Popen([program("vefa-load"), self.file("load.json")], stdout=out, stderr=log, env={
                **os.environ, "VEFA_PRINCIPAL_KEY_FILE": self.stack.path("secrets/principal_key")})

    def load_totals(self):
        """The last line that the load printed, {} before the first."""
        with open(self.file(LOAD_LINES), encoding="utf-8") as file:
            lines = [line for line in file if line.endswith("\n")]
        return json.loads(lines[-1]) if lines else {}

    def stop_load(self):
        """Until the writers know what became of every write."""
        self.load.send_signal(signal.SIGTERM)
        return self.load.wait(120)

    def lasting(self, seconds):
        """For as long as a fault is to last."""
        self.ended.wait(seconds)

    def pid(self, name):
        return self.stack.pid(name)

    def kill(self, name, number=signal.SIGKILL):
        """By process id. Waits for a process that is just being started."""
        pid = wait_until(f"{name} runs", lambda: self.pid(name), 60)
        os.kill(pid, number)
        return pid

    def rows(self, service, query):
        """An answer of PostgreSQL, which another lane may have killed just now."""
        def answer():
            try:
                return [self.stack.sql(service, query)]
            except AssertionError as away:
                raise OSError(str(away)) from away
        return wait_until(f"PostgreSQL answers for {service}", answer, ENGINE_SECONDS, 0.3)[0]

    def back(self, engine):
        """Waits until an engine serves again; for how long."""
        began = time.monotonic()
        wait_until(f"{engine} is back", lambda: problem(engine, self.stack.address(engine)) is None, ENGINE_SECONDS, 0.05)
        return time.monotonic() - began

    def until(self, what, condition, seconds, every=0.05):
        return wait_until(what, condition, seconds, every)


__all__ = ["NotInTime", "SERVICES", "World", "time"]
