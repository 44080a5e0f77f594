"""shellcheck over every shell script."""
import json
import shutil
import subprocess

from tree import Finding


def scripts(tree):
    return [path for path in tree.paths()
            if path.endswith(".sh") or tree.files[path].startswith(("#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh"))]


def check(tree, root):
    if shutil.which("shellcheck") is None:
        print("shellcheck is not installed; its rules were not checked")
        return
    paths = scripts(tree)
    run = subprocess.run(["shellcheck", "-x", "-f", "json", *paths], cwd=root, capture_output=True, text=True)
    for one in json.loads(run.stdout or "[]"):
        yield Finding(one["file"], one["line"],
                      f"{one['message']} (SC{one['code']}: www.shellcheck.net/wiki/SC{one['code']})")
