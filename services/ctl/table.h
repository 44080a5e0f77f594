#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "services/ctl/csv.h"

namespace vefa::ctl {

// A file of people as a table: CSV, lines of JSON, vCards. Read once, from its beginning, in bounded memory.
class Table {
 public:
  virtual ~Table() = default;
  // Of CSV the first line's; of JSON the keys of the first hundred lines (`a.b` of an object in an object); of vCards what we know.
  const std::vector<std::string>& columns() const { return columns_; }
  // The next record, its fields as the columns are; nothing at the end.
  virtual std::optional<CsvRecord> Next() = 0;
  // Bytes of the file up to the end of the last record.
  virtual int64_t position() const = 0;

 protected:
  std::vector<std::string> columns_;
};

inline constexpr size_t kTableColumnsMax = 1000;

// `format` is csv, jsonl or vcard. `columns` are those of an import that goes on, else empty. INVALID_ARGUMENT `FILE_EMPTY`,
// `COLUMNS_COUNT`, `NOT_UTF8`, or what else is wrong with the first line. `input` outlives the table.
Result<std::unique_ptr<Table>> OpenTable(std::istream& input, const std::string& format, std::vector<std::string> columns);
// By how the file's name ends: csv unless it is .jsonl, .ndjson, .vcf or .vcard.
std::string FormatOf(const std::string& file);

// Of the three formats.
Result<std::unique_ptr<Table>> OpenCsvTable(std::istream& input);
Result<std::unique_ptr<Table>> OpenJsonTable(std::istream& input, std::vector<std::string> columns);
Result<std::unique_ptr<Table>> OpenCardTable(std::istream& input);

// One line of a text, without its end.
struct TextLine {
  int64_t number = 0;
  std::string text;
  bool too_long = false;  // Then the text is not held.
};
// Lines of a stream, each held up to a bound only.
class LineReader {
 public:
  static constexpr size_t kLineMax = 1 << 20;
  explicit LineReader(std::istream& input) : input_(input) {}
  // Nothing at the end.
  std::optional<TextLine> Next();
  int64_t position() const { return position_; }

 private:
  std::istream& input_;
  int64_t number_ = 0;
  int64_t position_ = 0;
};

}  // namespace vefa::ctl
