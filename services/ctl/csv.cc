#include "services/ctl/csv.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::ctl {
namespace {

constexpr size_t kBlock = 64 * 1024;
constexpr char kNotUtf8[] = "NOT_UTF8";
constexpr char kSaveAsUtf8[] = "Save the file as UTF-8, without NUL.";

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

// A carriage return belongs to the line end behind it; `at` is led there.
CsvReader::Outcome CsvReader::TakeReturn(size_t& at) const {
  if (at + 1 == buffer_.size() && !ended_) return Outcome::kNeedMore;
  if (at + 1 < buffer_.size() && buffer_[at + 1] != '\n') return Outcome::kLoneReturn;
  ++at;
  return Outcome::kRecord;
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
      while (stop < text.size() && text[stop] != delimiter_ && text[stop] != '\n' && text[stop] != '\r' && text[stop] != '"') ++stop;
      if (stop == text.size() && !ended_) return Outcome::kNeedMore;
      if (stop < text.size() && text[stop] == '"') return Outcome::kMisplaced;
      field = text.substr(at, stop - at);
      at = stop;
    }
    record.fields.push_back(std::move(field));
    if (at < text.size() && text[at] == '\r') {
      const Outcome taken = TakeReturn(at);
      if (taken != Outcome::kRecord) return taken;
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

// Of what is held of the line. Every other byte of UTF-16 is one, which makes nonsense of its quotes.
bool CsvReader::HasNul() const {
  return std::string_view(buffer_).substr(at_, std::min(buffer_.find('\n', at_), buffer_.size()) - at_).find('\0') != std::string_view::npos;
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
    if (outcome != Outcome::kRecord && HasNul()) return RejectLine(kNotUtf8, kSaveAsUtf8);
    if (outcome == Outcome::kLoneReturn)
      return RejectLine("LINE_END", "End lines with LF or CRLF; one with a carriage return alone goes on.");
    if (outcome == Outcome::kMisplaced)
      return RejectLine("QUOTE_MISPLACED", "Put quotes around the whole field and double those inside.");
    if (outcome == Outcome::kNotClosed)
      return RejectLine("QUOTE_NOT_CLOSED", "Close the quoted field before the end of the file.");
    if (end - at_ > kRecordMax) return RejectLine("RECORD_TOO_LONG", "Give lines of at most 1 MiB.");
    std::string_view raw = std::string_view(buffer_).substr(at_, end - at_);
    record.line = line_;
    if (!IsUtf8(raw)) {
      record.reject = Reject{line_, "", kNotUtf8, kSaveAsUtf8};
      record.fields = std::vector<std::string>();  // Its memory, too.
    }
    line_ += std::count(raw.begin(), raw.end(), '\n');
    at_ = end;
    return record;
  }
}

Status SkipByteOrderMark(std::istream& input) {
  constexpr std::string_view kUtf8 = "\xEF\xBB\xBF", kUtf16Little = "\xFF\xFE", kUtf16Big = "\xFE\xFF";
  char first[3] = {};
  input.read(first, sizeof(first));
  const std::string_view beginning(first, static_cast<size_t>(input.gcount()));
  input.clear();
  input.seekg(beginning == kUtf8 ? static_cast<std::streamoff>(kUtf8.size()) : 0);
  if (!beginning.starts_with(kUtf16Little) && !beginning.starts_with(kUtf16Big)) return Ok();
  return InvalidArgument(kNotUtf8, "This file is UTF-16; save it as UTF-8.");
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
