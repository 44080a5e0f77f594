"""The main job undisturbed: how long it takes and how many events it records."""
import unittest

from rounds import Job, chaos_stack, kafka_report, mail_problems, save
from expected import differences  # noqa: E402  rounds knows where it is.


class BaselineTest(unittest.TestCase):
    def test_undisturbed(self):
        stack = chaos_stack()
        job = Job(stack)
        code, seconds = job.finish()
        self.assertEqual(code, 0, job.said()[-3000:])
        self.assertEqual(differences(stack.summary()), [])
        problems, repeats = kafka_report(stack)
        self.assertEqual(problems + mail_problems(stack), [])
        self.assertEqual(repeats, 0)
        save("baseline", {"seconds": seconds, "steps": job.durations(), "events": stack.summary()["events"]})
        print(f"the main job takes {seconds:.1f} s")


if __name__ == "__main__":
    unittest.main()
