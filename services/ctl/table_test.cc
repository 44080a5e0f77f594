#include "services/ctl/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace vefa::ctl {
namespace {

using Cells = std::vector<std::string>;

struct Whole {
  Cells columns;
  std::vector<CsvRecord> records;
  std::string error;
  std::string Reasons() const {
    std::string reasons;
    for (const CsvRecord& record : records) reasons += (reasons.empty() ? "" : " ") + (record.reject ? record.reject->reason : "ok");
    return reasons;
  }
};

Whole ReadTable(const std::string& text, const std::string& format) {
  std::istringstream input(text);
  auto table = OpenTable(input, format, {});
  if (!table.ok()) return {{}, {}, table.error().reason};
  Whole whole{(*table)->columns(), {}, ""};
  int64_t before = 0;
  while (auto record = (*table)->Next()) {
    EXPECT_GT((*table)->position(), before);
    before = (*table)->position();
    whole.records.push_back(std::move(*record));
  }
  EXPECT_LE(before, static_cast<int64_t>(text.size()));
  return whole;
}

TEST(Table, CsvComesWithAMarkAndAnyUsualDelimiter) {
  for (const char* delimiter : {",", ";", "\t"}) {
    const std::string d = delimiter;
    Whole whole = ReadTable("\xEF\xBB\xBF\"a" + d + "b\"" + d + "c\r\n1" + d + "\"x" + d + "y\"\r\n", "csv");
    EXPECT_EQ(whole.columns, (Cells{"a" + d + "b", "c"}));
    ASSERT_EQ(whole.records.size(), 1u);
    EXPECT_EQ(whole.records[0].fields, (Cells{"1", "x" + d + "y"}));
  }
}

TEST(Table, HostileCsvIsToldByLine) {
  const std::string endless(9'000'000, 'x');
  Whole whole = ReadTable("a,b\n1,2\n1\n\xFF,\n" + std::string("n\0,", 3) + "\n" + endless + ",1\n1,\"2\n\"\n\"open", "csv");
  EXPECT_EQ(whole.Reasons(), "ok FIELD_COUNT NOT_UTF8 NOT_UTF8 RECORD_TOO_LONG ok QUOTE_NOT_CLOSED");
  EXPECT_EQ(ReadTable("", "csv").error, "FILE_EMPTY");
  EXPECT_EQ(ReadTable(std::string(1'000'000, ','), "csv").error, "COLUMNS_COUNT");
  EXPECT_EQ(ReadTable("\xFF\xFE" "a,b\n", "csv").error, "NOT_UTF8");
}

// Each byte of an ASCII text and a zero, as a spreadsheet writes "Unicode text".
std::string Utf16(const std::string& text, bool little, bool marked) {
  std::string wide = !marked ? "" : little ? "\xFF\xFE" : "\xFE\xFF";
  for (char c : text) wide += little ? std::string{c, '\0'} : std::string{'\0', c};
  return wide;
}

TEST(Table, OtherEncodingsAreToldByLine) {
  // The first line in ASCII, then UTF-8, Windows-1254 (which ISO 8859-9 is for Turkish letters) and UTF-8 again.
  Whole mixed = ReadTable("ad,il\nAy\xC5\x9F" "e,\xC4\xB0zmir\nAy\xFE" "e,\xDDzmir\n\xDE\xFCkr\xFC,Mu\xF0la\nAli,Van\n", "csv");
  EXPECT_EQ(mixed.Reasons(), "ok NOT_UTF8 NOT_UTF8 ok");
  EXPECT_EQ(mixed.records[1].line, 3);
  EXPECT_EQ(mixed.records[2].line, 4);
  EXPECT_EQ(ReadTable("ad,\xDElke\nAli,TR\n", "csv").error, "NOT_UTF8");
  for (const char* text : {"a,b\n1,2\n", "\"a\",\"b\"\r\n\"1\",\"2\"\r\n", "a\r1\r"})
    for (bool little : {true, false})
      for (bool marked : {true, false}) EXPECT_EQ(ReadTable(Utf16(text, little, marked), "csv").error, "NOT_UTF8") << text << little << marked;
  for (const char* format : {"jsonl", "vcard"}) EXPECT_EQ(ReadTable(Utf16("{}", true, true), format).error, "NOT_UTF8") << format;
}

TEST(Table, OnlyCarriageReturnsEndNoLine) {
  EXPECT_EQ(ReadTable("a,b\r1,2\r3,4\r", "csv").error, "LINE_END") << "a file without a record is not one that is empty";
  EXPECT_EQ(ReadTable("\"a\",\"b\"\r\"1\",\"2\"\r", "csv").error, "LINE_END");
  Whole some = ReadTable("a,b\r\n1,2\r3,4\n5,6\r\n\"7\r8\",9\n", "csv");
  EXPECT_EQ(some.Reasons(), "LINE_END ok ok");
  EXPECT_EQ(some.records[0].line, 2);
  EXPECT_EQ(some.records[2].fields[0], "7\r8");
}

// A hundred records are looked at before an import begins, and a comma is one byte where a field is thirty.
TEST(Table, OfARecordThatIsTooWideNothingIsKept) {
  Whole wide = ReadTable("a,b\n" + std::string(1'000'000, ',') + "\n1,2\n" + std::string(1000, ',') + "\xFF\n", "csv");
  EXPECT_EQ(wide.Reasons(), "FIELD_COUNT ok NOT_UTF8");
  EXPECT_EQ(wide.records[0].fields.capacity() + wide.records[2].fields.capacity(), 0u);
  EXPECT_NE(wide.records[0].reject->message.find("1000001"), std::string::npos);
}

TEST(Table, JsonLinesBecomeColumns) {
  Whole whole = ReadTable("\xEF\xBB\xBF{\"id\": 7, \"name\": {\"first\": \"\xC4\xB0pek\"}, \"tags\": [\"a\", \"b\"]}\n\n{\"vip\": true, \"id\": null}\n", "jsonl");
  EXPECT_EQ(whole.columns, (Cells{"id", "name.first", "tags", "vip"}));
  ASSERT_EQ(whole.records.size(), 2u);
  EXPECT_EQ(whole.records[0].fields, (Cells{"7", "\xC4\xB0pek", "a;b", ""}));
  EXPECT_EQ(whole.records[1].fields, (Cells{"", "", "", "true"}));
  EXPECT_EQ(whole.records[1].line, 3);
}

TEST(Table, HostileJsonIsToldByLine) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  Whole whole = ReadTable("{\"a\":1}\n{\n[1]\n\xFF\n" + std::string(2'000'000, ' ') + "\n" + deep + "\n{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}\n{\"a\":[{}]}", "jsonl");
  EXPECT_EQ(whole.Reasons(), "ok JSON_SYNTAX JSON_SYNTAX NOT_UTF8 RECORD_TOO_LONG JSON_SYNTAX JSON_SHAPE JSON_SHAPE");
  EXPECT_EQ(ReadTable("[]\n", "jsonl").error, "FILE_EMPTY");
  std::string wide = "{";
  for (int i = 0; i < 2000; ++i) wide += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
  EXPECT_EQ(ReadTable(wide + "}\n", "jsonl").error, "COLUMNS_COUNT");
}

