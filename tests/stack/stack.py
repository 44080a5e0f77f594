"""A whole private Vefa, brought up by the same `./vefa up` that users run."""
import hashlib
import json
import os
import signal
import subprocess
import sys

from rest import Rest
from waiting import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "deploy/local"))
import control  # noqa: E402  The supervisor is spoken to as ./vefa itself does.

SERVICES = ("contact", "interaction", "campaign", "notification", "gateway")
TOPIC_SERVICES = ("contact", "interaction", "campaign", "notification")


def setting(name, fallback):
    return os.environ.get(name) or fallback


def program(name):
    """One of the build's."""
    return os.path.join(setting("VEFA_BIN", os.path.join(ROOT, "build/bin")), name)


class Stack:
    """One state folder and its ports. Several processes may hold the same stack by its name."""

    def __init__(self, name, offset=0):
        stacks = setting("VEFA_TEST_STATE", os.path.join(ROOT, ".vefa/test/stacks"))
        self.state = os.path.join(stacks, name)
        self.base = int(setting("VEFA_TEST_PORT_BASE", "18400")) + offset
        self.environment = {**os.environ, "VEFA_STATE": self.state, "VEFA_PORT_BASE": str(self.base),
                            "VEFA_SKIP_BUILD": "1",
                            # Only what asks for it is traced; nobody listens unless a test does (collector.py).
                            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{self.address('collector')}",
                            "OTEL_TRACES_SAMPLER": "parentbased_always_off", "OTEL_BSP_SCHEDULE_DELAY": "200",
                            # A register that only the test of it starts.
                            "VEFA_IYS_URL": f"http://{self.address('iys')}",
                            "VEFA_DEPS": setting("VEFA_DEPS", os.path.join(ROOT, ".vefa/deps"))}

    # What users do.
    def vefa(self, *words, seconds=600):
        os.makedirs(self.state, exist_ok=True)
        return subprocess.run([os.path.join(ROOT, "vefa"), *words], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)

    def up(self, *options, seconds=900):
        run = self.vefa("up", *options, seconds=seconds)
        assert run.returncode == 0, f"./vefa up ended with {run.returncode}:\n{run.stdout[-4000:]}"
        return run.stdout

    def status(self):
        return json.loads(self.vefa("status", "--json").stdout)

    def _vefactl_environment(self):
        return {**self.environment, "VEFA_URL": f"http://{self.address('gateway')}",
                "VEFA_CREDENTIALS": self.path("credentials.json"), "PGPASSFILE": self.path("secrets/pgpass")}

    def vefactl(self, *words, seconds=300):
        return subprocess.run([program("vefactl"), *words], env=self._vefactl_environment(), text=True, capture_output=True,
                              timeout=seconds)

    def start_vefactl(self, *words):
        """One that runs on; whoever started it ends it."""
        return subprocess.Popen([program("vefactl"), *words], env=self._vefactl_environment(), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    # Where things are; the table of deploy/local/common.sh.
    OFFSETS = {"gateway": 0, "gateway-grpc": 2, "contact": 10, "interaction": 20, "campaign": 30, "notification": 40,
               "postgres": 50, "redis": 51, "kafka": 52, "mail-sink": 54, "mail-sink-control": 55,
               "collector": 56, "iys": 57,
               "contact-2": 90, "contact-2-ops": 91, "contact-3": 92, "contact-3-ops": 93}

    def path(self, *steps):
        return os.path.join(self.state, *steps)

    def port(self, name):
        return self.base + self.OFFSETS[name]

    def address(self, name):
        return f"127.0.0.1:{self.port(name)}"

    def read_json(self, *steps):
        with open(self.path(*steps), encoding="utf-8") as file:
            return json.load(file)

    def summary(self):
        return self.read_json("summary.json")

    def sent(self):
        """The mails that the sink took, in order."""
        with open(self.path("mail/sink.log"), encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def admin(self):
        credentials = self.read_json("credentials.json")
        rest = Rest(self.address("gateway"))
        answer = rest.sign_in(credentials["tenant"], credentials["email"], credentials["password"])
        assert answer.status == 200, f"sign-in: {answer.status} {answer.body!r}"
        return rest

    # What operators do.
    def _supervisor(self):
        socket = self.path("run/supervisor.sock")
        if len(os.path.realpath(socket)) > 90:
            name = hashlib.sha256(os.path.realpath(self.state).encode()).hexdigest()[:12]
            socket = f"/tmp/vefa-{name}.sock"
        return control.connect(socket)

    def pid(self, name):
        """The process id, 0 while it does not run."""
        return self._supervisor().getProcessInfo(name)["pid"]

    def pids(self):
        return {name: self.pid(name) for name in SERVICES}

    def stop(self, name):
        self._supervisor().stopProcess(name)

    def start(self, name):
        self._supervisor().startProcess(name)

    def kill(self, name):
        """kill -9 by process id; supervisord starts it again. False when it did not run just then."""
        pid = self.pid(name)
        if pid == 0:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    # What only a test may: look into every database at once.
    def sql(self, service, query):
        environment = {**os.environ, "PGPASSFILE": self.path("secrets/pgpass")}
        run = subprocess.run(["psql", "-X", "-q", "-w", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p",
                              str(self.port("postgres")), "-U", "postgres", "-d", f"vefa_{service}", "-c", query],
                             env=environment, text=True, capture_output=True, timeout=60)
        assert run.returncode == 0, run.stderr
        return [line.split("\t") for line in run.stdout.splitlines()]

    def count(self, service, query):
        return int(self.sql(service, query)[0][0])

    def calls(self, contact, name, good, seconds):
        """A new caller of the contact service at a gRPC name, until `good` calls were answered well or time is up."""
        return subprocess.run([*self.caller(contact, name), str(good), str(seconds)], text=True, capture_output=True,
                              env=self.caller_environment(), timeout=seconds + 30)

    def caller(self, contact, name):
        """The words of a program that calls without end."""
        with open(self.path("secrets/tenant"), encoding="utf-8") as file:
            return [program("vefa-rolling-calls"), name, file.read().strip(), contact]

    def caller_environment(self):
        return {"PATH": os.environ["PATH"], "VEFA_PRINCIPAL_KEY_FILE": self.path("secrets/principal_key")}

    def wait_for_events(self, seconds=120):
        """Until Kafka acknowledged everything that was recorded."""
        wait_until("every event is published",
                   lambda: all(self.count(service, "SELECT count(*) FROM outbox_pending") == 0 for service in TOPIC_SERVICES),
                   seconds)
