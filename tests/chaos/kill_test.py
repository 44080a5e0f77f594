"""kill -9 of one program at random moments of the main job. Usage: kill_test.py VICTIM.

VEFA_CHAOS_ROUNDS (1) rounds on empty states, VEFA_CHAOS_KILLS (2) kills in each; VEFA_CHAOS_SEED
repeats the moments of an earlier run. Afterwards `./vefa up` must end with the same summary.
"""
import os
import random
import sys
import time
import unittest

from expected import MESSAGES, TOPICS, differences
from rounds import Job, chaos_stack, kafka_report, load, mail_problems, save

VICTIM = sys.argv.pop(1)
ROUNDS = int(os.environ.get("VEFA_CHAOS_ROUNDS", "1"))
KILLS = int(os.environ.get("VEFA_CHAOS_KILLS", "2"))
SEED = int(os.environ.get("VEFA_CHAOS_SEED", str(time.time_ns() % 1_000_000)))
# What notification may have between a message's final dot and its answer: lanes times their window.
IN_FLIGHT_MAX = int(os.environ.get("VEFA_CHAOS_IN_FLIGHT", "64"))


def expected_messages(summary):
    """The issue's figures; only where notification was killed may some messages be unknown."""
    unknown = summary["messages"]["unknown"]
    if VICTIM != "notification" or not 0 < unknown <= IN_FLIGHT_MAX:
        return MESSAGES
    found = {name: summary["messages"][name] for name in ("delivered", "bounced", "unknown")}
    assert sum(found.values()) == MESSAGES["accepted"], summary["messages"]
    return {**MESSAGES, **found}


class KillTest(unittest.TestCase):
    def play(self, moments):
        """The kills; returns (moment, step) of each that hit."""
        job, kills = Job(chaos_stack()), []
        for moment in moments:
            if job.wait_for_moment(moment) and chaos_stack().kill(VICTIM):
                kills.append((round(moment, 2), job.step()))
        code, seconds = job.finish()
        return kills, code, seconds, job.said()

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
            moments = sorted(randomly.uniform(0, usual) for _ in range(KILLS))
            kills, code, seconds, said = self.play(moments)
            self.assertTrue(kills, f"no kill hit in round {number}: {moments} of {usual:.1f} s")
            self.assertEqual(code, 0, (kills, said[-3000:]))
            unknown, repeats = self.check(kills)
            figures.append({"victim": VICTIM, "round": number, "kills": kills, "seconds": round(seconds, 1),
                            "usual": round(usual, 1), "unknown": unknown, "repeats": repeats})
            print(figures[-1])
            save(VICTIM, figures)


if __name__ == "__main__":
    unittest.main()
