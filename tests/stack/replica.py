"""A second process of a service on the same database, outside the supervisor."""
import os
import shlex
import subprocess
import urllib.error
import urllib.request

from stack import program

READY_SECONDS = 30


class Replica:
    """Started at once; at the address and the ops port of `<service>-<number>`. `settings` are put over those of the
    first."""

    def __init__(self, stack, service, number=2, **settings):
        name = f"{service}-{number}"
        self.address, self.ops = stack.address(name), stack.address(f"{name}-ops")
        environment = self.environment_of_first(stack, service)
        environment.update(VEFA_GRPC_ADDRESS=self.address, VEFA_OPS_ADDRESS=self.ops,
                           VEFA_INSTANCE=f"{service}-{number - 1}", VEFA_SUPERVISED=stack.state, PATH=os.environ["PATH"])
        environment.update(settings)
        with open(stack.path("logs", name + ".log"), "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([program(f"vefa-{service}")], env=environment, cwd="/", stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)

    @staticmethod
    def environment_of_first(stack, service):
        with open(stack.path("env", service + ".env"), encoding="utf-8") as file:
            return dict(word.split("=", 1) for line in file for word in shlex.split(line) if "=" in word)

    def ready(self):
        assert self.process.poll() is None, f"the replica ended with {self.process.returncode}"
        try:
            with urllib.request.urlopen(f"http://{self.ops}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def metric(self, line):
        """The value of one line of its metrics, 0 while it is not there."""
        with urllib.request.urlopen(f"http://{self.ops}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        return next((float(each.rsplit(" ", 1)[1]) for each in text.splitlines() if each.startswith(line + " ")), 0)

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(READY_SECONDS)
