// Files that people import and answers a server gives to vefactl. A record is taken whole or refused with its line,
// and what is taken reads the same after it was written again.
#include <sstream>
#include <string>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "services/ctl/cdnow.h"
#include "services/ctl/import_rows.h"
#include "services/ctl/table.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

using ctl::CsvRecord;

std::string Written(const CsvRecord& record) {
  std::string line;
  for (const std::string& field : record.fields) line += (line.empty() && &field == &record.fields.front() ? "" : ",") + ctl::CsvField(field);
  return line + "\r\n";
}

void CheckRow(const Result<ctl::Json>& row) {
  if (!row.ok()) VEFA_CHECK(!row.error().reason.empty());
  else VEFA_CHECK(!row->dump().empty());  // Throws, and so ends the fuzzer, where a text is no UTF-8.
}

void CheckFile(std::string_view text) {
  std::istringstream file{std::string(text)};
  ctl::CsvReader reader(file);
  std::optional<ctl::Columns> columns;
  const ctl::ImportKind* kind = nullptr;
  int64_t line = 0;
  while (auto record = reader.Next()) {
    VEFA_CHECK(record->line > line);
    line = record->line;
    if (record->reject) {
      VEFA_CHECK(record->reject->line == line && !record->reject->reason.empty());
      continue;
    }
    VEFA_CHECK(!record->fields.empty());
    std::string written = Written(*record);
    std::istringstream again(written);
    auto back = ctl::CsvReader(again).Next();
    // A record of one empty field is an empty line, which is skipped.
    VEFA_CHECK(written == "\r\n" || (back && !back->reject && back->fields == record->fields));
    if (columns && record->fields.size() == columns->size()) {
      CheckRow(kind->name == std::string("orders") ? ctl::OrderRow(*columns, *record, "contacts/x") : ctl::ConsentRow(*columns, *record));
    }
    for (const char* name : {"consents", "orders"}) {
      if (columns) break;
      auto read = ctl::Columns::Read(ctl::KindOf(name), *record);
      if (!read.ok()) continue;
      columns = *read;
      kind = &ctl::KindOf(name);
    }
  }
}

// Every format gives whole records, in order, and never more of the file than there is.
void CheckTables(std::string_view text) {
  for (const char* format : {"csv", "jsonl", "vcard"}) {
    std::istringstream file{std::string(text)};
    auto table = ctl::OpenTable(file, format, {});
    if (!table.ok()) continue;
    int64_t line = 0, position = 0;
    while (auto record = (*table)->Next()) {
      VEFA_CHECK(record->line > line && (*table)->position() > position);
      line = record->line;
      position = (*table)->position();
      VEFA_CHECK(record->reject ? !record->reject->reason.empty() : record->fields.size() == (*table)->columns().size());
      for (const std::string& field : record->fields) VEFA_CHECK(record->reject || IsUtf8(field));
    }
    VEFA_CHECK(position <= static_cast<int64_t>(text.size()));
  }
}

void CheckAnswers(std::string_view text) {
  auto json = ctl::ParseJson(std::string(text), "the answer");
  if (!json.ok()) return;
  for (const char* key : {"line", "name", "count"}) {
    ctl::TextOf(*json, key);
    ctl::NumberOf(*json, key);
    ctl::IntegerOf(*json, key);
    ctl::TextOf(ctl::MemberOf(*json, key), key);
  }
}

void CheckSample(std::string_view text) {
  auto purchases = ctl::cdnow::ReadSample(text);
  if (!purchases.ok()) return;
  for (const auto& purchase : *purchases) VEFA_CHECK(purchase.cents >= 0 && purchase.sample_id > 0 && purchase.number > 0);
  VEFA_CHECK(!ctl::cdnow::SampleIds(*purchases).empty());
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = vefa::fuzz::Bytes(data, size).rest();
  vefa::fuzz::CheckFile(text);
  vefa::fuzz::CheckTables(text);
  vefa::fuzz::CheckAnswers(text);
  vefa::fuzz::CheckSample(text);
  return 0;
}
