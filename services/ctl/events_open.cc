#include "services/ctl/events_open.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <map>
#include <memory>
#include <vector>

#include "libs/pii/pii.h"
#include "services/ctl/states.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/contact/v1/contact_personal.pb.h"
#include "vefa/contact/v1/pii_key_service.pb.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::ctl {
namespace {

namespace pb = google::protobuf;

// The most an event may hold; BatchGetPiiKeys takes so many.
constexpr size_t kBoxesMax = 1000;

// One that also says what is in it.
bool IsWholeBox(const Json& value) { return IsBox(value) && value.contains("message"); }

void Collect(Json& value, std::vector<Json*>& boxes) {
  if (IsWholeBox(value)) {
    boxes.push_back(&value);
  } else if (value.is_structured()) {
    for (Json& part : value) Collect(part, boxes);
  }
}

template <typename Message>
Result<Message> FromJson(const Json& json) {
  Message message;
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // Of a newer server.
  if (pb::util::JsonStringToMessage(json.dump(), &message, options).ok()) return message;
  return Error{Code::kDataLoss, "ANSWER_MALFORMED", "The answer is not what the contract says; is this vefactl too old?"};
}

Result<Json> Opened(const pii::Key& key, const Uuid& tenant, const event::v1::PiiBox& box) {
  const pb::Descriptor* kind = pb::DescriptorPool::generated_pool()->FindMessageTypeByName(box.message());
  if (kind == nullptr)
    return Error{Code::kUnimplemented, "PII_KIND_UNKNOWN", "This vefactl does not know " + box.message() + "; use a newer one."};
  std::unique_ptr<pb::Message> message(pb::MessageFactory::generated_factory()->GetPrototype(kind)->New());
  VEFA_TRY_OK(pii::Open(key, tenant, box, *message));
  std::string json;
  if (!pb::util::MessageToJsonString(*message, &json).ok()) return Internal("JSON", "The content has no JSON form.");
  return ParseJson(json, "the content");
}

}  // namespace

Status OpenBoxes(Api& api, Json& event) {
  // What is inside is found by its name, so its descriptor must be in this program.
  pb::LinkMessageReflection<contact::v1::ContactPersonal>();
  std::vector<Json*> found;
  Collect(event, found);
  if (found.empty()) return Ok();
  if (found.size() > kBoxesMax) return Error{Code::kResourceExhausted, "BATCH_TOO_LARGE", "The event holds too many boxes."};
  VEFA_TRY(Uuid tenant, Uuid::Parse(TextOf(event, "tenantId")));
  Json wanted = Json::array();
  for (const Json* box : found) wanted.push_back(TextOf(*box, "keyId"));
  VEFA_TRY(Json answer, api.Post("/v1/piiKeys:batchGet", Json{{"keyIds", wanted}}));
  VEFA_TRY(auto got, FromJson<contact::v1::BatchGetPiiKeysResponse>(answer));
  std::map<std::string, pii::Key> keys;
  for (const contact::v1::PiiKey& key : got.keys()) {
    VEFA_TRY(Uuid id, Uuid::Parse(key.key_id()));
    if (key.key().size() != pii::Key::kSize) return Error{Code::kDataLoss, "ANSWER_MALFORMED", "A key has another size."};
    keys.emplace(key.key_id(), pii::Key(id, key.key()));
  }
  for (Json* box : found) {
    VEFA_TRY(auto sealed, FromJson<event::v1::PiiBox>(*box));
    auto key = keys.find(sealed.key_id());
    if (key == keys.end()) {
      (*box)["opened"] = nullptr;
      continue;
    }
    VEFA_TRY((*box)["opened"], Opened(key->second, tenant, sealed));
  }
  return Ok();
}

}  // namespace vefa::ctl
