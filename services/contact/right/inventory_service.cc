#include "services/contact/right/inventory_service.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <set>

#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/purpose/purpose_store.h"
#include "services/contact/retention/retention_store.h"
#include "vefa/contact/v1/person_export_service.pb.h"

namespace vefa::contact {
namespace {

using google::protobuf::Descriptor;
using options::v1::Privacy;

constexpr int kPurposePage = 500;

// Fields by how private the contract says they are, the most private first. Those it says nothing of are times, versions and the like.
using Classes = std::map<Privacy, std::set<std::string>, std::greater<>>;

void Classify(const Descriptor& message, std::set<const Descriptor*>& seen, Classes& classes) {
  if (message.file()->package() != v1::PersonRecord::descriptor()->file()->package() || !seen.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    const Privacy privacy = field.options().GetExtension(options::v1::privacy);
    if (privacy != options::v1::PRIVACY_UNSPECIFIED)
      classes[privacy].insert(std::string(message.name()) + "." + std::string(field.name()));
    if (field.message_type() != nullptr) Classify(*field.message_type(), seen, classes);
  }
}

void AddRecipient(const char* name, const char* what, Privacy privacy, v1::ProcessingInventory& inventory) {
  auto& recipient = *inventory.add_recipients();
  recipient.set_name(name);
  recipient.set_what(what);
  recipient.set_privacy(privacy);
}

Status AddActivities(postgres::Database& database, const rpc::CallContext& call, v1::ProcessingInventory& inventory) {
  for (std::string after;;) {
    VEFA_TRY(auto purposes, ReadPurposes(database, call.tenant, after, kPurposePage, call.deadline));
    for (const Purpose& purpose : purposes) {
      auto& activity = *inventory.add_activities();
      activity.set_purpose(purpose.code);
      activity.set_title(purpose.title);
      activity.set_lawful_basis(static_cast<v1::LawfulBasis>(purpose.lawful_basis));
      activity.set_is_commercial(purpose.is_commercial);
      activity.set_retention_days(purpose.retention_days);
      activity.set_text_version(purpose.text_version);
      after = purpose.code;
    }
    if (static_cast<int>(purposes.size()) < kPurposePage) break;
  }
  VEFA_TRY(auto undeclared, ReadUndeclared(database, call.tenant, call.deadline));
  for (const auto& [code, since] : undeclared) inventory.add_activities()->set_purpose(code);
  return Ok();
}

}  // namespace

grpc::ServerUnaryReactor* ProcessingInventoryService::GetProcessingInventory(grpc::CallbackServerContext* context,
                                                                             const v1::GetProcessingInventoryRequest*,
                                                                             v1::ProcessingInventory* response) {
  return rpc::Serve(door_, context, "GetProcessingInventory",
                    [=, this](const rpc::CallContext& call) { return Read(call, *response); });
}

Status ProcessingInventoryService::Read(const rpc::CallContext& call, v1::ProcessingInventory& response) {
  *response.mutable_read_time() = rpc::ToProto(clock_.Now());
  VEFA_TRY_OK(AddActivities(database_, call, response));
  Classes classes;
  std::set<const Descriptor*> seen;
  Classify(*v1::PersonRecord::descriptor(), seen, classes);
  Classify(*v1::RightsRequest::descriptor(), seen, classes);
  VEFA_TRY(AttributeDefinitions definitions, ReadDefinitions(database_, call.tenant, call.deadline));
  for (const auto& [key, definition] : definitions) classes[static_cast<Privacy>(definition.privacy)].insert("attributes." + key);
  for (const auto& [privacy, fields] : classes) {
    if (privacy == options::v1::PRIVACY_NONE) continue;
    auto& data = *response.add_data_classes();
    data.set_privacy(privacy);
    for (const std::string& field : fields) data.add_fields(field);
  }
  AddRecipient("campaign", "Ids, language, source and consents, to choose whom a campaign is for.", options::v1::PRIVACY_PSEUDONYMOUS, response);
  AddRecipient("interaction", "Ids and what happened, as a timeline; orders and what is reckoned of them.", options::v1::PRIVACY_PSEUDONYMOUS,
               response);
  AddRecipient("notification", "Address, name and language, at the moment a message is sent.", options::v1::PRIVACY_PERSONAL, response);
  AddRecipient("gateway", "Events as they are, personal data in boxes it cannot open by itself.", options::v1::PRIVACY_PSEUDONYMOUS, response);
  VEFA_TRY(auto rules, ListRules(database_, call.tenant, call.deadline));
  for (const RetentionRule& rule : rules) {
    auto& retention = *response.add_retentions();
    retention.set_code(rule.code);
    retention.set_days(rule.days);
    retention.set_purpose(rule.purpose);
  }
  return Ok();
}

}  // namespace vefa::contact
