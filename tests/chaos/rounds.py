"""One round: an empty state, `./vefa up`, kills at random moments of the main job, `./vefa up` again."""
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stack"))
from stack import ROOT, TOPIC_SERVICES, Stack  # noqa: E402
from waiting import NotInTime, wait_until  # noqa: E402

STEPS = ("contacts", "consents", "orders", "scores", "segment", "campaign", "events", "over")
JOB_BEGINS = " The main job"
UP_SECONDS = 900


def chaos_stack():
    return Stack("chaos")


def results_folder():
    """Beside the stack, because every round wipes it."""
    folder = chaos_stack().state + "-results"
    os.makedirs(folder, exist_ok=True)
    return folder


def save(name, value):
    with open(os.path.join(results_folder(), name + ".json"), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)


def load(name):
    with open(os.path.join(results_folder(), name + ".json"), encoding="utf-8") as file:
        return json.load(file)


class Job:
    """`./vefa up` under way, and what it has said so far."""

    def __init__(self, stack):
        stack.vefa("down", "--wipe")
        self.stack = stack
        self.output = os.path.join(results_folder(), "up.log")
        with open(self.output, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen([os.path.join(ROOT, "vefa"), "up"], env=stack.environment, stdout=file,
                                            stderr=subprocess.STDOUT)
        wait_until("the main job begins", lambda: JOB_BEGINS in self.said() or self.process.poll() is not None, UP_SECONDS)
        assert self.process.poll() is None, self.said()[-3000:]
        self.began = time.monotonic()

    def said(self):
        with open(self.output, encoding="utf-8", errors="replace") as file:
            return file.read()

    def durations(self):
        """The seconds of each step that is over, by its own words: `    orders: 6,919 (1.0 s)`."""
        told = re.findall(r"^ +(\w+): .*\((\d+\.\d) s\)$", self.said().rpartition(JOB_BEGINS)[2], re.MULTILINE)
        return {step: float(seconds) for step, seconds in told}

    def step(self):
        """The step the job is in: the first one whose end it has not told."""
        over = self.durations()
        return next((step for step in STEPS if step not in over), "over")

    def wait_for_step(self, step):
        """Until the job is in a step. False when it was over first."""
        wait_until(f"the step {step}", lambda: STEPS.index(step) <= STEPS.index(self.step()) or self.process.poll() is not None,
                   UP_SECONDS, 0.005)
        return self.process.poll() is None

    def seconds(self):
        return time.monotonic() - self.began

    def wait_for_moment(self, seconds):
        """Until the job is so many seconds old, or over. True in the first case."""
        try:
            wait_until("the job is over", lambda: self.process.poll() is not None, seconds - self.seconds(), 0.005)
            return False
        except NotInTime:
            return True

    def finish(self):
        """(exit code, seconds of the job)."""
        code = self.process.wait(UP_SECONDS)
        return code, self.seconds()


def kafka_report(stack):
    """What a foreign reader sees, beside what the ledgers hold."""
    stack.wait_for_events()
    run = subprocess.run(["node", os.path.join(ROOT, "tests/stack/topics.mjs"), stack.address("kafka")], capture_output=True,
                         text=True, timeout=120)
    assert run.stdout, run.stderr
    report = json.loads(run.stdout)
    missing = []
    for service in TOPIC_SERVICES:
        recorded = stack.count(service, "SELECT count(*) FROM event_log")
        seen = report["topics"][f"vefa.{service}.v1"]["distinct"]
        if seen != recorded:
            missing.append(f"vefa.{service}.v1: {recorded} recorded, {seen} seen")
    repeats = sum(topic["repeats"] for topic in report["topics"].values())
    return report["problems"] + missing, repeats


def mail_problems(stack):
    """Nobody is written to twice, and what is called delivered was taken."""
    mails, problems = stack.sent(), []
    for name, of in (("message", "message_id"), ("address", "rcpt")):
        twice = len(mails) - len({mail[of] for mail in mails})
        if twice:
            problems.append(f"{twice} mails went to a {name} that had one")
    delivered = stack.summary()["messages"]["delivered"]
    unknown = stack.summary()["messages"]["unknown"]
    if not delivered <= len(mails) <= delivered + unknown:
        problems.append(f"the sink took {len(mails)}, the ledger says {delivered} delivered and {unknown} unknown")
    return problems
