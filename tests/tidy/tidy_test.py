"""The checks on small bad samples: each must find what it is there for, and nothing in good ones."""
import os
import tempfile
import unittest

import bans
import cpp
import dead
import folders
import layering
import lengths
import migrations
import proto
import shell
import statements
from tree import Tree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEADER = "#pragma once\n"


def messages(check, files, *arguments):
    return [str(finding) for finding in check(Tree(files), *arguments)]


class LayeringTest(unittest.TestCase):
    def broken(self, path, include):
        text = HEADER + f"#include {include}\n"
        return messages(layering.check, {path: text})

    def test_arrows_point_down(self):
        self.assertEqual(self.broken("libs/rpc/door.h", '"libs/base/result.h"'), [])
        self.assertEqual(self.broken("libs/http/a_test.cc", '"libs/rpc/door.h"'), [])
        self.assertIn("arrows point down", self.broken("libs/base/result.h", '"libs/rpc/door.h"')[0])
        self.assertIn("no rank", self.broken("libs/fresh/a.h", '"libs/base/id.h"')[0])
        self.assertIn("a library knows no service", self.broken("libs/rpc/a.cc", '"services/contact/contact.h"')[0])

    def test_services_do_not_know_each_other(self):
        self.assertIn("RPC and events", self.broken("services/campaign/a.cc", '"services/contact/contact.h"')[0])
        self.assertEqual(self.broken("services/ctl/users_add.cc", '"services/gateway/user_store.h"'), [])

    def test_third_party_headers_have_a_home(self):
        for header, home in (("<libpq-fe.h>", "libs/postgres"), ("<hiredis/hiredis.h>", "libs/redis"),
                             ("<librdkafka/rdkafka.h>", "libs/kafka"), ("<boost/asio.hpp>", "libs/http"),
                             ("<prometheus/gauge.h>", "libs/telemetry"), ("<openssl/evp.h>", "libs/crypto"),
                             ("<unicode/unistr.h>", "libs/text"), ("<absl/strings/str_cat.h>", "nowhere"),
                             ("<grpcpp/grpcpp.h>", "libs/rpc"), ("<gtest/gtest.h>", "tests")):
            self.assertIn(home, self.broken("services/contact/contact_store.cc", header)[0], header)
            if home.startswith("libs"):
                self.assertEqual(self.broken(home + "/a.cc", header), [], header)

    def test_domain_files_are_pure(self):
        self.assertIn("domain", self.broken("services/contact/contact.cc", '"libs/postgres/rows.h"')[0])
        self.assertIn("pure", self.broken("services/contact/contact.h", "<nlohmann/json.hpp>")[0])
        self.assertEqual(self.broken("services/contact/contact.h", "<string>"), [])

    def test_headers_and_paths(self):
        self.assertIn("#pragma once", messages(layering.check, {"libs/base/a.h": "int a;\n"})[0])
        self.assertIn("from the root", self.broken("libs/base/a.h", '"result.h"')[0])
        self.assertIn("tests only", self.broken("libs/rpc/door.cc", '"libs/testing/engines.h"')[0])


class LengthsTest(unittest.TestCase):
    def test_files(self):
        self.assertEqual(messages(lengths.check, {"libs/base/a.cc": "\n" * 400}), [])
        self.assertIn("401 lines", messages(lengths.check, {"libs/base/a.cc": "\n" * 401})[0])
        self.assertEqual(messages(lengths.check, {"services/gateway/web/a.cc": "\n" * 401}), [])

    def test_functions(self):
        body = "  int a = 0;  // }\n" * 68
        self.assertEqual(messages(lengths.check, {"a.cc": "int F() {\n" + body + "}\n"}), [])
        self.assertIn("lines in one function", messages(lengths.check, {"a.cc": "int F() {\n" + body + "  a;\n}\n"})[0])
        self.assertIn("lines in one function", messages(lengths.check, {"a.py": "def f():\n" + "    a = 1\n" * 70})[0])
        self.assertIn("lines in one function", messages(lengths.check, {"a.sh": "f() {\n" + "  a\n" * 70 + "}\n"})[0])

    def test_functions_are_told_from_scopes(self):
        text = ("namespace a {\nclass B : public C {\n public:\n  B() : c_(1), d_{2} { Go(); }\n"
                "  int D() const override {\n    if (x) {\n    }\n    return 1;\n  }\n};\n"
                "const char* kText = R\"(void F() {)\";\nint kList[] = {1, 2};\n"
                "auto G(int x) -> std::string {\n  return [&] { return \"}\"; }();\n}\n}\n")
        heads = [head.split("(")[0].split()[-1] for _, _, head in cpp.functions(text)]
        self.assertEqual(heads, ["B", "D", "G"])


