#include "tests/load/rest_door.h"

#include "libs/base/text.h"

namespace vefa::load {
namespace {

using Json = nlohmann::json;

Json ToJson(const ContactDraft& contact) {
  return {{"externalId", contact.external_id}, {"displayName", contact.display_name}, {"email", contact.email},
          {"language", "tr"}, {"source", contact.source}};
}

// The error of a problem document; its code is the canonical one in words.
Error ToError(int status, const Json& problem) {
  Error error{Code::kUnavailable, "HTTP_" + std::to_string(status), ""};
  if (status == 400) error.code = Code::kInvalidArgument;
  if (status == 403) error.code = Code::kPermissionDenied;
  if (status == 404) error.code = Code::kNotFound;
  if (status == 409) error.code = Code::kAlreadyExists;
  if (status == 412) error.code = Code::kFailedPrecondition;
  if (!problem.is_object()) return error;
  // 400 and 409 stand for several codes; one of them may be tried again.
  if (problem.value("code", "") == "ABORTED") error.code = Code::kAborted;
  if (problem.value("code", "") == "FAILED_PRECONDITION") error.code = Code::kFailedPrecondition;
  error.reason = problem.value("reason", error.reason);
  return error;
}

}  // namespace

Result<Json> RestDoor::Send(const std::string& path, const std::string& query, const Json& body, const char* type) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.query = query;
  request.headers.Add("Content-Type", type);
  if (!token_.empty()) request.headers.Add("Authorization", "Bearer " + token_);
  request.body = body.dump() + "\n";
  VEFA_TRY(http::Response response, client_.Send(request, Deadline::After(kCallTimeout)));
  Json json = Json::parse(response.body, nullptr, false);
  if (response.status == 401) token_.clear();
  if (response.status / 100 != 2) return ToError(response.status, json);
  if (json.is_discarded()) return Unavailable("ANSWER_MALFORMED", "The answer is no JSON.");
  return json;
}

Result<Json> RestDoor::Post(const std::string& path, const std::string& query, const Json& body, const char* type) {
  if (token_.empty()) {
    VEFA_TRY(Json session, Send("/v1/session", "", {{"tenant", user_.tenant}, {"email", user_.email},
                                                    {"password", user_.password}}, "application/json"));
    token_ = session.value("token", "");
  }
  return Send(path, query, body, type);
}

Answer RestDoor::Create(const ContactDraft& contact, const Uuid& request_id) {
  auto answer = Post("/v1/contacts", "requestId=" + request_id.ToString(), ToJson(contact), "application/json");
  if (!answer.ok()) return FromError(answer.error());
  return {Outcome::kAcknowledged, answer->value("name", ""), "", {}};
}

Answer RestDoor::RecordConsent(const ConsentDraft& consent, const Uuid& request_id) {
  Json body{{"purpose", kPurpose}, {"channel", "CHANNEL_EMAIL"}, {"source", consent.source},
            {"state", consent.granted ? "STATE_GRANTED" : "STATE_WITHDRAWN"},
            {"occurTime", ToRfc3339(consent.occur_time)}};
  auto answer = Post("/v1/" + consent.contact + "/consents", "requestId=" + request_id.ToString(), body,
                     "application/json");
  if (!answer.ok()) return FromError(answer.error());
  return {Outcome::kAcknowledged, answer->value("contact", ""), "", {}};
}

Answer RestDoor::Chunk(const std::string& path, const Json& rows) {
  auto answer = Post(path, "", {{"rows", rows}}, "application/x-ndjson");
  if (!answer.ok()) return FromError(answer.error());
  // A stream that broke off ends with a line that says why.
  if (!answer->is_object() || answer->contains("error") || answer->contains("code"))
    return FromError(Unavailable("STREAM_ENDED", answer->dump()));
  Answer chunk;
  chunk.outcome = Outcome::kAcknowledged;
  for (const Json& reject : answer->value("rejects", Json::array())) {
    const Json& line = reject.at("line");
    chunk.rejected.emplace_back(line.is_string() ? std::stoll(line.get<std::string>()) : line.get<int64_t>(),
                                reject.value("reason", ""));
  }
  return chunk;
}

Answer RestDoor::ImportContacts(const std::vector<ContactDraft>& contacts) {
  Json rows = Json::array();
  for (const ContactDraft& contact : contacts)
    rows.push_back({{"line", std::to_string(rows.size() + 1)}, {"contact", ToJson(contact)}});
  return Chunk("/v1/contacts:import", rows);
}

Answer RestDoor::ImportOrders(const std::vector<OrderDraft>& orders) {
  Json rows = Json::array();
  for (const OrderDraft& order : orders)
    rows.push_back({{"line", std::to_string(rows.size() + 1)},
                    {"order", {{"externalId", order.external_id}, {"contact", order.contact}, {"itemCount", 1},
                               {"occurTime", ToRfc3339(order.occur_time)},
                               {"total", {{"units", std::to_string(order.units)}, {"currencyCode", "TRY"}}}}}});
  return Chunk("/v1/orders:import", rows);
}

}  // namespace vefa::load
