"""Files that nothing builds, includes, runs or names."""
import os
import re

from tree import Finding


def cmake_tokens(tree):
    """Every path that a CMakeLists.txt or a .cmake file names, from the root."""
    named = set()
    for path in tree.paths("CMakeLists.txt", ".cmake"):
        folder = os.path.dirname(path)
        for token in re.findall(r"[\w./${}-]+\.(?:cc|py|mjs|sh)\b", tree.files[path]):
            token = token.replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")
            named.add(token.replace("${CMAKE_SOURCE_DIR}/", "") if token.startswith("${CMAKE_SOURCE_DIR}/")
                      else os.path.normpath(os.path.join(folder, token)))
    return named


def named_elsewhere(tree, path):
    """Whether another file says the name of this one (a script's callers need no build file)."""
    name = os.path.basename(path)
    word = re.compile(rf"\b{re.escape(os.path.splitext(name)[0])}\b")
    return any(word.search(text) for other, text in tree.files.items()
               if other != path and not other.endswith((".md", "package-lock.json")))


def check(tree):
    built = cmake_tokens(tree)
    included = set()
    for path in tree.paths(".h", ".cc"):
        included.update(re.findall(r'#include "([^"]+)"', tree.files[path]))
    for path in tree.paths(".cc"):
        if path not in built:
            yield Finding(path, 0, "no CMakeLists.txt builds it; add it to its part's, or delete it")
    for path in tree.paths(".h"):
        if path not in included:
            yield Finding(path, 0, "nothing includes it; delete it")
    for path in tree.paths(".py", ".sh", ".mjs"):
        if path.startswith("services/gateway/web/") or path in built or path.startswith("tests/bench/"):
            continue
        if not named_elsewhere(tree, path):
            yield Finding(path, 0, "nothing runs, sources or imports it; delete it")
    for path in tree.paths():
        if path.endswith((".orig", ".rej", ".bak", "~")):
            yield Finding(path, 0, "a left-over; delete it")
