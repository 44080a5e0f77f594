"""One round: an empty state, `./vefa up`, kills at random moments of the main job, `./vefa up` again."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stack"))
from stack import ROOT, TOPIC_SERVICES, Stack  # noqa: E402
from waiting import NotInTime, wait_until  # noqa: E402

JOB_BEGINS = "==> The main job"
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

    def step(self):
        """The step the job is in: the first one whose end it has not told."""
        said = self.said().rpartition(JOB_BEGINS)[2]
        for step in ("contacts", "consents", "orders", "scores", "segment", "campaign", "events"):
            if f" {step}: " not in said or not any(f" {step}: " in line and line.endswith(" s)") for line in said.splitlines()):
                return step
        return "over"

    def wait_for_moment(self, seconds):
        """Until so many seconds of the job have passed, or it is over. True in the first case."""
        try:
            wait_until("the job is over", lambda: self.process.poll() is not None, self.began + seconds - time.monotonic(), 0.005)
            return False
        except NotInTime:
            return True

    def finish(self):
        """(exit code, seconds of the job)."""
        code = self.process.wait(UP_SECONDS)
        return code, time.monotonic() - self.began


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
    states = dict(stack.sql("notification", "SELECT state::text, count(*) FROM message GROUP BY 1"))
    delivered = stack.summary()["messages"]["delivered"]
    unknown = stack.summary()["messages"]["unknown"]
    if not delivered <= len(mails) <= delivered + unknown:
        problems.append(f"the sink took {len(mails)}, the ledger says {delivered} delivered and {unknown} unknown ({states})")
    return problems
