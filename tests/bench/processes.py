"""The measuring half of processes.sh."""
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stack"))
from replica import Replica  # noqa: E402
from stack import SERVICES, Stack, program  # noqa: E402
from waiting import wait_until  # noqa: E402
from crowd import resident_megabytes  # noqa: E402

ROUNDS = 5
READY_MS_MAX = 100


def tell(name, value, unit, against, against_value):
    print(json.dumps({"name": name, "value": round(value, 1), "unit": unit, "against": against,
                      "against_value": round(against_value, 1), "ratio": round(value / against_value, 3)}), flush=True)


def start(stack, service):
    """A second process of a service and the milliseconds until it is ready."""
    environment = Replica.environment_of_first(stack, service)
    ports = {"VEFA_GRPC_ADDRESS": 90, "VEFA_OPS_ADDRESS": 91, "VEFA_HTTP_ADDRESS": 92}
    environment.update({name: f"127.0.0.1:{stack.base + port}" for name, port in ports.items() if name in environment},
                       VEFA_INSTANCE=f"{service}-1", PATH=os.environ["PATH"])
    began = time.monotonic()
    with open(stack.path("logs", f"{service}-2.log"), "a", encoding="utf-8") as log:
        process = subprocess.Popen([program(f"vefa-{service}")], env=environment, cwd="/", stdout=log, stderr=log)
    # An answer of 503 is an OSError, too.
    wait_until(f"{service} is ready", lambda: urllib.request.urlopen(f"http://{environment['VEFA_OPS_ADDRESS']}/readyz", timeout=1).read(),
               30, every=0.001)
    return process, 1000 * (time.monotonic() - began)


def settled(pid):
    """Its memory once it grows no more."""
    seen = []
    wait_until("its memory stands still", lambda: seen.append(resident_megabytes(pid)) or len(set(seen[-10:])) == 1 and len(seen) > 10, 60)
    return seen[-1]


def main():
    bare = float(sys.argv[1])
    stack = Stack("processes")
    try:
        stack.up()
        for service in SERVICES:
            tell(f"memory_{service}", resident_megabytes(stack.pid(service)), "MB", "a bare gRPC server after a load", bare)
            took = []
            for _ in range(ROUNDS):
                process, milliseconds = start(stack, service)
                took.append(milliseconds)
                if len(took) == ROUNDS:
                    tell(f"memory_{service}_idle", settled(process.pid), "MB", "a bare gRPC server after a load", bare)
                process.send_signal(signal.SIGTERM)
                process.wait(30)
            tell(f"startup_{service}", statistics.median(took), "ms", "100 ms", READY_MS_MAX)
    finally:
        stack.vefa("down", "--wipe")


if __name__ == "__main__":
    main()
