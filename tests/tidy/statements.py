"""A connection knows prepared statements by name: two with one name would run each other's SQL."""
import re

from tree import TEST_FILE, Finding

_NAMED = re.compile(r'\bStatement\s+\w+\s*\{\s*"(?P<name>\w+)"')


def check(tree):
    first = {}
    for path in tree.paths():
        if not re.fullmatch(r"(libs|services)/.*\.(h|cc)", path) or re.fullmatch(TEST_FILE, path):
            continue
        for found in _NAMED.finditer(tree.files[path]):
            number = tree.files[path].count("\n", 0, found.start()) + 1
            before = first.setdefault(found["name"], f"{path}:{number}")
            if before != f"{path}:{number}":
                yield Finding(path, number, f"the statement {found['name']} has the name of that of {before}; give it another")
