"""Migrations that a running release survives: what the release before still reads and writes stays as it is, and nobody
waits long for a lock. A statement that breaks this on purpose says why: `-- contract: reason` above it."""
import re

from tree import Finding

REASON = re.compile(r"--\s*contract:\s*\S")
# Released before the rule; their texts cannot change any more, and no earlier release runs beside them.
RELEASED = {"libs/events/migrations/0003_ledger_partitions.sql", "libs/events/migrations/0004_consumers.sql",
            "libs/events/migrations/0006_answer_subjects.sql", "libs/events/migrations/0009_answer_age.sql",
            "services/gateway/migrations/0003_operator_role.sql"}

_TABLE = r"(?:IF EXISTS )?(?:ONLY )?(?P<table>[\w.\"]+)"
_BANS = [(re.compile(pattern), instead) for pattern, instead in [
    (r"^DROP TABLE ", "the release before still uses the table; drop it a release after nothing does"),
    (rf"^ALTER TABLE {_TABLE} .*\bDROP COLUMN\b", "the release before still names the column; drop it a release later"),
    (rf"^ALTER TABLE {_TABLE} .*\bRENAME\b", "the release before knows the old name; add the new one beside it"),
    (rf"^ALTER (?:INDEX|SEQUENCE|FUNCTION|TYPE|VIEW) {_TABLE} RENAME\b", "the release before knows the old name; add the new one beside it"),
    (rf"^ALTER TABLE {_TABLE} .*\bALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE\b",
     "a type change rewrites the table under a lock; add a column and fill it"),
    (rf"^ALTER TABLE {_TABLE} .*\bSET NOT NULL\b", "it reads the whole table under a lock; add a CHECK NOT VALID and validate it"),
    (rf"^ALTER TABLE {_TABLE} .*\bADD COLUMN (?:IF NOT EXISTS )?\S+ (?:(?!,).)*\bNOT NULL\b(?!(?:(?!,).)*\bDEFAULT\b)(?<!DEFAULT)",
     "the release before does not fill it; give it a DEFAULT"),
    (rf"^ALTER TABLE {_TABLE} .*\bADD (?:CONSTRAINT \S+ )?(?:CHECK|FOREIGN KEY)\b(?!.*NOT VALID)",
     "it checks every row under a lock; add it NOT VALID and validate it in a step of its own"),
    (rf"^ALTER TABLE {_TABLE} .*\bADD (?:CONSTRAINT \S+ )?(?:PRIMARY KEY|UNIQUE)\b(?!.*USING INDEX)",
     "it builds an index while nobody may write"),
    (rf"^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?\S+ ON {_TABLE}", "it is built while nobody may write"),
]]


def statements(sql):
    """Each statement on one line, with the line it begins at and whether a reason stands above it."""
    sql = re.sub(r"\$\$.*?\$\$", lambda body: "$$" + "\n" * body[0].count("\n") + "$$", sql, flags=re.S)
    words, begin, reason = [], 0, False
    for number, line in enumerate(sql.splitlines(), 1):
        reason = reason or REASON.search(line) is not None
        code = line.split("--")[0]
        for index, piece in enumerate(code.split(";")):
            if index > 0 and words:
                yield begin, " ".join(" ".join(words).split()), reason
                words, reason = [], False
            if piece.strip():
                begin = begin if words else number
                words.append(piece)


def check(tree):
    for path in tree.paths(".sql"):
        if not re.fullmatch(r"(libs|services)/\w+/migrations/\d{4}_\w+\.sql", path) or path in RELEASED:
            continue
        made = set()
        for line, text, reason in statements(tree.files[path]):
            created = re.match(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?([\w.\"]+)", text)
            if created:
                made.add(created[1])
            for pattern, instead in _BANS:
                found = pattern.search(text)
                if found and not reason and found.groupdict().get("table") not in made:
                    yield Finding(path, line, f"{text[:60]}: {instead}, or say `-- contract: reason` above it")
