#include "services/ctl/table.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::ctl {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
constexpr size_t kFirstLineLooked = 64 * 1024;

// The one of comma, semicolon and tab that the first line has most of, quotes left out. The stream is at its beginning again.
char FindDelimiter(std::istream& input) {
  std::string line(kFirstLineLooked, '\0');
  input.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<size_t>(input.gcount()));
  input.clear();
  input.seekg(0);
  size_t commas = 0, semicolons = 0, tabs = 0;
  bool quoted = false;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    commas += c == ',' ? 1 : 0;
    semicolons += c == ';' ? 1 : 0;
    tabs += c == '\t' ? 1 : 0;
  }
  if (semicolons > commas && semicolons >= tabs) return ';';
  return tabs > commas ? '\t' : ',';
}

class CsvTable final : public Table {
 public:
  CsvTable(std::istream& input, char delimiter) : reader_(input, delimiter) {}
  Status ReadHeading() {
    auto heading = reader_.Next();
    if (!heading) return InvalidArgument("FILE_EMPTY", "The file is empty; its first line names the columns.");
    if (heading->reject) return InvalidArgument(heading->reject->reason, "The first line: " + heading->reject->message);
    if (heading->fields.size() > kTableColumnsMax) return InvalidArgument("COLUMNS_COUNT", "Give 1 to 1,000 columns.");
    columns_ = std::move(heading->fields);
    return Ok();
  }
  std::optional<CsvRecord> Next() override {
    auto record = reader_.Next();
    if (record && !record->reject && record->fields.size() != columns_.size()) {
      record->reject = Reject{record->line, "", "FIELD_COUNT",
                              "Give " + std::to_string(columns_.size()) + " fields as in the first line; this has " +
                                  std::to_string(record->fields.size()) + "."};
      // Of a million fields each takes more than the comma that made it, and a hundred records are held at once.
      record->fields = std::vector<std::string>();
    }
    return record;
  }
  int64_t position() const override { return reader_.position(); }

 private:
  CsvReader reader_;
};

}  // namespace

std::optional<TextLine> LineReader::Next() {
  TextLine line;
  line.number = ++number_;
  std::streambuf* buffer = input_.rdbuf();
  bool any = false;
  for (int c = buffer->sbumpc(); c != std::char_traits<char>::eof(); c = buffer->sbumpc()) {
    any = true;
    ++position_;
    if (c == '\n') break;
    if (line.text.size() < kLineMax) line.text += static_cast<char>(c);
    else line.too_long = true;
  }
  if (!any) return std::nullopt;
  if (line.too_long) line.text.clear();
  if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
  if (line.number == 1 && line.text.starts_with(kByteOrderMark)) line.text.erase(0, 3);
  return line;
}

std::string FormatOf(const std::string& file) {
  if (file.ends_with(".jsonl") || file.ends_with(".ndjson")) return "jsonl";
  return file.ends_with(".vcf") || file.ends_with(".vcard") ? "vcard" : "csv";
}

Result<std::unique_ptr<Table>> OpenCsvTable(std::istream& input) {
  const char delimiter = FindDelimiter(input);
  VEFA_TRY_OK(SkipByteOrderMark(input));
  auto table = std::make_unique<CsvTable>(input, delimiter);
  VEFA_TRY_OK(table->ReadHeading());
  return std::unique_ptr<Table>(std::move(table));
}

Result<std::unique_ptr<Table>> OpenTable(std::istream& input, const std::string& format, std::vector<std::string> columns) {
  // Here for what it refuses; lines of text are counted from the very beginning.
  VEFA_TRY_OK(SkipByteOrderMark(input));
  input.seekg(0);
  if (format == "jsonl") return OpenJsonTable(input, std::move(columns));
  return format == "vcard" ? OpenCardTable(input) : OpenCsvTable(input);
}

}  // namespace vefa::ctl