class BansTest(unittest.TestCase):
    def test_each_ban_names_its_replacement(self):
        samples = {
            "libs/base/a_test.cc": ("std::this_thread::sleep_for(x);", "Eventually"),
            "tests/e2e/a.py": ("time.sleep(1)", "wait_until"),
            "libs/rpc/a.cc": ("std::cout << 1;", "telemetry"),
            "services/contact/a.cc": ("auto t = std::chrono::system_clock::now();", "vefa::Clock"),
            "services/contact/b.cc": ('getenv("X");', "config::Environment"),
            "services/contact/c.cc": ("try { } catch (...) { }", "std::exception"),
            "libs/base/d.cc": ("// TODO: later", "TODO(#number)"),
            "services/contact/migrations/1.sql": ("DROP TABLE a CASCADE;", "no CASCADE"),
            "tests/package-lock.json": ('"resolved": "x"', "without addresses"),
        }
        for path, (line, instead) in samples.items():
            found = messages(bans.check, {path: line + "\n"})
            self.assertEqual(len(found), 1, (path, found))
            self.assertIn(instead, found[0])

    def test_exceptions_and_comments(self):
        for path, line in (("services/ctl/a.cc", "std::cout << 1;"), ("libs/base/clock.cc", "system_clock::now();"),
                           ("libs/config/a.cc", 'getenv("X");'), ("libs/base/a.cc", "// std::cout is banned"),
                           ("libs/base/b.cc", "// TODO(#12): later"), ("libs/base/c.cc", 'auto t = "catch (...)";'),
                           ("services/a/1.sql", "-- no DROP ... CASCADE here")):
            self.assertEqual(messages(bans.check, {path: line + "\n"}), [], path)


class StatementsTest(unittest.TestCase):
    def test_names_are_had_once(self):
        one = 'const Statement kFind{\n    "find",\n    "SELECT 1"};\n'
        self.assertEqual(messages(statements.check, {"libs/rpc/a.cc": one, "libs/rpc/a_test.cc": one}), [])
        found = messages(statements.check, {"libs/rpc/a.cc": one, "services/contact/b.cc": one})
        self.assertEqual(len(found), 1)
        self.assertIn("libs/rpc/a.cc:1", found[0])


