// vCards, 3.0 (RFC 2426) and 4.0 (RFC 6350), as a table.
#include <algorithm>

#include "libs/base/text.h"
#include "services/ctl/table.h"

namespace vefa::ctl {
namespace {

constexpr size_t kCardMax = 1 << 20;  // bytes
const std::vector<std::string> kCardColumns{"UID", "FN", "N.given", "N.family", "EMAIL", "TEL", "LANG", "TZ", "CATEGORIES", "ADR.country"};

struct Property {
  std::string name;  // In capitals, without its group.
  std::string parameters;
  std::string value;  // As it stands.
  bool preferred = false;
};

std::string Capitals(std::string_view text) {
  std::string capitals(text);
  for (char& c : capitals) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return capitals;
}

// `item1.EMAIL;TYPE=work:ayse@deniz.example`; nothing when the line is none.
std::optional<Property> ReadProperty(const std::string& line) {
  bool quoted = false;
  size_t colon = 0;
  for (; colon < line.size() && (quoted || line[colon] != ':'); ++colon) quoted = line[colon] == '"' ? !quoted : quoted;
  if (colon == line.size()) return std::nullopt;
  const size_t semicolon = std::min(line.find(';'), colon);
  Property property;
  property.name = Capitals(std::string_view(line).substr(0, semicolon));
  property.name.erase(0, property.name.find('.') + 1);
  property.parameters = Capitals(std::string_view(line).substr(semicolon, colon - semicolon));
  property.preferred = property.parameters.find("PREF") != std::string::npos;
  property.value = line.substr(colon + 1);
  return property;
}

// The parts between semicolons, or commas, their escapes undone.
std::vector<std::string> Parts(const std::string& value, char separator) {
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      const char next = value[++i];
      parts.back() += next == 'n' || next == 'N' ? ' ' : next;
    } else if (value[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back() += value[i];
    }
  }
  return parts;
}

std::string Without(std::string text, std::string_view scheme) {
  if (Capitals(text.substr(0, scheme.size())) == scheme) text.erase(0, scheme.size());
  return text;
}

class CardTable final : public Table {
 public:
  explicit CardTable(std::istream& input) : lines_(input) { columns_ = kCardColumns; }

  std::optional<CsvRecord> Next() override {
    for (;;) {
      auto line = Unfolded();
      if (!line) return std::nullopt;
      if (!line->too_long && line->text.find_first_not_of(" \t") == std::string::npos) continue;
      if (Capitals(line->text) != "BEGIN:VCARD") {
        // Once for everything up to the next card.
        if (lost_) continue;
        lost_ = true;
        return Refused(line->number, "VCARD_SYNTAX", "Begin each card with BEGIN:VCARD and end it with END:VCARD.");
      }
      lost_ = false;
      return ReadCard(line->number);
    }
  }
  int64_t position() const override { return position_; }

 private:
  static CsvRecord Refused(int64_t line, const char* reason, const char* message) {
    CsvRecord record;
    record.line = line;
    record.reject = Reject{line, "", reason, message};
    return record;
  }

  // A line with those that continue it, which begin with white space.
  std::optional<TextLine> Unfolded() {
    if (!ahead_) ahead_ = lines_.Next();
    if (!ahead_) return std::nullopt;
    TextLine line = std::move(*ahead_);
    for (;;) {
      position_ = lines_.position();
      ahead_ = lines_.Next();
      if (!ahead_ || ahead_->text.empty() || (ahead_->text.front() != ' ' && ahead_->text.front() != '\t')) return line;
      if (line.text.size() + ahead_->text.size() > kCardMax) line.too_long = true;
      if (!line.too_long) line.text += ahead_->text.substr(1);
    }
  }

  CsvRecord ReadCard(int64_t begin) {
    CsvRecord record;
    record.line = begin;
    record.fields.resize(columns_.size());
    std::vector<bool> chosen(columns_.size());
    size_t bytes = 0;
    std::string version;
    for (;;) {
      auto line = Unfolded();
      if (!line) return Refused(begin, "VCARD_SYNTAX", "End the card with END:VCARD.");
      bytes += line->text.size();
      if (Capitals(line->text) == "END:VCARD") break;
      if (line->too_long || bytes > kCardMax) record.reject = Reject{begin, "", "RECORD_TOO_LONG", "Give cards of at most 1 MiB."};
      if (record.reject) continue;
      if (!IsUtf8(line->text)) record.reject = Reject{begin, "", "NOT_UTF8", "Save the file as UTF-8, without NUL."};
      auto property = record.reject ? std::nullopt : ReadProperty(line->text);
      if (!property) continue;
      if (property->name == "VERSION") version = property->value;
      Take(*property, record.fields, chosen);
    }
    if (!record.reject && version != "3.0" && version != "4.0")
      record.reject = Reject{begin, "VERSION", "VCARD_VERSION", "Give cards of version 3.0 or 4.0."};
    return record;
  }

  void Take(const Property& property, std::vector<std::string>& fields, std::vector<bool>& chosen) {
    auto set = [&](const char* column, std::string value) {
      const size_t at = static_cast<size_t>(std::find(columns_.begin(), columns_.end(), column) - columns_.begin());
      // The first, unless a later one is preferred and none was.
      if (value.empty() || (!fields[at].empty() && (!property.preferred || chosen[at]))) return;
      fields[at] = std::move(value);
      chosen[at] = property.preferred;
    };
    const std::string& name = property.name;
    if (name == "N") {
      const auto parts = Parts(property.value, ';');
      set("N.family", parts[0]);
      if (parts.size() > 1) set("N.given", parts[1]);
    } else if (name == "ADR") {
      const auto parts = Parts(property.value, ';');
      if (parts.size() > 6) set("ADR.country", parts[6]);
    } else if (name == "CATEGORIES") {
      std::string all;
      for (const std::string& one : Parts(property.value, ',')) all += (all.empty() ? "" : ";") + one;
      set("CATEGORIES", all);
    } else if (name == "TZ") {
      // Only a zone by its name is one; an offset is not.
      if (property.value.find('/') != std::string::npos) set("TZ", property.value);
    } else if (name == "EMAIL") {
      set("EMAIL", Without(Parts(property.value, '\0').front(), "MAILTO:"));
    } else if (name == "TEL") {
      set("TEL", Without(Parts(property.value, '\0').front(), "TEL:"));
    } else if (name == "UID" || name == "FN" || name == "LANG") {
      set(name.c_str(), Parts(property.value, '\0').front());
    }
  }

  LineReader lines_;
  std::optional<TextLine> ahead_;
  int64_t position_ = 0;
  bool lost_ = false;
};

}  // namespace

Result<std::unique_ptr<Table>> OpenCardTable(std::istream& input) { return std::unique_ptr<Table>(std::make_unique<CardTable>(input)); }

}  // namespace vefa::ctl
