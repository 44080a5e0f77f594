"""The repository as the checks see it: names of files and their text."""
import os
import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule: where, and what to do instead."""
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class Tree:
    """Files by path from the root. Made of a dictionary, so that a test needs no disk."""

    def __init__(self, files):
        self.files = files

    def paths(self, *endings, under=""):
        return [path for path in sorted(self.files)
                if path.startswith(under) and (not endings or path.endswith(endings))]

    def lines(self, path):
        return self.files[path].splitlines()


# Test code, and what only tests include.
TEST_FILE = r"(.*_(test|fixture|for_test)\.(h|cc)|.*/fake_\w+\.(h|cc)|.*/testing/.*|tests/.*)"


def is_test(path):
    return re.fullmatch(TEST_FILE, path) is not None


# Binary files and what tools generate say nothing about style.
SKIPPED_ENDINGS = (".png", ".ico", ".woff2", ".gz", ".br")


def repository_paths(root):
    """Everything that is or would be committed; without git, everything but what it would ignore."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True)
    if listed.returncode == 0:
        return [os.fsdecode(path) for path in listed.stdout.split(b"\0") if path]
    ignored = {".git", ".vefa", "build", "node_modules", "dist", "__pycache__"}
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ignored]
        paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return paths


def read_tree(root):
    files = {}
    for path in repository_paths(root):
        full = os.path.join(root, path)
        if path.endswith(SKIPPED_ENDINGS) or not os.path.isfile(full):
            continue
        with open(full, encoding="utf-8", errors="replace") as file:
            files[path] = file.read()
    return Tree(files)
