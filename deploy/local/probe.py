"""Waits until all named servers are ready. Usage: probe.py SECONDS NAME=KIND:ADDRESS...

KIND is postgres, redis, kafka, kafka-file (the address stands in that file), smtp or http
(which asks /readyz). When the time is over, prints the first that is not ready with the reason and
ends with 1.
"""
import http.client
import socket
import struct
import subprocess
import sys
import time


def check_postgres(host, port):
    answer = subprocess.run(["pg_isready", "-h", host, "-p", str(port), "-t", "2"],
                            capture_output=True, text=True)
    return None if answer.returncode == 0 else answer.stdout.strip()


def check_redis(host, port):
    with socket.create_connection((host, port), 2) as connection:
        connection.sendall(b"PING\r\n")
        answer = connection.recv(64)
    return None if answer.startswith(b"+PONG") else answer.decode(errors="replace").strip()


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise OSError("the connection was closed")
        data += part
    return data


def check_kafka(host, port):
    """Asks for metadata (version 1, no topics): a broker that is in service names itself."""
    client = b"vefa-probe"
    body = struct.pack(">hhih", 3, 1, 1, len(client)) + client + struct.pack(">i", 0)
    with socket.create_connection((host, port), 2) as connection:
        connection.settimeout(2)
        connection.sendall(struct.pack(">i", len(body)) + body)
        size = struct.unpack(">i", read_exactly(connection, 4))[0]
        answer = read_exactly(connection, size)
    brokers = struct.unpack(">i", answer[4:8])[0]
    return None if brokers > 0 else "no broker has registered yet"


def check_http(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=2)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    text = answer.read(300).decode(errors="replace").strip()
    return None if answer.status == 200 else f"/readyz says {answer.status} {text}"


def check_smtp(host, port):
    with socket.create_connection((host, port), 2) as connection:
        connection.settimeout(2)
        greeting = connection.recv(200)
        connection.sendall(b"QUIT\r\n")
    return None if greeting.startswith(b"220") else greeting.decode(errors="replace").strip()


CHECKS = {"postgres": check_postgres, "redis": check_redis, "kafka": check_kafka,
          "http": check_http, "smtp": check_smtp}


def problem(kind, address):
    """Why the server is not ready, or None when it is."""
    try:
        if kind == "kafka-file":
            with open(address, encoding="utf-8") as file:
                kind, address = "kafka", file.read().strip()
        host, port = address.rsplit(":", 1)
        return CHECKS[kind](host, int(port))
    except (OSError, http.client.HTTPException, struct.error, ValueError) as error:
        return str(error)


def main():
    seconds = float(sys.argv[1])
    deadline = time.monotonic() + seconds
    for argument in sys.argv[2:]:
        name, target = argument.split("=", 1)
        kind, address = target.split(":", 1)
        while (reason := problem(kind, address)) is not None:
            if time.monotonic() > deadline:
                print(f"{name} is not ready after {seconds:g} s ({reason})")
                return 1
            time.sleep(0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
