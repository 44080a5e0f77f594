"""Just enough of C++ to judge it: text without comments and strings, includes, functions."""
import re

INCLUDE = re.compile(r'^\s*#\s*include\s+(?P<open>[<"])(?P<path>[^>"]+)[>"]')

_BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\ ]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def blank(text):
    """The text with comments and literals as spaces: every character keeps its place and line."""
    return _BLANKED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def includes(lines):
    """(line number, path, quoted?) of each include."""
    for number, line in enumerate(lines, 1):
        if found := INCLUDE.match(line):
            yield number, found["path"], found["open"] == '"'


_TYPE_SCOPE = re.compile(r"(^|\s)(namespace|class|struct|enum|union|extern)\b(?![^{]*\)\s*(const\s*)?$)")
_FUNCTION_END = re.compile(
    r"\)\s*((const|noexcept|override|final|mutable|&&?)\s*)*(->\s*[\w:<>,&*\s]+)?(:\s*[\w:<>]+\s*[({].*)?$", re.DOTALL)


def functions(text):
    """(first line, last line, head) of every function body at namespace or class scope."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()), blank(text), flags=re.MULTILINE)
    found, scopes, start, line = [], [], 0, 1
    for at, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char in ";{}":
            head = code[start:at].strip()
            start = at + 1
            if char == "{":
                inside = any(kind != "scope" for kind, _, _ in scopes)
                if not inside and _TYPE_SCOPE.search(head) and "(" not in head.split("class")[0]:
                    kind = "scope"
                elif not inside and _FUNCTION_END.search(head):
                    kind = "function"
                else:
                    kind = "block"
                scopes.append((kind, line, head))
            elif char == "}" and scopes:
                kind, first, head = scopes.pop()
                if kind == "function":
                    found.append((first, line, head))
    return found
