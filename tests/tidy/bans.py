"""Calls and words that are banned, each with what to use instead."""
import re
from dataclasses import dataclass

import cpp
from tree import TEST_FILE, Finding


@dataclass
class Ban:
    pattern: str
    instead: str
    files: str          # Where it is looked for.
    but: str = r"$^"    # Named exceptions.
    in_code: bool = True  # Comments and strings do not count.


CPP = r"(libs|services|tests)/.*\.(h|cc)"
TEST = r".*_(test|fixture|for_test)\.(h|cc)|tests/.*\.(h|cc)"
# gRPC takes deadlines on the system clock and nothing else.
GRPC_DEADLINES = r"libs/rpc/(peer|door)\.cc|libs/service/host\.cc|services/gateway/(upstream|grpc_service)\.cc"

BANS = [
    Ban(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|(?<![\w.:>])sleep\s*\(",
        "testing::Eventually with a deadline (a sleep in a test hides a race)", TEST),
    Ban(r"\btime\.sleep\s*\(", "wait_until of tests/stack/waiting.py (a sleep in a test hides a race)",
        r"tests/.*\.py", r"tests/tidy/.*"),
    Ban(r"\bsleep\s+[0-9.$]", "wait on a condition with a deadline", r"tests/.*\.sh", in_code=False),
    Ban(r"std::cout\b|std::cerr\b|(?<!\w)printf\s*\(", "telemetry::Info and its like write the log", CPP,
        r"services/ctl/.*|libs/(testing/.*|base/check\.cc|config/command_line\.cc|kafka/mock_main\.cc)|" + TEST_FILE),
    Ban(r"system_clock::now\b", "an injected vefa::Clock", CPP, r"libs/base/clock\.cc|" + GRPC_DEADLINES + "|" + TEST_FILE),
    Ban(r"\b(getenv|secure_getenv)\s*\(", "config::Environment", CPP,
        r"libs/(config|testing)/.*|libs/base/fault_point\.cc|" + TEST_FILE),
    Ban(r"catch\s*\(\s*\.\.\.\s*\)", "catch std::exception at a border, with a log", CPP),
    Ban(r"^using\s+namespace\b", "names with their namespace", CPP, r"services/\w+/main\.cc"),
    Ban(r"\b(strcpy|strcat|sprintf|gets|strtok)\s*\(", "std::string, std::snprintf", CPP),
    Ban(r"\bNULL\b", "nullptr", CPP),
    Ban(r"\b(TODO|FIXME|XXX)\b(?!\(#[0-9]+\))", "TODO(#number) with the issue that will do it", r".*\.(h|cc|py|sh|mjs|tsx?|sql|proto)",
        r"tests/tidy/.*", in_code=False),
    Ban(r"(?i)\bdrop\b[^;]*\bcascade\b", "name what is dropped, in an order that needs no CASCADE", r".*\.sql"),
    Ban(r'"resolved":', "a lock file without addresses: npm install --package-lock-only --omit-lockfile-registry-resolved",
        r".*package-lock\.json", in_code=False),
    Ban(r"https?://(?!127\.0\.0\.1|localhost)[^\s\"']*(registry|nexus|artifactory|mirror)", "the tool's own configuration; "
        "the repository names no package server", r".*", r"tests/tidy/.*|.*\.md", in_code=False),
]


def searched(ban, path, text):
    if ban.in_code and path.endswith((".h", ".cc")):
        return cpp.blank(text)
    if ban.in_code and path.endswith(".sql"):
        return re.sub(r"--[^\n]*", "", text)
    if ban.in_code and path.endswith(".py"):
        return re.sub(r"#[^\n]*", "", text)
    return text


def check(tree):
    for ban in BANS:
        for path in tree.paths():
            if not re.fullmatch(ban.files, path) or re.fullmatch(ban.but, path):
                continue
            for number, line in enumerate(searched(ban, path, tree.files[path]).splitlines(), 1):
                if found := re.search(ban.pattern, line):
                    yield Finding(path, number, f"{found.group().strip()} is banned; use {ban.instead}")