class MigrationsTest(unittest.TestCase):
    def broken(self, sql):
        return messages(migrations.check, {"services/contact/migrations/0009_more.sql": sql})

    def test_what_the_release_before_would_not_survive(self):
        for sql in ("DROP TABLE contact", "ALTER TABLE contact DROP COLUMN email", "ALTER TABLE contact RENAME email TO mail",
                    "ALTER TABLE contact ALTER COLUMN source TYPE text", "ALTER TABLE contact ALTER email SET NOT NULL",
                    "ALTER TABLE contact\n  ADD COLUMN age int NOT NULL", "ALTER TABLE contact ADD CHECK (version > 0)",
                    "ALTER TABLE contact ADD CONSTRAINT one UNIQUE (email)", "CREATE INDEX by_mail ON contact (email)",
                    "ALTER TABLE contact RENAME TO person", "ALTER INDEX by_mail RENAME TO by_email"):
            with self.subTest(sql):
                found = self.broken("-- A note.\n" + sql + ";\n")
                self.assertEqual(len(found), 1)
                self.assertIn("0009_more.sql:2", found[0])
                self.assertEqual(self.broken("-- contract: nobody reads it.\n" + sql + ";\n"), [])

    def test_a_reason_is_for_one_statement(self):
        found = self.broken("-- contract: small.\nDROP TABLE a;\nDROP TABLE b;\n")
        self.assertEqual(len(found), 1)
        self.assertIn("DROP TABLE b", found[0])

    def test_what_only_adds(self):
        for sql in ("CREATE TABLE more (id int); CREATE INDEX more_by_id ON more (id)", "ALTER TABLE contact ADD COLUMN age int",
                    "ALTER TABLE contact ADD COLUMN age int NOT NULL DEFAULT 0", "DROP INDEX by_mail", "-- DROP TABLE contact",
                    "ALTER TABLE contact ADD CHECK (version > 0) NOT VALID",
                    "ALTER TABLE contact ADD COLUMN a int NOT NULL DEFAULT 0, ADD COLUMN b int",
                    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DROP TABLE x; $$"):
            with self.subTest(sql):
                self.assertEqual(self.broken(sql + ";\n"), [])


class FoldersTest(unittest.TestCase):
    def test_readme_and_map(self):
        good = {"README.md": "| `libs/base` | x |\n| `docs` | y |", "libs/base/README.md": "", "libs/base/a.cc": "",
                "docs/README.md": ""}
        self.assertEqual(messages(folders.check, good), [])
        found = messages(folders.check, {"README.md": "| `libs/bas` |", "libs/base/a.cc": ""})
        self.assertEqual(len(found), 2)
        self.assertIn("libs/base/README.md", found[0])
        self.assertIn("folder map", found[1])


class DeadTest(unittest.TestCase):
    def test_sources_headers_scripts(self):
        files = {"libs/base/CMakeLists.txt": "vefa_library(base SOURCES a.cc sub/b.cc)", "libs/base/a.cc":
                 '#include "libs/base/a.h"\n', "libs/base/a.h": "", "libs/base/sub/b.cc": "", "deploy/x.sh": "",
                 "vefa": ". x.sh"}
        self.assertEqual(messages(dead.check, files), [])
        found = messages(dead.check, {**files, "libs/base/c.cc": "", "libs/base/c.h": "", "deploy/y.sh": "", "z.orig": ""})
        self.assertEqual([line.split(":")[0] for line in found], ["libs/base/c.cc", "libs/base/c.h", "deploy/y.sh", "z.orig"])


class ShellTest(unittest.TestCase):
    def test_finds_an_unquoted_variable(self):
        with tempfile.TemporaryDirectory() as folder:
            text = "#!/bin/bash\nrm $1\n"
            with open(os.path.join(folder, "bad.sh"), "w", encoding="utf-8") as file:
                file.write(text)
            found = messages(shell.check, {"bad.sh": text}, folder)
            self.assertTrue(shell.shutil.which("shellcheck") is None or "SC2086" in found[0])


@unittest.skipUnless(os.path.exists(proto.find_buf(ROOT)), "buf is not installed")
class ProtoTest(unittest.TestCase):
    SETTINGS = "version: v2\nmodules:\n  - path: .\nlint:\n  use: [STANDARD]\nbreaking:\n  use: [FILE]\n"
    GOOD = 'syntax = "proto3";\n\npackage a.v1;\n\nmessage A {\n  string name = 1;\n}\n'

    def run_buf(self, text, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            now, before = os.path.join(folder, "now"), os.path.join(folder, "before")
            for place, content in ((now, text), (before, self.GOOD)):
                proto.make_workspace(place, {"a/v1/a.proto": content}, self.SETTINGS, proto.find_googleapis(ROOT))
            arguments = [before if one == "BEFORE" else one for one in arguments]
            return proto.run_buf(proto.find_buf(ROOT), now, *arguments)

    def test_lint_format_breaking(self):
        renumbered = self.GOOD.replace("= 1", "= 2")
        self.assertEqual(self.run_buf(self.GOOD, "lint"), (0, ""))
        self.assertIn("lower_snake_case", self.run_buf(self.GOOD.replace("name", "Name"), "lint")[1])
        self.assertNotEqual(self.run_buf(self.GOOD.replace("  string", "string"), "format", "-d", "--exit-code", "proto")[0], 0)
        code, output = self.run_buf(renumbered, "breaking", "--against", "BEFORE")
        self.assertNotEqual(code, 0)
        found = list(proto.findings(output, "hint"))
        self.assertEqual((found[0].path, "hint" in found[0].message), ("proto/a/v1/a.proto", True))
        self.assertEqual(self.run_buf(self.GOOD, "breaking", "--against", "BEFORE")[0], 0)


if __name__ == "__main__":
    unittest.main()
