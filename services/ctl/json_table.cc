// Lines of JSON as a table.
#include <algorithm>
#include <unordered_map>

#include "libs/base/text.h"
#include "services/ctl/json.h"
#include "services/ctl/table.h"

namespace vefa::ctl {
namespace {

constexpr size_t kLinesLooked = 100;
constexpr int kDepthMax = 4;

using Cell = std::pair<std::string, std::string>;

// A value as a cell; false when it is none: an object in a list, or what is nested too deep.
bool CellOf(const Json& value, std::string& text) {
  if (value.is_null()) return true;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_boolean()) {
    text = value.get<bool>() ? "true" : "false";
  } else if (value.is_number()) {
    text = value.dump();
  } else if (value.is_array()) {
    for (const Json& one : value) {
      std::string part;
      if (one.is_structured() || !CellOf(one, part)) return false;
      text += (text.empty() ? "" : ";") + part;
    }
  } else {
    return false;
  }
  return true;
}

bool Flatten(const Json& object, const std::string& prefix, int depth, std::vector<Cell>& cells) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object() && !value.empty()) {
      if (depth == kDepthMax || !Flatten(value, prefix + key + ".", depth + 1, cells)) return false;
      continue;
    }
    std::string text;
    if (!value.is_object() && !CellOf(value, text)) return false;
    cells.emplace_back(prefix + key, std::move(text));
  }
  return true;
}

class JsonTable final : public Table {
 public:
  explicit JsonTable(std::istream& input) : input_(input), lines_(input) {}

  Status Begin(std::vector<std::string> columns) {
    columns_ = std::move(columns);
    if (columns_.empty()) VEFA_TRY_OK(FindColumns());
    for (size_t i = 0; i < columns_.size(); ++i) places_.emplace(columns_[i], i);
    return Ok();
  }

  std::optional<CsvRecord> Next() override {
    for (;;) {
      auto line = lines_.Next();
      if (!line) return std::nullopt;
      if (!line->too_long && line->text.find_first_not_of(" \t") == std::string::npos) continue;
      CsvRecord record;
      record.line = line->number;
      std::vector<Cell> cells;
      if (!Read(*line, cells, record.reject)) return record;
      record.fields.resize(columns_.size());
      // A key that no column is of says nothing that the import would take.
      for (Cell& cell : cells)
        if (auto place = places_.find(cell.first); place != places_.end()) record.fields[place->second] = std::move(cell.second);
      return record;
    }
  }
  int64_t position() const override { return lines_.position(); }

 private:
  static bool Read(const TextLine& line, std::vector<Cell>& cells, std::optional<Reject>& reject) {
    auto refuse = [&](const char* reason, const char* message) {
      reject = Reject{line.number, "", reason, message};
      return false;
    };
    if (line.too_long) return refuse("RECORD_TOO_LONG", "Give lines of at most 1 MiB.");
    if (!IsUtf8(line.text)) return refuse("NOT_UTF8", "Save the file as UTF-8, without NUL.");
    auto json = ParseJson(line.text, "The line");
    if (!json.ok() || !json->is_object()) return refuse("JSON_SYNTAX", "Give one JSON object on each line.");
    if (!Flatten(*json, "", 1, cells)) return refuse("JSON_SHAPE", "Give texts, numbers, lists of them, and objects at most four deep.");
    return true;
  }

  Status FindColumns() {
    LineReader looked(input_);
    for (size_t i = 0; i < kLinesLooked && columns_.size() <= kTableColumnsMax; ++i) {
      auto line = looked.Next();
      if (!line) break;
      std::vector<Cell> cells;
      std::optional<Reject> reject;
      if (!Read(*line, cells, reject)) continue;
      for (Cell& cell : cells)
        if (places_.emplace(cell.first, columns_.size()).second) columns_.push_back(std::move(cell.first));
    }
    places_.clear();
    input_.clear();
    input_.seekg(0);
    if (columns_.empty()) return InvalidArgument("FILE_EMPTY", "None of the first hundred lines is a JSON object.");
    if (columns_.size() > kTableColumnsMax) return InvalidArgument("COLUMNS_COUNT", "Give 1 to 1,000 columns.");
    return Ok();
  }

  std::istream& input_;
  LineReader lines_;
  std::unordered_map<std::string, size_t> places_;
};

}  // namespace

Result<std::unique_ptr<Table>> OpenJsonTable(std::istream& input, std::vector<std::string> columns) {
  auto table = std::make_unique<JsonTable>(input);
  VEFA_TRY_OK(table->Begin(std::move(columns)));
  return std::unique_ptr<Table>(std::move(table));
}

}  // namespace vefa::ctl
