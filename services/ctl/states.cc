#include "services/ctl/states.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/http/url.h"

namespace vefa::ctl {
namespace {

// `state.key_id` of the contract as JSON names it: `state.keyId`.
std::string JsonPath(const std::string& path) {
  std::string out;
  bool upper = false;
  for (char letter : path) {
    if (letter == '_') {
      upper = true;
      continue;
    }
    out += upper && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    upper = false;
  }
  return out;
}

// What says nothing: the zeros of text, lists and messages, which proto JSON spells out.
bool SaysNothing(const Json& value) {
  return value.is_null() || (value.is_string() && value.get<std::string>().empty()) ||
         (value.is_structured() && value.empty());
}

void Flatten(const std::string& path, const Json& value, const Json& opened, Fields& fields) {
  if (SaysNothing(value)) return;
  if (IsBox(value)) {
    for (const auto& [box, content] : opened.items()) {
      if (JsonPath(box) == path) return Flatten(path, content, Json::object(), fields);
    }
    fields.emplace_back(path, "closed by the key " + TextOf(value, "keyId"));
  } else if (value.is_object()) {
    for (const auto& [name, part] : value.items()) {
      if (name != "@type") Flatten(path.empty() ? name : path + "." + name, part, opened, fields);
    }
  } else if (value.is_array()) {
    size_t n = 0;
    for (const Json& part : value) Flatten(path + "[" + std::to_string(n++) + "]", part, opened, fields);
  } else {
    fields.emplace_back(path, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

}  // namespace

bool IsBox(const Json& value) {
  return value.is_object() && value.contains("keyId") && value.contains("ciphertext") && value.contains("nonce");
}

Result<std::string> ServiceOfSubject(const std::string& subject) {
  static const std::map<std::string, std::string> kServices = {
      {"orders", "interaction"},  {"scoringRuns", "interaction"}, {"segments", "campaign"},    {"templates", "campaign"},
      {"campaigns", "campaign"}, {"messages", "notification"},   {"suppressions", "notification"}};
  size_t slash = subject.find('/');
  std::string kind = subject.substr(0, slash);
  if (slash != std::string::npos && slash + 1 < subject.size()) {
    if (kind == "contacts") return std::string(subject.ends_with("/score") ? "interaction" : "contact");
    if (auto found = kServices.find(kind); found != kServices.end()) return found->second;
  }
  return InvalidArgument("SUBJECT_UNKNOWN",
                         "Name contacts/ID, contacts/ID/score, orders/ID, scoringRuns/ID, segments/ID, templates/ID,"
                         " campaigns/ID, messages/ID or suppressions/ID, with the id as the events have it.");
}

Result<std::string> MomentQuery(const std::string& text) {
  if (text.empty()) return std::string();
  bool digits = std::all_of(text.begin(), text.end(), [](char letter) { return letter >= '0' && letter <= '9'; });
  if (digits) return "version=" + text;
  VEFA_TRY(Time time, ParseTime(text));
  return "time=" + http::PercentEncode(ToRfc3339(time));
}

Fields FieldsOf(const Json& state_as_of) {
  Fields fields;
  const Json& opened = MemberOf(state_as_of, "opened");
  Flatten("", MemberOf(state_as_of, "state"), opened.is_object() ? opened : Json::object(), fields);
  return fields;
}

std::vector<Difference> Differences(const Fields& before, const Fields& after) {
  std::map<std::string, std::string> old(before.begin(), before.end());
  std::vector<Difference> differences;
  for (const auto& [field, value] : after) {
    auto found = old.find(field);
    std::string was = found == old.end() ? "" : found->second;
    if (found != old.end()) old.erase(found);
    if (was != value) differences.push_back({field, was, value});
  }
  for (const auto& [field, value] : before) {
    if (old.contains(field)) differences.push_back({field, value, ""});
  }
  return differences;
}

}  // namespace vefa::ctl
