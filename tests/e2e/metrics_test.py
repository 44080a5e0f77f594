"""docs/metrics.md names every metric that the platform shows, and docs/settings.md every setting."""
import json
import os
import re
import unittest
import urllib.request

from case import StackCase
from stack import ROOT, SERVICES

CATALOGUE = os.path.join(ROOT, "docs/metrics.md")
HEAD = """# Metrics

Every metric of every service, as its ops port shows it at `/metrics` in Prometheus's text form. Base units; no id of a tenant, a contact or a
message is ever a label. `VEFA_WRITE_DOCS=1 ./vefa test e2e` writes this page, and the same run without it fails when a metric is shown
that is missing here.

| metric | kind | labels | of | what |
|---|---|---|---|---|
"""


def families(text):
    """Name, kind, help and labels of each metric."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, what = line.split(" ", 3)
            found.setdefault(name, {"labels": set()})["what"] = what
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            found.setdefault(name, {"labels": set()})["kind"] = kind
        else:
            name = re.split(r"[{ ]", line, maxsplit=1)[0]
            family = next((each for each in (name, re.sub(r"_(bucket|sum|count)$", "", name)) if each in found), None)
            if family:
                found[family]["labels"] |= set(re.findall(r'[{,](\w+)="', line)) - {"le"}
    return found


class MetricsTest(StackCase):
    def test_every_metric_is_in_the_catalogue(self):
        rows = {}
        for service in SERVICES:
            for name, family in families(self.metrics(service)).items():
                row = rows.setdefault(name, {"kind": family["kind"], "what": family["what"], "labels": set(), "of": []})
                row["labels"] |= family["labels"]
                row["of"].append(service)
        with open(CATALOGUE, encoding="utf-8") as file:
            known = {line.split("`")[1]: [cell.strip() for cell in line.split("|")] for line in file if line.startswith("| `")}
        if os.environ.get("VEFA_WRITE_DOCS"):
            known = self.write(rows, known)
        # Some are shown only once something has happened: what is not shown now may stand in the page.
        for name, row in sorted(rows.items()):
            self.assertIn(name, known)
            _, _, kind, labels, of, what, _ = known[name]
            self.assertEqual((kind, what), (row["kind"], row["what"]), name)
            self.assertLessEqual(row["labels"], set(labels.split(", ")), name)
            self.assertTrue(of == "all" or set(row["of"]) <= set(of.split(", ")), name)

    def write(self, rows, known):
        """Of a metric that was in the page before, what the page says of its labels and services stays: not everything has
        happened now."""
        page = dict(known)
        for name, row in rows.items():
            before = known.get(name, [""] * 7)
            labels = row["labels"] | {label for label in before[3].split(", ") if label not in ("", "–")}
            of = set(row["of"]) | set(SERVICES if before[4] == "all" else before[4].split(", ")) - {""}
            shown = "all" if len(of) == len(SERVICES) else ", ".join(each for each in SERVICES if each in of)
            page[name] = ["", f"`{name}`", row["kind"], ", ".join(sorted(labels)) or "–", shown, row["what"], ""]
        with open(CATALOGUE, "w", encoding="utf-8") as file:
            file.write(HEAD + "".join(" | ".join(page[name]).strip() + "\n" for name in sorted(page)))
        return page

    def test_no_label_is_an_id(self):
        for service in SERVICES:
            self.assertNotRegex(self.metrics(service), r'="[^"]*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-', service)

    def test_every_setting_is_documented(self):
        with open(os.path.join(ROOT, "docs/settings.md"), encoding="utf-8") as file:
            page = file.read()
        for service in SERVICES:
            settings = json.loads(self.ops(service, "/configz"))
            self.assertGreater(len(settings), 10, service)
            self.assertEqual([name for name in settings if f"`{name}`" not in page], [], service)

    def metrics(self, service):
        return self.ops(service, "/metrics")

    def ops(self, service, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stack.port(service) + 1}{path}", timeout=10) as answer:
            return answer.read().decode()


if __name__ == "__main__":
    unittest.main(verbosity=2)
