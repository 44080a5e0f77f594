"""Writes the golden bytes of a release: golden.py CATALOG.json RELEASE.

Run once, when a release's events are final; the files are never changed afterwards.
"""
import json
import os
import sys


def main():
    catalog, release = sys.argv[1:]
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", release)
    os.makedirs(folder, exist_ok=True)
    with open(catalog, encoding="utf-8") as file:
        streams = json.load(file)["streams"]
    for stream in streams:
        for kind in stream["events"]:
            with open(os.path.join(folder, kind["type"] + ".hex"), "w", encoding="ascii") as file:
                file.write(kind["exampleHex"] + "\n")


if __name__ == "__main__":
    main()
