"""kill -9 of one program at random moments of the main job. Usage: kill_test.py VICTIM.

VEFA_CHAOS_ROUNDS (1) rounds on empty states. In each the victim is killed twice: at a random moment of
the whole job, and at a random moment of a step in which it works hardest; VEFA_CHAOS_SEED repeats the
choices of an earlier run. Afterwards `./vefa up` must end with the same summary.
"""
import os
import random
import sys
import threading
import time
import unittest

from rounds import Job, chaos_stack, kafka_report, load, mail_problems, save
from rest import Rest  # noqa: E402
from expected import MESSAGES, TOPICS, differences  # noqa: E402  rounds knows where it is.

VICTIM = sys.argv.pop(1)
ROUNDS = int(os.environ.get("VEFA_CHAOS_ROUNDS", "1"))
SEED = int(os.environ.get("VEFA_CHAOS_SEED", str(time.time_ns() % 1_000_000)))
# Messages between their final dot and its answer when notification dies: one a connection, and it dies twice.
IN_FLIGHT_MAX = 2 * int(os.environ.get("VEFA_SMTP_CONNECTIONS", "8"))
# Where each victim's own work is done.
OWN_STEPS = {"contact": ("contacts", "consents", "campaign"), "interaction": ("orders", "scores"),
             "campaign": ("segment", "campaign"), "notification": ("campaign",),
             "gateway": ("contacts", "orders", "campaign"), "kafka": ("orders", "scores", "segment", "campaign")}
# Every reply of the mail sink comes so late: then a kill finds messages under way.
SINK_SLOW_MS = 30


def expected_messages(summary):
    """The expected figures; only where notification was killed may some messages be unknown."""
    unknown = summary["messages"]["unknown"]
    if VICTIM != "notification" or not 0 < unknown <= IN_FLIGHT_MAX:
        return MESSAGES
    found = {name: summary["messages"][name] for name in ("delivered", "bounced", "unknown")}
    assert sum(found.values()) == MESSAGES["accepted"], summary["messages"]
    return {**MESSAGES, **found}


class KillTest(unittest.TestCase):
    def kill_at(self, job, seconds, kills):
        """Kills when the job is so old; notes (moment, step) when it hit."""
        if job.wait_for_moment(seconds):
            step = job.step()
            if chaos_stack().kill(VICTIM):
                kills.append((round(job.seconds(), 2), step))

    def play(self, anywhere, step, share):
        """The two kills, in the order in which they come."""
        job, kills = Job(chaos_stack()), []
        if VICTIM == "notification":
            answer = Rest(chaos_stack().address("mail-sink-control")).call("POST", f"/fault?kind=slow&ms={SINK_SLOW_MS}")
            self.assertEqual(answer.status, 200)
        threads = [threading.Thread(target=self.kill_at, args=(job, anywhere, kills))]
        threads[0].start()
        if job.wait_for_step(step):
            length = max(load("baseline")["steps"].get(step, 0), 0.2) * (3 if VICTIM == "notification" else 1)
            self.kill_at(job, job.seconds() + share * length, kills)
        threads[0].join()
        code, seconds = job.finish()
        return sorted(kills), code, seconds, job.said()

    def check(self, kills):
        stack = chaos_stack()
        said = stack.up()
        summary = stack.summary()
        self.assertEqual(differences(summary, expected_messages(summary)), [], (kills, said[-1500:]))
        problems, repeats = kafka_report(stack)
        self.assertEqual(problems + mail_problems(stack), [], kills)
        events = {topic: counts["recorded"] for topic, counts in summary["events"].items()}
        wanted = {topic: load("baseline")["events"][topic]["recorded"] for topic in TOPICS}
        if summary["messages"]["unknown"] == 0:
            self.assertEqual(events, wanted, "each fact was recorded once")
        return summary["messages"]["unknown"], repeats

    def test_the_main_job_survives(self):
        usual, figures, randomly = load("baseline")["seconds"], [], random.Random(f"{SEED} {VICTIM}")
        print(f"VEFA_CHAOS_SEED={SEED}")
        for number in range(1, ROUNDS + 1):
            anywhere, step, share = randomly.uniform(0, usual), randomly.choice(OWN_STEPS[VICTIM]), randomly.random()
            kills, code, seconds, said = self.play(anywhere, step, share)
            self.assertTrue(kills, f"no kill hit in round {number}: at {anywhere:.2f} s, in {step}")
            self.assertEqual(code, 0, (kills, said[-3000:]))
            unknown, repeats = self.check(kills)
            figures.append({"victim": VICTIM, "round": number, "kills": kills, "seconds": round(seconds, 1),
                            "usual": round(usual, 1), "unknown": unknown, "repeats": repeats})
            print(figures[-1])
            save(VICTIM, figures)


if __name__ == "__main__":
    unittest.main()
