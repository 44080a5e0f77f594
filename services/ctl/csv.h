#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace vefa::ctl {

// Why a line of a file was not taken. Also the form of what a server rejected.
struct Reject {
  int64_t line = 0;
  std::string field;    // Column or path; empty when the line as a whole is wrong.
  std::string reason;   // UPPER_SNAKE_CASE.
  std::string message;  // A sentence that says what to do.
};

// One record, or what is wrong with it.
struct CsvRecord {
  int64_t line = 0;  // Where it begins, from 1.
  std::vector<std::string> fields;
  std::optional<Reject> reject;
};

// Reads RFC 4180 strictly: fields by comma (or the delimiter given), `"` around what holds a comma, a quote (doubled) or a
// line end, CRLF or LF at the end of a record. A record that breaks a rule is rejected as a whole, its fields forgotten,
// and reading goes on at the next line. Never holds more than kRecordMax bytes and one block,
// however long a line is.
class CsvReader {
 public:
  static constexpr size_t kRecordMax = 1 << 20;
  explicit CsvReader(std::istream& input, char delimiter = ',') : input_(input), delimiter_(delimiter) {}

  // Nothing at the end of the file. Rejects: `NOT_UTF8`, `RECORD_TOO_LONG`, `QUOTE_MISPLACED`,
  // `QUOTE_NOT_CLOSED`, `LINE_END`. Empty lines are skipped.
  std::optional<CsvRecord> Next();
  // Bytes of the input up to the end of the last record.
  int64_t position() const { return passed_ + static_cast<int64_t>(at_); }

 private:
  enum class Outcome { kRecord, kNeedMore, kMisplaced, kNotClosed, kLoneReturn };
  Outcome Parse(CsvRecord& record, size_t& end) const;
  bool Fill();
  Outcome TakeReturn(size_t& at) const;
  bool HasNul() const;
  CsvRecord RejectLine(const char* reason, const char* message);

  std::istream& input_;
  const char delimiter_;
  std::string buffer_;
  int64_t passed_ = 0;  // Bytes before buffer_.
  size_t at_ = 0;      // Where the next record begins in buffer_.
  int64_t line_ = 1;   // The line that at_ is in.
  bool ended_ = false;
};

// Leads a file past the mark that a spreadsheet may put before everything. INVALID_ARGUMENT `NOT_UTF8` where it says UTF-16.
Status SkipByteOrderMark(std::istream& input);

// One field, quoted where RFC 4180 asks for it.
std::string CsvField(std::string_view text);
// The same for a file that people open in a spreadsheet: what would be read as a formula there (=, +, -, @, a tab or a line end first)
// begins with an apostrophe.
std::string CsvText(std::string_view text);

}  // namespace vefa::ctl
