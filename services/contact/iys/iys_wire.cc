#include "services/contact/iys/iys_wire.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>

#include "libs/base/text.h"

namespace vefa::contact::iys_wire {
namespace {

using Json = nlohmann::json;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::chrono::hours kIysOffset(3);
constexpr size_t kErrorTextMax = 500;  // Bytes.

Error Unclear(const char* what) {
  return Error{Code::kDataLoss, "IYS_ANSWER_UNCLEAR", std::string("IYS answered without ") + what + "; ask its support."};
}

Json Parsed(std::string_view body) { return Json::parse(body, nullptr, false); }

// The text of a member; empty when there is none, or it is no text.
std::string TextOf(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json* MemberOf(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::pair<std::string, std::string> ErrorOf(const Json& error) {
  return {TextOf(error, "code").substr(0, 20), TextOf(error, "message").substr(0, kErrorTextMax)};
}

// nullopt of kinds that are none of ours.
std::optional<IysConsent> ConsentOf(const Json& object) {
  const auto type = IysRecipientOf(TextOf(object, "recipientType"));
  const auto channel = IysChannelOf(TextOf(object, "type"));
  const auto status = IysStatusOf(TextOf(object, "status"));
  const auto said = ParseTime(TextOf(object, "consentDate"));
  const auto created = ParseTime(TextOf(object, "creationDate"));
  IysConsent consent;
  consent.recipient = TextOf(object, "recipient");
  // A merchant's needs no date of its own.
  if (!type || !channel || !status || consent.recipient.empty() || (!said && !created)) return std::nullopt;
  consent.type = *type;
  consent.channel = *channel;
  consent.status = *status;
  consent.consent_time = said ? *said : *created;
  consent.creation_time = created ? *created : *said;
  consent.source = TextOf(object, "source");
  consent.transaction_id = TextOf(object, "transactionId");
  return consent;
}

}  // namespace

std::string TimeText(Time time) {
  const auto local = std::chrono::floor<std::chrono::seconds>(time + kIysOffset);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const year_month_day date{day};
  const std::chrono::hh_mm_ss clock{local - day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::optional<Time> ParseTime(std::string_view text) {
  int year, hour, minute, second, used = 0;
  unsigned month, day;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2u %2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6 ||
      static_cast<size_t>(used) != copy.size())
    return std::nullopt;
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  return Time(sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) - kIysOffset;
}

std::string SignInBody(std::string_view username, std::string_view password) {
  return Json{{"username", username}, {"password", password}, {"grant_type", "password"}}.dump();
}

Result<std::string> ReadToken(std::string_view body) {
  std::string token = TextOf(Parsed(body), "access_token");
  if (token.empty()) return Unclear("an access token");
  return token;
}

std::string BatchBody(const std::vector<IysConsent>& consents) {
  Json batch = Json::array();
  for (const IysConsent& consent : consents)
    batch.push_back({{"type", IysWordOf(consent.channel)},
                     {"source", consent.source},
                     {"recipient", consent.recipient},
                     {"status", IysWordOf(consent.status)},
                     {"consentDate", TimeText(consent.consent_time)},
                     {"recipientType", IysWordOf(consent.type)}});
  return batch.dump();
}

Result<std::string> ReadRequestId(std::string_view body) {
  std::string id = TextOf(Parsed(body), "requestId");
  if (id.empty()) return Unclear("the name of the request");
  return id;
}

Result<std::vector<IysOutcome>> ReadOutcomes(std::string_view body, size_t count) {
  const Json answer = Parsed(body);
  if (!answer.is_array()) return Unclear("a list of what became of the request");
  std::vector<IysOutcome> outcomes(count);
  for (const Json& one : answer) {
    const Json* index = MemberOf(one, "index");
    // It counts from one.
    if (index == nullptr || !index->is_number_unsigned() || index->get<uint64_t>() < 1 || index->get<uint64_t>() > count) continue;
    IysOutcome& outcome = outcomes[index->get<uint64_t>() - 1];
    const std::string status = TextOf(one, "status");
    if (status == "success") {
      outcome.kind = IysOutcome::Kind::kRegistered;
      outcome.transaction_id = TextOf(one, "transactionId");
      outcome.creation_time = ParseTime(TextOf(one, "creationDate")).value_or(Time{});
    } else if (status == "failure") {
      outcome.kind = IysOutcome::Kind::kFailed;
      const Json* error = MemberOf(one, "error");
      if (error != nullptr) std::tie(outcome.error_code, outcome.error_message) = ErrorOf(*error);
    }
  }
  return outcomes;
}

std::string StatusBody(std::string_view recipient, IysRecipient type, Channel channel) {
  return Json{{"recipient", recipient}, {"recipientType", IysWordOf(type)}, {"type", IysWordOf(channel)}}.dump();
}

Result<IysConsent> ReadConsent(std::string_view body) {
  auto consent = ConsentOf(Parsed(body));
  if (!consent) return Unclear("a consent");
  return *consent;
}

Result<IysChanges> ReadChanges(std::string_view body) {
  const Json answer = Parsed(body);
  const Json* list = MemberOf(answer, "list");
  if (list == nullptr || !list->is_array()) return Unclear("a list of changes");
  IysChanges changes;
  changes.after = TextOf(answer, "after");
  changes.more = list->size() >= static_cast<size_t>(IysRegistry::kChangesMax);
  for (const Json& one : *list)
    if (auto consent = ConsentOf(one)) changes.consents.push_back(std::move(*consent));
  return changes;
}

std::pair<std::string, std::string> ReadError(std::string_view body) {
  const Json answer = Parsed(body);
  const Json* errors = MemberOf(answer, "errors");
  if (errors != nullptr && errors->is_array() && !errors->empty()) return ErrorOf(errors->front());
  return {};
}

}  // namespace vefa::contact::iys_wire
