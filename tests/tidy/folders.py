"""Every part says what it is in a README and stands in the folder map of the root README."""
import re

from tree import Finding

# Folders whose children are parts of their own; other top folders are one part.
PARENTS = ("libs", "services", "tests", "deploy")


def parts(tree):
    found = set()
    for path in tree.paths():
        steps = path.split("/")
        if len(steps) > 2 and steps[0] in PARENTS:
            found.add("/".join(steps[:2]))
        elif len(steps) > 1 and not steps[0].startswith(".") and steps[0] not in PARENTS:
            found.add(steps[0])
    return sorted(found)


def check(tree):
    root = tree.files.get("README.md")
    if root is None:
        yield Finding("README.md", 0, "the repository has no README; write what it is and a folder map")
        root = ""
    for part in parts(tree):
        if f"{part}/README.md" not in tree.files:
            yield Finding(part, 0, f"write {part}/README.md: purpose, how to use it in ten lines, limits")
        if not re.search(rf"`{re.escape(part)}/?`", root):
            yield Finding("README.md", 0, f"add `{part}` to the folder map, in backticks, with one line of what it is")
