"""What a campaign came to, as a table and as JSON."""
import datetime
import json
import os
import subprocess

from stack import ROOT
from world import LOAD_LINES


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def alone(one, all_done):
    """Whether no fault of a service or an engine in another lane was at work at the same time."""
    return not any(other is not one and other.struck and other.lane != "side" and other.begin < one.end and one.begin < other.end
                   for other in all_done)


def by_kind(all_done):
    kinds = {}
    for done in all_done:
        kind = kinds.setdefault(done.kind, {"struck": 0, "not_struck": 0, "lane": done.lane, "all": [], "alone": []})
        if not done.struck:
            kind["not_struck"] += 1
            continue
        kind["struck"] += 1
        kind["all"].append(done.recovery)
        if alone(done, all_done):
            kind["alone"].append(done.recovery)
    for kind in kinds.values():
        for name in ("all", "alone"):
            values = kind.pop(name)
            kind["recovery_seconds_" + name] = {"count": len(values), "p50": quantile(values, 0.5), "p99": quantile(values, 0.99),
                                                "max": max(values, default=None)}
    return dict(sorted(kinds.items()))


def load_figures(world):
    """Acknowledged writes in all and in every ten seconds."""
    with open(world.file(LOAD_LINES), encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.endswith("}\n")]
    running, last = [line for line in lines if line["seconds"] > 0], lines[-1]
    seconds = running[-1]["seconds"]
    tens = running[::10]
    rates = [(b["acknowledged"] - a["acknowledged"]) / (b["seconds"] - a["seconds"]) for a, b in zip(tens, tens[1:])]
    return {**last, "seconds": seconds, "acknowledged_per_second": round(last["acknowledged"] / seconds, 1),
            "requests_per_second": round(last["requests"] / seconds, 1),
            "acknowledged_per_second_in_ten_seconds": {"min": round(min(rates, default=0), 1),
                                                       "p50": round(quantile(rates, 0.5) or 0, 1)}}


def machine():
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) // 1024
    return {"cpus": os.cpu_count(), "memory_mb": memory, "kernel": os.uname().release}


def commit():
    run = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return run.stdout.strip() or os.environ.get("VEFA_COMMIT", "unknown")


def write(world, all_done, failures, path):
    invariants = {}
    if os.path.exists(world.file("verdicts.json")):
        with open(world.file("verdicts.json"), encoding="utf-8") as file:
            invariants = json.load(file)
    figures = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "commit": commit(),
               "seed": world.seed, "machine": machine(), "faults": sum(done.struck for done in all_done),
               "kinds": by_kind(all_done), "load": load_figures(world), "invariants": invariants, "failures": failures}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    return figures


def show(figures):
    print(f"{'kind':38}{'struck':>7}{'not':>5}{'p50 s':>8}{'p99 s':>8}{'max s':>8}{'alone':>7}{'p50 s':>8}{'max s':>8}")
    for name, kind in figures["kinds"].items():
        everyone, single = kind["recovery_seconds_all"], kind["recovery_seconds_alone"]
        cells = [everyone["p50"], everyone["p99"], everyone["max"], single["count"], single["p50"], single["max"]]
        words = ["-" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
        print(f"{name:38}{kind['struck']:>7}{kind['not_struck']:>5}" +
              "".join(word.rjust(width) for word, width in zip(words, (8, 8, 8, 7, 8, 8))))
    load = figures["load"]
    print(f"{figures['faults']} faults of {len(figures['kinds'])} kinds in {load['seconds']:.0f} s; {load['acknowledged']} writes"
          f" acknowledged, {load['acknowledged_per_second']} a second; {load['unknown']} tries with unknown outcome")
