"""Import files with every mistake: told by line, field and reason; the good rows go in; never a crash."""
import csv
import json
import unittest

from case import StackCase

HUGE = 10_000_000


class ImportsTest(StackCase):
    def import_file(self, kind, data, name):
        path = self.stack.path(name)
        with open(path, "wb") as file:
            file.write(data)
        rejects = path + ".rejects"
        run = self.stack.vefactl("import", kind, path, "--rejects", rejects)
        try:
            with open(rejects, encoding="utf-8", newline="") as file:
                rows = [(int(row["line"]), row["field"], row["reason"]) for row in csv.DictReader(file)]
        except FileNotFoundError:
            rows = []
        return run, rows

    def versions(self, prefix):
        return self.stack.sql("contact", f"SELECT external_id, version FROM contact WHERE external_id LIKE '{prefix}%' ORDER BY 1")

    def test_contacts_consents_and_orders(self):
        contacts = (b"external_id,display_name,email,language\r\n"
                    b"imp/1,\"I\xc5\x9f\xc4\xb1k, \xc4\xb0pek\",imp.1@import.example,tr\r\n"
                    b"imp/2,B\xff,imp.2@import.example,en\r\n"          # 3: not UTF-8
                    b"imp/3,C,nowhere,en\r\n"                           # 4: no address
                    b"imp/1,,,\r\n"                                     # 5: twice in the file, and says nothing new
                    b"imp/4,D\r\n"                                      # 6: too few fields
                    b"imp/5," + b"E" * HUGE + b",imp.5@import.example,en\r\n"  # 7: 10 MB
                    b"imp/6,F,imp.6@import.example,xx\r\n"              # 8: no such language
                    b"imp/7,G,imp.7@import.example,en\r\n")
        run, rejects = self.import_file("contacts", contacts, "contacts.csv")
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertEqual(sorted(rejects), [
            (3, "", "NOT_UTF8"), (4, "email", "EMAIL_SYNTAX"), (6, "", "FIELD_COUNT"), (7, "", "RECORD_TOO_LONG"),
            (8, "language", "LANGUAGE_UNKNOWN")])
        self.assertEqual(self.versions("imp/"), [["imp/1", "1"], ["imp/7", "1"]])

        consents = (b"contact_external_id,purpose,channel,state,source,occur_time\n"
                    b"imp/1,win-back,email,granted,desk,2024-05-06\n"
                    b"imp/7,win-back,email,granted,desk,2024-02-30\n"   # 3: a date that is not one
                    b"imp/9,win-back,email,granted,desk,2024-05-06\n")  # 4: nobody
        run, rejects = self.import_file("consents", consents, "consents.csv")
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertEqual(sorted(rejects), [(3, "occur_time", "TIME_SYNTAX"),
                                           (4, "consent.contact_external_id", "CONTACT_NOT_FOUND")])

        orders = (b"external_id,contact_external_id,occur_time,total,currency,item_count\n"
                  b"imp/o1,imp/1,2024-05-06,12.50,USD,1\n"
                  b"imp/o2,imp/1,06.05.2024,12.50,USD,1\n"             # 3: not a date
                  b"imp/o3,imp/1,2024-05-06,12.50,USD,0\n"             # 4: no items
                  b"imp/o4,imp/9,2024-05-06,12.50,USD,1\n"             # 5: nobody
                  b"imp/o5,imp/1,2024-05-06,much,USD,1\n")             # 6: not an amount
        run, rejects = self.import_file("orders", orders, "orders.csv")
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertEqual([(line, reason) for line, _, reason in sorted(rejects) if line != 4],
                         [(3, "TIME_SYNTAX"), (5, "CONTACT_NOT_FOUND"), (6, "AMOUNT_SYNTAX")])
        self.assertIn(4, [line for line, _, _ in rejects])

        # The same files again: nothing changes anywhere.
        facts = {service: self.stack.count(service, "SELECT count(*) FROM event_log") for service in ("contact", "interaction")}
        for kind, data in (("contacts", contacts), ("consents", consents), ("orders", orders)):
            run, _ = self.import_file(kind, data, f"{kind}.csv")
            self.assertEqual(run.returncode, 3)
            self.assertIn("0 new, 0 changed, ", run.stdout)
        for service, count in facts.items():
            self.assertEqual(self.stack.count(service, "SELECT count(*) FROM event_log"), count, service)

    def test_a_file_that_is_wrong_as_a_whole(self):
        for data in (b"", b"name,colour\n1,2\n", b"a,b\n1,2\n", b"\xff\xfe\n", b"," * 1_000_000):
            run, _ = self.import_file("contacts", data, "wrong.csv")
            self.assertEqual(run.returncode, 1, data)
            self.assertTrue(run.stderr.startswith("vefactl: "), run.stderr)

    def test_columns_are_guessed_shown_and_mapped(self):
        path = self.stack.path("kisiler.csv")
        with open(path, "w", encoding="utf-8-sig") as file:
            file.write("Kart;Ad;Soyad;E-posta;Cep Telefonu;Not\nmap/1;İpek;Işık;ipek@import.example;0532 123 45 67;x\n"
                       "map/2;李;;li@import.example;;=1+1\nmap/3;Ada;😀;nowhere;;\n")
        options = ("import", "contacts", path, "--map", "Kart=external_id", "--country", "TR")
        shown = self.stack.vefactl(*options, "--preview")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for text in ("given_name", "family_name", "phone", "CREATED İpek Işık ipek@import.example +905321234567", "REJECTED", "EMAIL_SYNTAX"):
            self.assertIn(text, shown.stdout)
        tried = self.stack.vefactl(*options, "--dry-run")
        self.assertIn("2 new, 0 changed, 0 known already, 1 rejects; nothing was written", tried.stdout, tried.stderr)
        self.assertEqual(self.versions("map/"), [])
        done = self.stack.vefactl(*options)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(self.versions("map/"), [["map/1", "1"], ["map/2", "1"]])
        undone = self.stack.vefactl("import", "undo", done.stdout.split(":")[0])
        self.assertEqual(undone.returncode, 0, undone.stderr)
        self.assertEqual(self.versions("map/"), [])

    def test_lines_of_json_and_cards(self):
        path = self.stack.path("people.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"id": "json/1", "name": "Ada", "tags": ["a", "b"]}\n{"id": "json/2", "name": "Bea"}\n{\n')
        self.assertEqual(self.stack.vefactl("import", "contacts", path).returncode, 3)
        self.assertEqual(self.versions("json/"), [["json/1", "1"], ["json/2", "1"]])
        path = self.stack.path("people.vcf")
        with open(path, "w", encoding="utf-8") as file:
            file.write("BEGIN:VCARD\nVERSION:4.0\nUID:card/1\nFN:İpek\nEMAIL:card1@import.example\nEND:VCARD\n")
        run = self.stack.vefactl("import", "contacts", path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.versions("card/"), [["card/1", "1"]])

    def test_raw_lines_at_the_door(self):
        good = json.dumps({"rows": [{"line": 1, "contact": {"externalId": "raw/1", "displayName": "R"}}]}).encode()
        for bad in (b"{", b"\xff", b'{"rows": 1}', b'{"cows": []}', b'{"rows": []}', b'"' + b"x" * HUGE + b'"'):
            status, lines = self.admin.stream("/v1/contacts:import", [good, bad])
            error = lines[-1].get("error", lines[-1])
            self.assertEqual(error["code"], "INVALID_ARGUMENT", (bad[:20], status, lines))
            self.assertTrue(error["reason"] and error["detail"], bad[:20])
        self.assertEqual(self.versions("raw/"), [["raw/1", "1"]])

    def test_an_order_that_differs_is_told(self):
        contact = self.contact(3)["name"]

        def order(total):
            row = {"line": 1, "order": {"externalId": "differs/1", "contact": contact, "occurTime": "2024-01-01T00:00:00Z",
                                        "total": {"currencyCode": "USD", "units": total}, "itemCount": 1}}
            return self.admin.stream("/v1/orders:import", [json.dumps({"rows": [row]}).encode()])[1][0]

        self.assertEqual(order("5")["created"], 1)
        self.assertEqual(order("5")["unchanged"], 1)
        self.assertEqual(order("6")["rejects"][0]["reason"], "ORDER_DIFFERS")


if __name__ == "__main__":
    unittest.main()
