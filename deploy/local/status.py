"""Shows the state of a stack.

Usage: status.py STATE DEPS SOCKET real|mock --table|--json NAME=PORT...
"""
import http.client
import json
import os
import re
import signal
import subprocess
import sys

from control import answers, connect
from probe import problem

ENGINES = ("postgres", "redis", "kafka", "mail-sink")
SERVICES = ("contact", "interaction", "campaign", "notification", "gateway")
# A process counts as STARTING for a second, although it may serve already.
ALIVE = ("STARTING", "RUNNING")
LAG_METRICS = {"consumer": "vefa_consumer_lag", "outbox": "vefa_outbox_pending"}


def get(port, path):
    """The body of an ops page, or None when the service does not answer."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        return body if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None


def metric_sum(text, name):
    values = re.findall(rf"^{name}(?:\{{[^}}]*\}})?\s+(\S+)", text, re.MULTILINE)
    return int(sum(float(value) for value in values)) if values else None


def service_lag(port):
    text = get(port, "/metrics") or ""
    lag = {kind: metric_sum(text, name) for kind, name in LAG_METRICS.items()}
    return {kind: value for kind, value in lag.items() if value is not None} or None


def service_version(port):
    try:
        return json.loads(get(port, "/buildz") or "{}").get("version")
    except ValueError:
        return None


def command_version(command):
    try:
        text = subprocess.run(command, capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+\.\d+(\.\d+)?", text)
    return found.group(0) if found else None


def engine_version(name, deps, kind):
    if name == "postgres":
        return command_version(["/usr/lib/postgresql/15/bin/postgres", "--version"])
    if name == "redis":
        return command_version(["redis-server", "--version"])
    if name == "kafka" and kind == "mock":
        return "in-memory stand-in"
    if name == "kafka" and os.path.isdir(os.path.join(deps, "kafka")):
        for jar in os.listdir(os.path.join(deps, "kafka")):
            if found := re.fullmatch(r"kafka-clients-(.+)\.jar", jar):
                return found.group(1)
    return None


def supervised(socket):
    """What supervisord knows, by name; empty when it does not run."""
    if not os.path.exists(socket) or not answers(socket):
        return {}
    return {info["name"]: info for info in connect(socket).getAllProcessInfo()}


def describe(info, ready):
    """One word: up, starting (runs, does not answer yet), or supervisord's own."""
    if info is None:
        return "down"
    if info["statename"] not in ALIVE:
        return info["statename"].lower()
    return "up" if ready else "starting"


def part(name, infos, port, check, version, lag):
    info = infos.get(name)
    running = info is not None and info["statename"] in ALIVE
    ready = running and problem(*check) is None
    return {"state": describe(info, ready), "pid": (info or {}).get("pid") or None,
            "address": f"127.0.0.1:{port}", "version": version() if running else None,
            "lag": lag() if running and lag else None}


def collect(state, deps, socket, kind, ports):
    infos = supervised(socket)
    engines, services = {}, {}
    for name in ENGINES:
        check = ("smtp" if name == "mail-sink" else name, f"127.0.0.1:{ports[name]}")
        engines[name] = part(name, infos, ports[name], check,
                             lambda name=name: engine_version(name, deps, kind), None)
    for name in SERVICES:
        ops = ports[f"{name}-ops"]
        services[name] = part(name, infos, ports[name], ("http", f"127.0.0.1:{ops}"),
                              lambda ops=ops: service_version(ops), lambda ops=ops: service_lag(ops))
    parts = list(engines.values()) + list(services.values())
    up = sum(one["state"] == "up" for one in parts)
    at = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    return {
        "state": "up" if up == len(parts) else "partial" if up else "down",
        "state_dir": state, "events_volatile": kind == "mock",
        "http": f"http://{at['gateway']}",
        "grpc": {name: at["gateway-grpc" if name == "gateway" else name] for name in SERVICES},
        "ops": {name: at[f"{name}-ops"] for name in SERVICES},
        "kafka": at["kafka"], "redis": at["redis"], "postgres": at["postgres"],
        "smtp": at["mail-sink"], "sink_control": at["mail-sink-control"],
        "credentials_file": os.path.join(state, "credentials.json"),
        "secrets_dir": os.path.join(state, "secrets"), "logs_dir": os.path.join(state, "logs"),
        "engines": engines, "services": services,
    }


def print_table(status):
    print(f"{'':13} {'state':9} {'process':>8}  {'address':16} {'version':19} lag")
    for name, one in {**status["engines"], **status["services"]}.items():
        lag = ", ".join(f"{kind} {value}" for kind, value in (one["lag"] or {}).items())
        print(f"{name:13} {one['state']:9} {one['pid'] or '-':>8}  {one['address']:16} "
              f"{one['version'] or '-':19} {lag or '-'}")
    print(f"\nconsole {status['http']}   sign-in {status['credentials_file']}   logs {status['logs_dir']}")
    if status["events_volatile"]:
        print("EVENTS WILL NOT SURVIVE A RESTART: an in-memory stand-in runs instead of Apache Kafka.")


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `status | head` is not an error.
    state, deps, socket, kind, form = sys.argv[1:6]
    ports = {name: int(port) for name, port in (pair.split("=") for pair in sys.argv[6:])}
    status = collect(state, deps, socket, kind, ports)
    if form == "--json":
        print(json.dumps(status, indent=2))
    else:
        print_table(status)
    return 0 if status["state"] == "up" else 1


if __name__ == "__main__":
    sys.exit(main())
