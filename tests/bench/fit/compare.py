"""Runs both fits in turn, each in a fresh process, and prints the benchmark's JSON line.

Usage: compare.py BINARY FILE. Fails when the two do not reach the same optimum: a time is only worth
comparing for the same answer.
"""
import json
import os
import statistics
import subprocess
import sys

PAIRS = 5


def run(command):
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300).stdout)


def main(binary, path):
    peer = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py"), path]
    ours, theirs, ratios = [], [], []
    for _ in range(PAIRS):
        mine, other = run([binary, path]), run(peer)
        if mine["customers"] != other["customers"]:
            sys.exit(f"fit: not the same data: {mine['customers']} and {other['customers']} customers")
        # The peer stops earlier, so it may be a little below; it must not be above.
        if not -1e-6 < mine["log_likelihood"] - other["log_likelihood"] < 1e-4:
            sys.exit(f"fit: not the same optimum: {mine['log_likelihood']} and {other['log_likelihood']}")
        ours.append(mine["seconds"] * 1000)
        theirs.append(other["seconds"] * 1000)
        ratios.append(mine["seconds"] / other["seconds"])
    print(json.dumps({
        "name": "fit", "value": round(statistics.median(ours), 4), "unit": "ms",
        "against": "lifetimes 0.11.3, warm", "against_value": round(statistics.median(theirs), 2),
        "ratio": round(statistics.median(ratios), 6)}))


main(sys.argv[1], sys.argv[2])
