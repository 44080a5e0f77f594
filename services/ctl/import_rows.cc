#include "services/ctl/import_rows.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::ctl {
namespace {

const ImportKind kKinds[] = {
    {"consents",
     "/v1/contacts:import",
     {"contact_external_id", "purpose", "channel", "state", "source", "occur_time"},
     {"text_version", "capture_source", "recipient_type"},
     {"contact_external_id", "purpose", "channel", "state", "occur_time"}},
    {"orders",
     "/v1/orders:import",
     {"external_id", "contact_external_id", "occur_time", "total", "currency", "item_count"},
     {},
     {"external_id"}},
};

constexpr int kNanoDigits = 9;

bool Knows(const std::vector<const char*>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const char* known) { return name == known; });
}

Error Wrong(std::string column, std::string reason, std::string what) {
  return Violations({{std::move(column), std::move(reason), std::move(what)}});
}

// `email` or `CHANNEL_EMAIL`, in any case, as the enum's name.
std::string EnumName(const std::string& prefix, std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text.rfind(prefix, 0) == 0 ? text : prefix + text;
}

Result<std::string> TimeFrom(const Columns& columns, const CsvRecord& record) {
  auto time = ParseTime(columns.Value(record, "occur_time"));
  if (!time.ok()) return Wrong("occur_time", "TIME_SYNTAX", "Give a date that exists, 1997-09-30, or 1997-09-30T12:00:00Z.");
  return ToRfc3339(*time);
}

// What proves a consent, where the file says it.
Status AddEvidence(const Columns& columns, const CsvRecord& record, Json& consent) {
  const std::string version = columns.Value(record, "text_version");
  if (!version.empty()) {
    int32_t number = 0;
    auto [end, failed] = std::from_chars(version.data(), version.data() + version.size(), number);
    if (failed != std::errc() || end != version.data() + version.size())
      return Wrong("text_version", "NUMBER_SYNTAX", "Give the number of a published text, or leave it out.");
    consent["textVersion"] = number;
  }
  if (std::string source = columns.Value(record, "capture_source"); !source.empty()) consent["captureSource"] = source;
  std::string type = columns.Value(record, "recipient_type");
  if (type.empty()) return Ok();
  type = EnumName("RECIPIENT_TYPE_", type);
  if (type != "RECIPIENT_TYPE_BIREYSEL" && type != "RECIPIENT_TYPE_TACIR")
    return Wrong("recipient_type", "RECIPIENT_TYPE_UNKNOWN", "Give bireysel or tacir, or leave it out.");
  consent["recipientType"] = type;
  return Ok();
}

}  // namespace

const ImportKind& KindOf(const std::string& name) {
  for (const ImportKind& kind : kKinds) {
    if (name == kind.name) return kind;
  }
  CheckFailed("the command line lets only known kinds through", __FILE__, __LINE__);
}

Result<Columns> Columns::Read(const ImportKind& kind, const CsvRecord& header) {
  Columns columns;
  std::vector<Violation> violations;
  for (size_t i = 0; i < header.fields.size(); ++i) {
    std::string name = header.fields[i];
    // A spreadsheet may put a byte order mark before the first name.
    if (i == 0 && name.rfind("\xEF\xBB\xBF", 0) == 0) name.erase(0, 3);
    if (!Knows(kind.required, name) && !Knows(kind.optional, name))
      violations.push_back({name, "COLUMN_UNKNOWN", "Leave the column out, or give it a name that 'vefactl import --help' lists."});
    else if (!columns.names_.emplace(name, i).second)
      violations.push_back({name, "COLUMN_REPEATED", "Give each column once."});
  }
  for (const char* name : kind.required) {
    if (columns.names_.count(name) == 0) violations.push_back({name, "COLUMN_MISSING", "Name the column in the first line."});
  }
  if (!violations.empty()) {
    Error error = Violations(std::move(violations));
    error.message = "The first line does not name the columns of " + std::string(kind.name) + ".";
    return error;
  }
  return columns;
}

std::string Columns::Value(const CsvRecord& record, const std::string& column) const {
  auto found = names_.find(column);
  return found == names_.end() ? "" : record.fields[found->second];
}

int64_t Duplicates::Meet(const std::string& key, int64_t line) {
  crypto::Digest digest = crypto::Sha256(key);
  Uuid id;
  std::memcpy(id.bytes.data(), digest.data(), id.bytes.size());
  auto [found, is_new] = lines_.emplace(id, line);
  return is_new ? 0 : found->second;
}

Result<Json> ConsentRow(const Columns& columns, const CsvRecord& record) {
  std::string channel = EnumName("CHANNEL_", columns.Value(record, "channel"));
  if (channel != "CHANNEL_EMAIL" && channel != "CHANNEL_SMS" && channel != "CHANNEL_PUSH")
    return Wrong("channel", "CHANNEL_UNKNOWN", "Give email, sms or push.");
  std::string state = EnumName("STATE_", columns.Value(record, "state"));
  if (!Knows({"STATE_GRANTED", "STATE_WITHDRAWN", "STATE_REFUSED", "STATE_EXPIRED", "STATE_PENDING"}, state))
    return Wrong("state", "STATE_UNKNOWN", "Give granted, withdrawn, refused, expired or pending.");
  VEFA_TRY(std::string time, TimeFrom(columns, record));
  Json consent{{"purpose", columns.Value(record, "purpose")},
               {"channel", channel},
               {"state", state},
               {"source", columns.Value(record, "source")},
               {"occurTime", time}};
  VEFA_TRY_OK(AddEvidence(columns, record, consent));
  return Json{{"line", record.line},
              {"consent",
               {{"contactExternalId", columns.Value(record, "contact_external_id")}, {"consent", std::move(consent)}}}};
}

Result<Json> OrderRow(const Columns& columns, const CsvRecord& record, const std::string& contact) {
  VEFA_TRY(std::string time, TimeFrom(columns, record));
  auto total = MoneyFrom(columns.Value(record, "total"), columns.Value(record, "currency"));
  if (!total.ok()) return Wrong("total", total.error().reason, total.error().message);
  std::string items = columns.Value(record, "item_count");
  int32_t count = 0;
  auto [end, failed] = std::from_chars(items.data(), items.data() + items.size(), count);
  if (failed != std::errc() || end != items.data() + items.size())
    return Wrong("item_count", "NUMBER_SYNTAX", "Give a whole number of at least 1.");
  Json order{{"contact", contact},
             {"externalId", columns.Value(record, "external_id")},
             {"occurTime", time},
             {"total", *total},
             {"itemCount", count}};
  return Json{{"line", record.line}, {"order", std::move(order)}};
}

Result<Json> MoneyFrom(const std::string& amount, const std::string& currency) {
  Error wrong = InvalidArgument("AMOUNT_SYNTAX", "Give an amount such as 12.34: digits, a point, at most nine decimals.");
  size_t point = std::min(amount.find('.'), amount.size());
  std::string whole = amount.substr(0, point);
  std::string decimals = point < amount.size() ? amount.substr(point + 1) : "0";
  auto digits = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  bool negative = !whole.empty() && whole.front() == '-';
  if (negative) whole.erase(0, 1);
  if (!digits(whole) || !digits(decimals) || whole.size() > 15 || decimals.size() > kNanoDigits) return wrong;
  decimals.resize(kNanoDigits, '0');
  int nanos = std::stoi(decimals);
  // Whether less than nothing may be paid is the service's to say.
  return Json{{"currencyCode", currency}, {"units", (negative ? "-" : "") + whole}, {"nanos", negative ? -nanos : nanos}};
}

}  // namespace vefa::ctl
