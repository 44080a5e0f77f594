"""Plants bugs into a copy of the relay, the consumer and the simulation, one at a time, and requires the
simulation to find each within so many schedules. The copy without a bug has to pass the same schedules.

mutants.py BUILD_FOLDER [NAME]
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COMPILER = ["g++", "-std=c++20", "-O1"]
SOURCES = [f"tests/simulation/{name}.cc" for name in (
    "main", "run", "database", "writer", "broker", "relay", "store", "ladder", "consumer", "mender", "retry", "schedule",
    "checks")] + ["libs/events/relay_core.cc", "libs/events/consumer_core.cc"]
FIRST_SEED = 1
SCHEDULES = 6000  # Each bug has to be found within these.
LOSSES = 2000     # The schedules in which the losses of the first bug are counted.


def headers_of(listing):
    """The files of ours that an object was made of, from the root."""
    with open(listing, encoding="utf-8") as file:
        words = file.read().replace("\\\n", " ").split(":", 1)[1].split()
    return {os.path.relpath(word, ROOT) for word in words if os.path.abspath(word).startswith(ROOT + os.sep)}


def is_current(target, listing):
    if not os.path.exists(target) or not os.path.exists(listing):
        return False
    made = os.path.getmtime(target)
    parts = [os.path.join(ROOT, part) for part in headers_of(listing)]
    return all(os.path.exists(part) and os.path.getmtime(part) <= made for part in parts)


def compile_all(build):
    """The objects without a bug, by source; those that are current stay."""
    objects = {}
    for source in SOURCES:
        target = os.path.join(build, source.replace("/", "_") + ".o")
        if not is_current(target, target + ".d"):
            subprocess.run([*COMPILER, "-I", ROOT, "-MMD", "-MF", target + ".d", "-c", os.path.join(ROOT, source),
                            "-o", target], check=True)
        objects[source] = target
    return objects


def link(objects, program):
    subprocess.run(["g++", *objects.values(), "-o", program], check=True)


def build_mutant(patch, objects, folder):
    """The program with one bug: only what the bug touches is compiled again."""
    with open(patch, encoding="utf-8") as file:
        touched = [line[6:].strip() for line in file if line.startswith("+++ b/")]
    for source in sorted({header for target in objects.values() for header in headers_of(target + ".d")} | set(SOURCES)):
        os.makedirs(os.path.join(folder, os.path.dirname(source)), exist_ok=True)
        shutil.copy(os.path.join(ROOT, source), os.path.join(folder, source))
    applied = subprocess.run(["patch", "--strip=1", "--fuzz=0", "--directory", folder, "--input", patch],
                             capture_output=True, text=True)
    if applied.returncode != 0:
        sys.exit(f"{patch} does not apply any more; plant the bug anew in what the code is now:\n{applied.stdout}")
    mutated = dict(objects)
    for source, target in objects.items():
        if headers_of(target + ".d").isdisjoint(touched):
            continue
        mutated[source] = os.path.join(folder, os.path.basename(target))
        subprocess.run([*COMPILER, "-I", folder, "-c", os.path.join(folder, source), "-o", mutated[source]], check=True)
    program = os.path.join(folder, "vefa-simulation")
    link(mutated, program)
    return program


def simulate(program, count, *words):
    """The exit code, the figures, and the first violation."""
    ended = subprocess.run([program, "--seed", str(FIRST_SEED), "--count", str(count), *words],
                           capture_output=True, text=True)
    lines = ended.stdout.splitlines()
    found = next((lines[at + 1].strip() for at, line in enumerate(lines) if line.endswith("fails:")), "")
    return ended.returncode, json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}, found


def try_mutant(patch, objects):
    """Whether it was found; prints what by."""
    name = os.path.basename(patch)[:-len(".patch")]
    with open(patch, encoding="utf-8") as file:
        what = file.readline().strip()
    with tempfile.TemporaryDirectory() as folder:
        program = build_mutant(patch, objects, folder)
        code, figures, found = simulate(program, SCHEDULES)
        killed = code == 1 and found != ""
        verdict = f"found in schedule {figures['schedules']}: {found}" if killed else f"SURVIVES {SCHEDULES} schedules"
        print(f"{name}: {what} {verdict}", flush=True)
        if name.startswith("01_"):
            _, figures, _ = simulate(program, LOSSES, "--keep-going")
            print(f"  the cursor loses {figures['lost']} of {figures['events']} events in {figures['schedules']} schedules")
            killed = killed and figures["lost"] > 0
    return killed


def main():
    build, only = sys.argv[1], sys.argv[2:]
    os.makedirs(build, exist_ok=True)
    objects = compile_all(build)
    sound = os.path.join(build, "vefa-simulation")
    link(objects, sound)
    code, figures, found = simulate(sound, SCHEDULES)
    print(f"without a bug: {figures.get('schedules', 0)} schedules, exit code {code} {found}", flush=True)
    patches = sorted(os.path.join(HERE, "mutants", name) for name in os.listdir(os.path.join(HERE, "mutants")))
    patches = [patch for patch in patches if not only or os.path.basename(patch).startswith(only[0])]
    found = [try_mutant(patch, objects) for patch in patches]
    print(f"{sum(found)} of {len(found)} planted bugs found")
    return 0 if code == 0 and all(found) and found else 1


if __name__ == "__main__":
    sys.exit(main())
