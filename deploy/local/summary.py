"""Completes summary.json with the seconds of the set-up and prints it. Usage: summary.py STATE."""
import json
import os
import sys

PHASES = ("install", "build", "engines", "total")
# The order of the steps of the main job; a phase the file lacks is shown as a dash.
SECONDS = ("install", "build", "engines", "import", "score", "send", "total")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def complete(state, summary):
    seconds = summary.setdefault("seconds", {})
    for phase in PHASES:
        with open(os.path.join(state, "seconds", phase), encoding="utf-8") as file:
            seconds[phase] = float(file.read())
    summary["seconds"] = {name: seconds[name] for name in SECONDS if name in seconds}
    path = os.path.join(state, "summary.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2, ensure_ascii=False)
        file.write("\n")
    os.replace(path + ".new", path)


def number(value):
    if isinstance(value, float):
        return f"{value:,.7g}" if abs(value) < 1000 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def pairs(values):
    return ", ".join(f"{name} {number(value)}" for name, value in values.items()
                     if not isinstance(value, dict)) or "none"


def rows(summary):
    for name in ("contacts", "orders", "scored"):
        yield name, number(summary.get(name, "-"))
    yield "model", pairs(summary.get("model", {}))
    yield "hold-out", pairs(summary.get("holdout", {}))
    yield "segment", pairs(summary.get("segment", {}))
    messages = summary.get("messages", {})
    yield "messages", pairs(messages)
    yield "  refused", pairs(messages.get("refused", {}))
    for topic, counts in summary.get("events", {}).items():
        yield topic, pairs(counts)
    yield "seconds", pairs(summary.get("seconds", {}))


def print_table(state, summary):
    lines = list(rows(summary))
    width = max(len(name) for name, _ in lines)
    print()
    for name, value in lines:
        print(f"  {name.ljust(width)}  {value}")
    credentials = read(os.path.join(state, "credentials.json"))
    print(f"\n  Console   {credentials['url']}")
    print(f"  Sign in   tenant {credentials['tenant']}, {credentials['email']}, "
          f"password {credentials['password']}")
    print(f"  Summary   {os.path.join(state, 'summary.json')}")
    print("  Names and addresses are made up; the purchases are the CDNOW sample.\n")


def main():
    state = sys.argv[1]
    summary = read(os.path.join(state, "summary.json"))
    complete(state, summary)
    print_table(state, summary)


if __name__ == "__main__":
    main()
