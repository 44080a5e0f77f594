#include "services/contact/importing/import_guess.h"

#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

using Cells = std::vector<std::string>;

Cells Guessed(const Cells& headings, const std::vector<Cells>& rows = {}, const Cells& said = {}) {
  std::vector<v1::ImportColumn> columns;
  for (size_t i = 0; i < headings.size(); ++i) {
    v1::ImportColumn& column = columns.emplace_back();
    column.set_column(headings[i]);
    if (i < said.size()) column.set_field(said[i]);
  }
  google::protobuf::RepeatedPtrField<v1::ImportRecord> records;
  for (const Cells& row : rows)
    for (v1::ImportRecord& record = *records.Add(); const std::string& value : row) record.add_values(value);
  AttributeDefinitions definitions;
  definitions["shoe_size"].title = "Ayakkabı numarası";
  Cells fields;
  for (const v1::ImportColumn& column : GuessColumns(columns, records, definitions, {"win-back"}, "TR")) fields.push_back(column.field());
  return fields;
}

TEST(ImportGuess, ByHeadingsInTurkish) {
  EXPECT_EQ(Guessed({"Müşteri No", "Ad", "SOYADI", "E-Posta Adresi", "Cep Telefonu", "Dil", "Ülke", "Etiketler", "AYAKKABI NUMARASI",
                     "win-back e-posta izni", "İzin Tarihi", "Notlar"}),
            (Cells{"external_id", "given_name", "family_name", "email", "phone", "language", "country", "tags", "attributes.shoe_size",
                   "consents.win-back.email", "consent_time", ""}));
}

TEST(ImportGuess, ByHeadingsInEnglish) {
  EXPECT_EQ(Guessed({"ID", "Full Name", "Email address", "Mobile", "LANG", "Country code", "Time zone", "shoe_size", "Win-back SMS consent",
                     "Marketing consent email"}),
            (Cells{"external_id", "display_name", "email", "phone", "language", "country", "time_zone", "attributes.shoe_size",
                   "consents.win-back.sms", ""}));
  EXPECT_EQ(Guessed({"UID", "FN", "N.given", "N.family", "EMAIL", "TEL", "LANG", "TZ", "CATEGORIES", "ADR.country"}),
            (Cells{"external_id", "display_name", "given_name", "family_name", "email", "phone", "language", "time_zone", "tags", ""}));
}

TEST(ImportGuess, ByWhatTheRecordsHold) {
  const std::vector<Cells> rows{{"1", "Ada Lovelace", "ada@deniz.example", "0532 123 45 67", "tr", "TR", ""},
                                {"2", "Işıl Şen", "isil@deniz.example", "+44 20 7946 0958", "en", "de", ""},
                                {"3", "İpek", "", "", "", "", ""}};
  EXPECT_EQ(Guessed({"a", "b", "c", "d", "e", "f", "g"}, rows), (Cells{"", "", "email", "phone", "language", "country", ""}));
  EXPECT_EQ(Guessed({"a", "b"}, {{"1", "Ada Lovelace"}, {"2", "Işıl Şen"}}), (Cells{"", "display_name"}));
}

TEST(ImportGuess, WhatIsSaidStays) {
  EXPECT_EQ(Guessed({"Email", "Mail", "Name"}, {}, {"-", "email", ""}), (Cells{"", "email", "display_name"}));
  EXPECT_EQ(Guessed({"Email", "E-mail"}), (Cells{"email", ""}));
}

}  // namespace
}  // namespace vefa::contact
