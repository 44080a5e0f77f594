#include "services/contact/iys/testing/iys_server.h"

#include <nlohmann/json.hpp>

#include "libs/base/check.h"
#include "libs/http/url.h"
#include "services/contact/iys/business_days.h"
#include "services/contact/iys/iys_wire.h"

namespace vefa::contact {
namespace {

using Json = nlohmann::json;

constexpr char kUsername[] = "vefa";
constexpr char kPassword[] = "parola";
constexpr std::chrono::hours kTokenLife(2);
constexpr std::chrono::days kChangesKept(7);
constexpr int32_t kTermDays = 3;

http::Response JsonResponse(int status, const Json& json) { return http::TextResponse(status, json.dump(), "application/json"); }

http::Response Refused(int status, const char* code, const char* message) {
  return JsonResponse(status, {{"errors", Json::array({{{"code", code}, {"message", message}}})}});
}

std::string Member(const Json& json, const char* name) { return json.is_object() && json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : ""; }

Time FirstDay() { return *iys_wire::ParseTime("2015-05-01 00:00:00"); }

}  // namespace

IysServer::IysServer(const Clock& clock, int64_t iys_code, int64_t brand_code, const std::string& address,
                     std::chrono::seconds changes_lag)
    : clock_(clock), brand_("/sps/" + std::to_string(iys_code) + "/brands/" + std::to_string(brand_code)), changes_lag_(changes_lag) {
  http::ServerOptions options;
  options.address = address;
  auto server = http::Server::Start(options, [this](const http::Request&) {
    http::Route route;
    route.unary = [this](const http::Request& request) { return Answer(request); };
    return route;
  });
  VEFA_CHECK(server.ok());
  server_ = *std::move(server);
}

http::Response IysServer::Answer(const http::Request& request) {
  std::lock_guard lock(mutex_);
  if (request.path == "/oauth2/token") return SignIn(request.body);
  if (request.path == "/sandbox/say") return SayBy(request.body);
  ++calls_;
  const bool breaks = break_count_ > 0;
  if (breaks) --break_count_;
  if (breaks && break_status_ != 200) return Refused(break_status_, "H000", "broken by the test");
  http::Response response = AnswerNow(request);
  // The work is done, and nobody hears of it.
  return breaks ? Refused(502, "H000", "the answer was lost") : response;
}

http::Response IysServer::AnswerNow(const http::Request& request) {
  const std::string bearer(request.headers.Get("Authorization"));
  const auto token = bearer.starts_with("Bearer ") ? tokens_.find(bearer.substr(7)) : tokens_.end();
  if (token == tokens_.end() || token->second <= clock_.Now()) return Refused(401, "H401", "no token, or one that has run out");
  if (!request.path.starts_with(brand_ + "/consents")) return Refused(403, "H403", "another brand");
  const std::string what = request.path.substr((brand_ + "/consents").size());
  if (request.method == "POST" && what == "/request") return Batch(request.body);
  if (request.method == "GET" && what.starts_with("/request/")) return Outcomes(what.substr(9));
  if (request.method == "POST" && what == "/status") return Find(request.body);
  if (request.method == "GET" && what == "/changes") return Changes(request.query);
  return Refused(404, "H404", "there is no such method");
}

http::Response IysServer::SignIn(const std::string& body) {
  const Json asked = Json::parse(body, nullptr, false);
  if (Member(asked, "grant_type") != "password" || Member(asked, "username") != kUsername || Member(asked, "password") != kPassword)
    return Refused(401, "H401", "the user or the password is wrong");
  const std::string token = "token-" + std::to_string(++made_);
  tokens_[token] = clock_.Now() + kTokenLife;
  return JsonResponse(200, {{"access_token", token}, {"refresh_token", "refresh-" + token}, {"expires_in", 7200},
                            {"refresh_expires_in", 14400}, {"token_type", "bearer"}});
}

http::Response IysServer::Batch(const std::string& body) {
  const Json batch = Json::parse(body, nullptr, false);
  if (!batch.is_array() || batch.empty() || batch.size() > IysRegistry::kBatchMax) return Refused(422, "H101", "no batch of 1 to 1,000");
  const std::string id = "request-" + std::to_string(++made_);
  Request& request = requests_[id];
  Json answers = Json::array();
  for (const Json& one : batch) {
    IysConsent consent;
    consent.recipient = Member(one, "recipient");
    consent.type = IysRecipientOf(Member(one, "recipientType")).value_or(IysRecipient{});
    consent.channel = IysChannelOf(Member(one, "type")).value_or(Channel::kNone);
    consent.status = IysStatusOf(Member(one, "status")).value_or(IysStatus::kUnknown);
    consent.consent_time = iys_wire::ParseTime(Member(one, "consentDate")).value_or(Time{});
    consent.source = Member(one, "source");
    request.consents.push_back(consent);
    answers.push_back({{"index", answers.size() + 1}, {"subrequestId", id + "-" + std::to_string(answers.size() + 1)}});
  }
  request.outcomes.resize(request.consents.size());
  queue_.push_back(id);
  if (at_once_) WorkOff();
  return JsonResponse(200, {{"requestId", id}, {"subRequests", answers}});
}

// Its rules of validation, in the order of its page.
IysServer::Outcome IysServer::Take(const IysConsent& consent) {
  auto refused = [](const char* code, const char* message) { return Outcome{"failure", code, message, {}}; };
  if (consent.recipient.empty()) return refused("H114", "Alıcı (recipient) bulunamadı.");
  if (consent.type == IysRecipient{}) return refused("H112", "Alıcı tipi (recipientType) bulunamadı.");
  if (consent.channel == Channel::kNone) return refused("H111", "İzin tipi (type) bulunamadı.");
  if (consent.status == IysStatus::kUnknown) return refused("H115", "İzin durumu (status) bulunamadı.");
  const bool merchant = consent.type == IysRecipient::kMerchant;
  if (!merchant && consent.source.empty()) return refused("H113", "İzin kaynağı (source) bulunamadı.");
  if (consent.source.starts_with("IYS_")) return refused("H113", "İzin kaynağı (source) İYS yollarından biri olamaz.");
  if (consent.consent_time < FirstDay()) return refused("H155", "İzin tarihi (consentDate) için 2015-05-01 00:00:00 tarihinden önceki tarihler girilmemelidir.");
  if (consent.consent_time > clock_.Now()) return refused("H156", "İzin tarihi (consentDate) ileri bir tarih olamaz.");
  if (!merchant && EndOfBusinessDay(consent.consent_time, kTermDays) <= clock_.Now())
    return refused("H174", "İzin tarihi (consentDate) en fazla 3 iş günü geride olabilir.");
  const Key key{consent.recipient, consent.type, consent.channel};
  const auto known = records_.find(key);
  if (known == records_.end() && consent.status == IysStatus::kRet) return refused("H175", "İlk defa kaydedilen bir alıcı için durum RET olamaz.");
  if (known != records_.end() && known->second.status == consent.status) return refused("H178", "Aynı durum tekrar eklenemez.");
  if (known != records_.end() && known->second.consent_time >= consent.consent_time)
    return refused("H176", "İzin tarihi (consentDate) mevcut iznin tarihinden ileri olmalıdır.");
  Record record{consent.status, consent.consent_time, clock_.Now(), consent.source, "transaction-" + std::to_string(++made_)};
  Keep(key, record);
  ++taken_;
  return {"success", "", "", record};
}

void IysServer::Keep(const Key& key, Record record) {
  changes_.push_back({key, record});
  records_[key] = std::move(record);
}

void IysServer::WorkOff() {
  for (; !queue_.empty(); queue_.pop_front()) {
    const auto request = requests_.find(queue_.front());
    if (request == requests_.end()) continue;
    for (size_t i = 0; i < request->second.consents.size(); ++i) request->second.outcomes[i] = Take(request->second.consents[i]);
  }
}

http::Response IysServer::Outcomes(const std::string& id) const {
  const auto request = requests_.find(id);
  if (request == requests_.end()) return Refused(404, "H404", "there is no such request");
  Json answer = Json::array();
  for (size_t i = 0; i < request->second.outcomes.size(); ++i) {
    const Outcome& outcome = request->second.outcomes[i];
    Json one{{"index", i + 1}, {"status", outcome.status}, {"subrequestId", id + "-" + std::to_string(i + 1)}};
    if (!outcome.code.empty()) one["error"] = {{"code", outcome.code}, {"message", outcome.message}};
    if (outcome.status == "success") {
      one["transactionId"] = outcome.record.transaction_id;
      one["creationDate"] = iys_wire::TimeText(outcome.record.creation_time);
    }
    answer.push_back(std::move(one));
  }
  return JsonResponse(200, answer);
}

http::Response IysServer::Find(const std::string& body) const {
  const Json asked = Json::parse(body, nullptr, false);
  const Key key{Member(asked, "recipient"), IysRecipientOf(Member(asked, "recipientType")).value_or(IysRecipient{}),
                IysChannelOf(Member(asked, "type")).value_or(Channel::kNone)};
  const auto known = records_.find(key);
  if (known == records_.end()) return Refused(404, "H138", "İzin bulunamadı.");
  return JsonResponse(200, {{"type", IysWordOf(std::get<2>(key))},
                            {"source", known->second.source},
                            {"recipient", std::get<0>(key)},
                            {"recipientType", IysWordOf(std::get<1>(key))},
                            {"status", IysWordOf(known->second.status)},
                            {"consentDate", iys_wire::TimeText(known->second.consent_time)},
                            {"creationDate", iys_wire::TimeText(known->second.creation_time)},
                            {"transactionId", known->second.transaction_id}});
}

http::Response IysServer::Changes(const std::string& query) const {
  size_t after = 0, limit = 100;
  std::string source;
  auto asked = http::ParseQuery(query);
  if (!asked.ok()) return Refused(422, "H101", "no query");
  for (const auto& [name, value] : *asked) {
    if (name == "after") after = static_cast<size_t>(std::strtoul(value.c_str(), nullptr, 10));
    if (name == "limit") limit = static_cast<size_t>(std::strtoul(value.c_str(), nullptr, 10));
    if (name == "source") source = value + "_";
  }
  Json list = Json::array();
  size_t last = after;
  for (size_t i = after; i < changes_.size() && list.size() < limit; ++i) {
    const auto& [key, record] = changes_[i];
    if (record.creation_time > clock_.Now() - changes_lag_) break;
    last = i + 1;
    if (record.creation_time < clock_.Now() - kChangesKept || !record.source.starts_with(source)) continue;
    list.push_back({{"type", IysWordOf(std::get<2>(key))},
                    {"source", record.source},
                    {"recipient", std::get<0>(key)},
                    {"recipientType", IysWordOf(std::get<1>(key))},
                    {"status", IysWordOf(record.status)},
                    {"consentDate", iys_wire::TimeText(record.consent_time)},
                    {"creationDate", iys_wire::TimeText(record.creation_time)},
                    {"transactionId", record.transaction_id}});
  }
  return JsonResponse(200, {{"after", std::to_string(last)}, {"list", list}});
}

void IysServer::Work() {
  std::lock_guard lock(mutex_);
  WorkOff();
}

void IysServer::Say(const std::string& recipient, IysRecipient type, Channel channel, IysStatus status) {
  std::lock_guard lock(mutex_);
  KeepWord({recipient, type, channel}, status);
}

void IysServer::KeepWord(const Key& key, IysStatus status) {
  Keep(key, {status, clock_.Now(), clock_.Now(), "IYS_WEB", "transaction-" + std::to_string(++made_)});
}

http::Response IysServer::SayBy(const std::string& body) {
  const Json said = Json::parse(body, nullptr, false);
  const auto type = IysRecipientOf(Member(said, "recipientType"));
  const auto channel = IysChannelOf(Member(said, "type"));
  const auto status = IysStatusOf(Member(said, "status"));
  if (!type || !channel || !status) return Refused(422, "H101", "give recipient, recipientType, type and status");
  KeepWord({Member(said, "recipient"), *type, *channel}, *status);
  return JsonResponse(200, Json::object());
}

IysStatus IysServer::Knows(const std::string& recipient, IysRecipient type, Channel channel) {
  std::lock_guard lock(mutex_);
  const auto known = records_.find({recipient, type, channel});
  return known == records_.end() ? IysStatus::kUnknown : known->second.status;
}

int IysServer::taken() const {
  std::lock_guard lock(mutex_);
  return taken_;
}

int IysServer::calls() const {
  std::lock_guard lock(mutex_);
  return calls_;
}

void IysServer::Break(int status, int count) {
  std::lock_guard lock(mutex_);
  break_status_ = status;
  break_count_ = count;
}

void IysServer::ForgetTokens() {
  std::lock_guard lock(mutex_);
  tokens_.clear();
}

void IysServer::ForgetRequests() {
  std::lock_guard lock(mutex_);
  requests_.clear();
}

void IysServer::WorkAtOnce(bool at_once) {
  std::lock_guard lock(mutex_);
  at_once_ = at_once;
}

}  // namespace vefa::contact
