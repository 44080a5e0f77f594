"""Files of at most 400 lines, functions of at most 70: what does not fit is two things."""
import ast

import cpp
from tree import Finding

FILE_MAX = 400
# A service's events are one oneof, and what was released stays in its file.
EVENTS_MAX = 600
FUNCTION_MAX = 70
CODE = (".cc", ".h", ".py", ".sh", ".mjs", ".sql", ".proto", ".cmake", "CMakeLists.txt")
CONSOLE = "services/gateway/web/"  # Judged by its own tools.


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno, node.name


def shell_functions(lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line.endswith("() {"):
            start = number, line[:-4]
        elif line == "}" and start:
            yield start[0], number, start[1]
            start = None


def check(tree):
    for path in tree.paths(*CODE):
        if path.startswith(CONSOLE):
            continue
        lines = tree.lines(path)
        longest = EVENTS_MAX if path.endswith("_events.proto") else FILE_MAX
        if len(lines) > longest:
            yield Finding(path, longest, f"{len(lines)} lines, more than {longest}; split the file by idea")
        if path.endswith((".cc", ".h")):
            functions = cpp.functions(tree.files[path])
        elif path.endswith(".py"):
            functions = python_functions(tree.files[path])
        elif path.endswith(".sh"):
            functions = shell_functions(lines)
        else:
            continue
        for first, last, name in functions:
            if last - first + 1 > FUNCTION_MAX:
                yield Finding(path, first, f"{last - first + 1} lines in one function, more than {FUNCTION_MAX}; "
                                           f"name the steps of {' '.join(name.split())[-60:]}")
