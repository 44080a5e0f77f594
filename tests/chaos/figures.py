"""What all rounds came to, as a table; takes the stack down."""
import os
import sys

from rounds import chaos_stack, load, results_folder

COLUMNS = (("victim", 13), ("round", 6), ("job s", 7), ("usual s", 8), ("unknown", 8), ("repeats", 8))


def rows():
    for victim in ("contact", "interaction", "campaign", "notification", "gateway", "kafka"):
        if os.path.exists(os.path.join(results_folder(), victim + ".json")):
            yield from load(victim)


def main():
    print("".join(name.ljust(width) for name, width in COLUMNS) + "killed in")
    for row in rows():
        killed = ", ".join(f"{step} at {moment} s" for moment, step in row["kills"])
        values = (row["victim"], row["round"], row["seconds"], row["usual"], row["unknown"], row["repeats"])
        print("".join(str(value).ljust(width) for value, (_, width) in zip(values, COLUMNS)) + killed)
    print("unknown: messages whose final dot was sent and whose answer died with the process\n"
          "repeats: events that Kafka holds twice, which every consumer notices by their id")
    return chaos_stack().vefa("down", "--wipe").returncode


if __name__ == "__main__":
    sys.exit(main())
