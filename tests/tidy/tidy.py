"""House rules as a test. Usage: tidy.py ROOT [CHECK...]; prints each broken rule, ends with 1 if any."""
import os
import sys

import bans
import dead
import folders
import layering
import lengths
import migrations
import proto
import shell
import statements
from tree import read_tree

TREE_CHECKS = {"layering": layering.check, "lengths": lengths.check, "bans": bans.check, "folders": folders.check,
               "dead": dead.check, "statements": statements.check, "migrations": migrations.check}
TOOL_CHECKS = {"shell": shell.check, "proto": proto.check}


def main():
    root, chosen = os.path.abspath(sys.argv[1]), sys.argv[2:] or [*TREE_CHECKS, *TOOL_CHECKS]
    unknown = [name for name in chosen if name not in TREE_CHECKS and name not in TOOL_CHECKS]
    if unknown:
        sys.exit(f"there is no check {unknown[0]}; choose of {', '.join([*TREE_CHECKS, *TOOL_CHECKS])}")
    tree = read_tree(root)
    broken = []
    for name in chosen:
        broken += TREE_CHECKS[name](tree) if name in TREE_CHECKS else TOOL_CHECKS[name](tree, root)
    for finding in sorted(broken):
        print(finding)
    print(f"{', '.join(chosen)}: {len(tree.files)} files, {len(broken)} broken rules")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
