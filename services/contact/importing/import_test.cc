#include "services/contact/importing/import.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "services/contact/importing/import_values.h"

namespace vefa::contact {
namespace {

const Time kNow = *ParseTime("2026-01-01T00:00:00Z");

v1::Import ImportOf(std::initializer_list<const char*> fields) {
  v1::Import import;
  int n = 0;
  for (const char* field : fields) {
    v1::ImportColumn& column = *import.add_columns();
    column.set_column("c" + std::to_string(n++));
    column.set_field(field);
  }
  import.set_match(v1::Import::MATCH_EXTERNAL_ID);
  import.set_policy(v1::Import::POLICY_FILL);
  return import;
}

AttributeDefinitions Definitions() {
  AttributeDefinitions definitions;
  auto add = [&](const char* key, AttributeType type) {
    AttributeDefinition& one = definitions[key];
    one.key = one.title = key;
    one.type = type;
    one.length_max = 100;
  };
  add("city", AttributeType::kText);
  add("born", AttributeType::kDate);
  add("vip", AttributeType::kBoolean);
  add("spent", AttributeType::kMoney);
  add("visits", AttributeType::kNumber);
  return definitions;
}

ImportPlan PlanOf(const v1::Import& import) {
  std::vector<Violation> violations;
  ImportPlan plan = ReadImportPlan(import, Definitions(), "", violations);
  EXPECT_TRUE(violations.empty()) << violations.front().field << violations.front().reason;
  plan.consent_time = kNow;
  return plan;
}

ImportedRecord Read(const v1::Import& import, std::vector<std::string> values) {
  v1::ImportRecord record;
  record.set_line(7);
  for (std::string& value : values) record.add_values(std::move(value));
  return ReadImportRecord(record, PlanOf(import), Definitions(), kNow);
}

std::vector<std::string> Reasons(const ImportedRecord& record) {
  std::vector<std::string> reasons;
  for (const v1::ImportProblem& problem : record.problems) reasons.push_back(problem.field() + " " + problem.reason());
  return reasons;
}
using Strings = std::vector<std::string>;

TEST(Import, EveryMistakeOfAPlanIsTold) {
  v1::Import import = ImportOf({"email", "email", "colour", "attributes.none", "consents.win-back.fax", "-"});
  import.set_policy(v1::Import::POLICY_UNSPECIFIED);
  import.set_default_country("Narnia");
  std::vector<Violation> violations;
  ReadImportPlan(import, Definitions(), "import.", violations);
  Strings told;
  for (const Violation& violation : violations) told.push_back(violation.field + " " + violation.reason);
  EXPECT_EQ(told, (Strings{"import.columns[1].field IMPORT_FIELD_REPEATED", "import.columns[2].field IMPORT_FIELD_UNKNOWN",
                           "import.columns[3].field ATTRIBUTE_UNKNOWN", "import.columns[4].field IMPORT_FIELD_UNKNOWN",
                           "import.columns MATCH_COLUMN_MISSING", "import.policy REQUIRED", "import.default_country COUNTRY_UNKNOWN"}));
}

TEST(Import, AMillionColumnsAreRefusedAndNotRead) {
  v1::Import import;
  for (int i = 0; i < 1'000'000; ++i) import.add_columns();
  std::vector<Violation> violations;
  ImportPlan plan = ReadImportPlan(import, {}, "", violations);
  EXPECT_EQ(violations.front().reason, "COLUMNS_COUNT");
  EXPECT_LE(plan.columns.size(), 1000u);
}

TEST(Import, ARecordBecomesAPerson) {
  v1::Import import = ImportOf({"external_id", "given_name", "family_name", "email", "phone", "language", "country", "tags",
                                "attributes.city", "attributes.born", "attributes.vip", "attributes.spent", "attributes.visits", ""});
  ImportedRecord record = Read(import, {" c1 ", "İpek", "Işık", "Ipek@Deniz.Example", "0532 123 45 67", "Türkçe", "tr", "vip; yeni,vip",
                                        "İzmir", "31.12.1980", "evet", "-12.05 TRY", "2.5", "left out"});
  EXPECT_EQ(Reasons(record), Strings{});
  EXPECT_EQ(record.said.external_id, "c1");
  EXPECT_EQ(record.said.display_name.Reveal(), "İpek Işık");
  EXPECT_EQ(record.said.email.Reveal(), "ipek@deniz.example");
  EXPECT_EQ(record.said.phone.Reveal(), "+905321234567");
  EXPECT_EQ(record.said.language, "tr");
  EXPECT_EQ(record.said.country, "TR");
  EXPECT_EQ(record.said.tags, (Strings{"vip", "yeni"}));
  EXPECT_EQ(std::get<Money>(record.said.attributes.at("spent")), (Money{"TRY", -12, -50'000'000}));
  EXPECT_EQ(std::get<Date>(record.said.attributes.at("born")).days, *DaysFromCivil(1980, 12, 31));
  EXPECT_EQ(std::get<bool>(record.said.attributes.at("vip")), true);
}

TEST(Import, WhatIsEmptyIsUnsaid) {
  ImportedRecord record = Read(ImportOf({"external_id", "display_name", "language", "country", "email"}), {"c1", "", " ", "", ""});
  EXPECT_EQ(Reasons(record), Strings{});
  EXPECT_TRUE(record.said.display_name.empty() && record.said.language.empty() && record.said.country.empty());
  Contact known;
  known.display_name = std::string("Ada");
  known.language = "tr";
  Contact after = known;
  ApplyImport(record.said, v1::Import::MATCH_EXTERNAL_ID, v1::Import::POLICY_OVERWRITE, after);
  EXPECT_EQ(after.display_name, known.display_name);
  EXPECT_EQ(after.language, "tr");
}

TEST(Import, EveryMistakeOfARecordIsTold) {
  v1::Import import = ImportOf({"external_id", "email", "phone", "language", "attributes.born", "attributes.visits", "consents.win-back.email",
                                "consent_time", "owner"});
  ImportedRecord record = Read(import, {"", "nowhere", "12", "xx", "30.02.2020", "many", "maybe", "2024-02-30", "ada"});
  EXPECT_EQ(Reasons(record), (Strings{"attributes.born DATE_INVALID", "attributes.visits ATTRIBUTE_TYPE",
                                      "consents.win-back.email STATE_UNKNOWN", "consent_time TIME_SYNTAX", "owner RESOURCE_NAME",
                                      "language LANGUAGE_UNKNOWN", "email EMAIL_SYNTAX", "phone PHONE_SYNTAX"}));
  EXPECT_EQ(Reasons(Read(import, {"", "", "", "", "", "", "", "", ""})), Strings{"external_id REQUIRED"});
  EXPECT_EQ(Reasons(Read(import, {"c1"})), Strings{" FIELD_COUNT"});
}

TEST(Import, DatesThatDoNotExistAreRefused) {
  v1::Import import = ImportOf({"external_id", "attributes.born", "consents.win-back.email", "consent_time"});
  for (const char* good : {"2024-02-29", "29.02.2024", "1/1/0001", "31.12.9999", "0001-01-01"})
    EXPECT_EQ(Reasons(Read(import, {"c1", good, "", ""})), Strings{}) << good;
  for (const char* bad : {"2025-02-30", "29.02.2025", "2025-02-29", "0000-01-01", "1.1.0000", "10000-01-01", "1.1.10000", "31.04.2025", "2025-13-01",
                          "1.257.2025", "257.1.2025", "-1.1.2025", "1.1.25", "2025-1-1", "45678", "yesterday", "2025-02-01T10:00:00Z"})
    EXPECT_EQ(Reasons(Read(import, {"c1", bad, "", ""})), Strings{"attributes.born DATE_INVALID"}) << bad;
  for (const auto& [time, reason] : {std::pair{"2025-02-30", "consent_time TIME_SYNTAX"}, std::pair{"1.257.2025", "consent_time TIME_SYNTAX"},
                                     std::pair{"2026-01-02", "consents.occur_time TIME_IN_FUTURE"},
                                     std::pair{"1969-12-31", "consents.occur_time TIME_TOO_OLD"}})
    EXPECT_EQ(Reasons(Read(import, {"c1", "", "yes", time})), Strings{reason}) << time;
}

TEST(Import, NamesOfEveryScriptAreKeptAndHiddenSignsAreNot) {
  v1::Import import = ImportOf({"external_id", "display_name"});
  for (const char* name : {"李", "محمد علي", "😀 Ada", "İ", "ı", "O'Neil", "A", "=SUM(A1)"}) {
    ImportedRecord record = Read(import, {"c1", name});
    EXPECT_EQ(Reasons(record), Strings{}) << name;
    EXPECT_EQ(record.said.display_name.Reveal(), name);
  }
  EXPECT_EQ(Reasons(Read(import, {"c1", "Ada\u202Eevil"})), Strings{"display_name CONTROL_CHARACTER"});
  EXPECT_EQ(Reasons(Read(import, {"c1", "\u200D"})), Strings{"display_name REQUIRED"});
  EXPECT_EQ(Read(import, {"c1", "\uFEFFAda"}).said.display_name.Reveal(), "Ada");
  EXPECT_EQ(Reasons(Read(import, {"c1", std::string("A\0b", 3)})), Strings{"display_name NOT_UTF8"});
  EXPECT_EQ(Reasons(Read(import, {"c1", std::string(1'000'000, 'x')})), Strings{"display_name TOO_LONG"});
}

TEST(Import, YesIsGrantedAndNoIsRefused) {
  v1::Import import = ImportOf({"external_id", "consents.win-back.email", "consents.win-back.sms", "consent_time"});
  ImportedRecord record = Read(import, {"c1", "EVET", "hayır", "05.03.2024"});
  ASSERT_EQ(record.consents.size(), 2u);
  EXPECT_EQ(record.consents[0].state, ConsentState::kGranted);
  EXPECT_EQ(record.consents[1].state, ConsentState::kRefused);
  EXPECT_EQ(record.consents[1].channel, Channel::kSms);
  EXPECT_EQ(record.consents[0].occur_time, StartOfDay(*DaysFromCivil(2024, 3, 5)));
  EXPECT_TRUE(Read(import, {"c1", "", "", ""}).consents.empty());
}

TEST(Import, AReadersProblemIsKeptInOurForm) {
  v1::ImportRecord record;
  record.set_line(3);
  record.mutable_problem()->set_reason("not a reason");
  record.mutable_problem()->set_message(std::string(10'000, 'x'));
  ImportedRecord read = ReadImportRecord(record, PlanOf(ImportOf({"external_id"})), {}, kNow);
  ASSERT_EQ(read.problems.size(), 1u);
  EXPECT_EQ(read.problems[0].reason(), "RECORD_UNREADABLE");
  EXPECT_LT(read.problems[0].message().size(), 100u);
}

TEST(Import, ThreePoliciesForWhoIsKnown) {
  Contact said, known;
  said.display_name = std::string("New");
  said.country = "TR";
  said.email = std::string("new@deniz.example");
  known.display_name = std::string("Old");
  auto after = [&](ImportPolicy policy, ImportMatch match = v1::Import::MATCH_EXTERNAL_ID) {
    Contact contact = known;
    ApplyImport(said, match, policy, contact);
    return contact.display_name.Reveal() + "|" + contact.country + "|" + contact.email.Reveal();
  };
  EXPECT_EQ(after(v1::Import::POLICY_SKIP), "Old||");
  EXPECT_EQ(after(v1::Import::POLICY_FILL), "Old|TR|new@deniz.example");
  EXPECT_EQ(after(v1::Import::POLICY_OVERWRITE), "New|TR|new@deniz.example");
  known.email = std::string("first@deniz.example");
  EXPECT_EQ(after(v1::Import::POLICY_OVERWRITE, v1::Import::MATCH_EMAIL), "New|TR|first@deniz.example");
}

}  // namespace
}  // namespace vefa::contact