TEST(Table, CardsOfBothVersions) {
  Whole whole = ReadTable(
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Love\r\n lace\r\nN:Lovelace;Ada;;;\r\nEMAIL;TYPE=home:first@deniz.example\r\n"
      "item1.EMAIL;TYPE=\"work,pref\":ada@deniz.example\r\nTEL:+44 20\r\nCATEGORIES:vip,a\\,b\r\nPHOTO;ENCODING=b:AAAA\r\n AAAA\r\n"
      "UID:urn:uuid:7\r\nEND:VCARD\r\n\r\n"
      "begin:vcard\nVERSION:4.0\nFN:\xC4\xB0pek\\; I\xC5\x9F\xC4\xB1k\nTEL;VALUE=uri;PREF=1:tel:+90-532\nTZ:Europe/Istanbul\nLANG:tr\n"
      "ADR:;;Street;\xC4\xB0zmir;;35;TR\nend:vcard\n",
      "vcard");
  ASSERT_EQ(whole.Reasons(), "ok ok");
  EXPECT_EQ(whole.records[0].fields, (Cells{"urn:uuid:7", "Ada Lovelace", "Ada", "Lovelace", "ada@deniz.example", "+44 20", "", "", "vip;a,b", ""}));
  EXPECT_EQ(whole.records[1].fields,
            (Cells{"", "\xC4\xB0pek; I\xC5\x9F\xC4\xB1k", "", "", "", "+90-532", "tr", "Europe/Istanbul", "", "TR"}));
  EXPECT_EQ(whole.records[1].line, 15);
}

TEST(Table, HostileCardsAreToldByLine) {
  Whole whole = ReadTable("hello\nworld\nBEGIN:VCARD\nVERSION:2.1\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:\xFF\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nNOTE:" +
                              std::string(3'000'000, 'x') + "\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nBEGIN:VCARD\nFN:open",
                          "vcard");
  EXPECT_EQ(whole.Reasons(), "VCARD_SYNTAX VCARD_VERSION NOT_UTF8 RECORD_TOO_LONG ok VCARD_SYNTAX");
}

TEST(Table, WhatASpreadsheetWouldTakeForAFormulaIsMarked) {
  EXPECT_EQ(CsvText("=1+1"), "'=1+1");
  EXPECT_EQ(CsvText("@SUM(A1,B1)"), "\"'@SUM(A1,B1)\"");
  EXPECT_EQ(CsvText("-1"), "'-1");
  EXPECT_EQ(CsvText("\tx"), "'\tx");
  EXPECT_EQ(CsvText("a=1"), "a=1");
  EXPECT_EQ(CsvText(""), "");
}

}  // namespace
}  // namespace vefa::ctl
