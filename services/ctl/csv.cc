#include "services/ctl/csv.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::ctl {
namespace {

constexpr size_t kBlock = 64 * 1024;

}  // namespace

bool CsvReader::Fill() {
  if (ended_) return false;
  passed_ += static_cast<int64_t>(at_);
  buffer_.erase(0, at_);
  at_ = 0;
  size_t before = buffer_.size();
  buffer_.resize(before + kBlock);
  input_.read(buffer_.data() + before, kBlock);
  size_t got = static_cast<size_t>(input_.gcount());
  buffer_.resize(before + got);
  ended_ = got == 0;
  return got > 0;
}

// Parses the record at at_; `end` is behind its line end.
CsvReader::Outcome CsvReader::Parse(CsvRecord& record, size_t& end) const {
  record.fields.clear();
  std::string_view text = buffer_;
  size_t at = at_;
  for (;;) {
    std::string field;
    bool quoted = at < text.size() && text[at] == '"';
    if (quoted) {
      for (++at;;) {
        size_t quote = text.find('"', at);
        if (quote == text.npos) return ended_ ? Outcome::kNotClosed : Outcome::kNeedMore;
        field.append(text.substr(at, quote - at));
        at = quote + 1;
        if (at == text.size() && !ended_) return Outcome::kNeedMore;
        if (at == text.size() || text[at] != '"') break;
        field += '"';
        ++at;
      }
    } else {
      size_t stop = at;
      while (stop < text.size() && text[stop] != delimiter_ && text[stop] != '\n' && text[stop] != '"') ++stop;
      if (stop == text.size() && !ended_) return Outcome::kNeedMore;
      if (stop < text.size() && text[stop] == '"') return Outcome::kMisplaced;
      field = text.substr(at, stop - at);
      at = stop;
      bool line_end = at == text.size() || text[at] == '\n';
      if (line_end && !field.empty() && field.back() == '\r') field.pop_back();
    }
    record.fields.push_back(std::move(field));
    if (quoted && at < text.size() && text[at] == '\r') {
      if (at + 1 == text.size() && !ended_) return Outcome::kNeedMore;
      if (at + 1 == text.size() || text[at + 1] == '\n') ++at;
    }
    if (at == text.size() || text[at] == '\n') {
      end = std::min(at + 1, text.size());
      return Outcome::kRecord;
    }
    if (text[at] != delimiter_) return Outcome::kMisplaced;
    ++at;
    if (at == text.size() && !ended_) return Outcome::kNeedMore;
  }
}

// Gives up the record and goes on behind the first line end after its beginning.
CsvRecord CsvReader::RejectLine(const char* reason, const char* message) {
  CsvRecord record;
  record.line = line_;
  record.reject = Reject{line_, "", reason, message};
  for (;;) {
    size_t stop = buffer_.find('\n', at_);
    if (stop != std::string::npos) {
      at_ = stop + 1;
      break;
    }
    at_ = buffer_.size();
    if (!Fill()) break;
  }
  ++line_;
  return record;
}

std::optional<CsvRecord> CsvReader::Next() {
  for (;;) {
    if (at_ == buffer_.size() && !Fill()) return std::nullopt;
    if (buffer_[at_] == '\n' || buffer_.compare(at_, 2, "\r\n") == 0) {
      at_ += buffer_[at_] == '\n' ? 1 : 2;
      ++line_;
      continue;
    }
    CsvRecord record;
    size_t end = 0;
    Outcome outcome = Parse(record, end);
    if (outcome == Outcome::kNeedMore) {
      if (buffer_.size() - at_ <= kRecordMax) {
        Fill();
        continue;
      }
      return RejectLine("RECORD_TOO_LONG", "Give lines of at most 1 MiB; is a quote left open?");
    }
    if (outcome == Outcome::kMisplaced)
      return RejectLine("QUOTE_MISPLACED", "Put quotes around the whole field and double those inside.");
    if (outcome == Outcome::kNotClosed)
      return RejectLine("QUOTE_NOT_CLOSED", "Close the quoted field before the end of the file.");
    if (end - at_ > kRecordMax) return RejectLine("RECORD_TOO_LONG", "Give lines of at most 1 MiB.");
    std::string_view raw = std::string_view(buffer_).substr(at_, end - at_);
    record.line = line_;
    if (!IsUtf8(raw)) record.reject = Reject{line_, "", "NOT_UTF8", "Save the file as UTF-8, without NUL."};
    line_ += std::count(raw.begin(), raw.end(), '\n');
    at_ = end;
    return record;
  }
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string field = "\"";
  for (char c : text) {
    field += c;
    if (c == '"') field += '"';
  }
  return field + '"';
}

std::string CsvText(std::string_view text) {
  constexpr std::string_view kFormulas = "=+-@\t\r\n";
  if (text.empty() || kFormulas.find(text.front()) == kFormulas.npos) return CsvField(text);
  return CsvField("'" + std::string(text));
}

}  // namespace vefa::ctl
