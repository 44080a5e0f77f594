#include "tests/permissions/cases.h"

#include <google/protobuf/message.h>

#include <memory>

#include "vefa/options/v1/options.pb.h"
#include "vefa/options/v1/sight.pb.h"

namespace vefa::permissions {
namespace {

namespace pb = google::protobuf;

// Messages inside messages; what is deeper repeats itself.
constexpr int kDepth = 3;

// Says `text` wherever a text stands.
void SayEverywhere(pb::Message& message, const std::string& text, int depth) {
  const pb::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->is_map() || field->real_containing_oneof() != nullptr) continue;
    if (field->type() == pb::FieldDescriptor::TYPE_STRING) {
      if (field->is_repeated()) reflection.AddString(&message, field, text);
      else reflection.SetString(&message, field, text);
    } else if (field->type() == pb::FieldDescriptor::TYPE_MESSAGE && depth > 0 && field->message_type()->full_name().starts_with("vefa.")) {
      SayEverywhere(field->is_repeated() ? *reflection.AddMessage(&message, field) : *reflection.MutableMessage(&message, field), text, depth - 1);
    }
  }
}

}  // namespace

std::string Naming(const pb::MethodDescriptor& method, const std::string& text) {
  std::unique_ptr<pb::Message> request(
      pb::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  SayEverywhere(*request, text, kDepth);
  return request->SerializeAsString();
}

std::vector<Case> CasesOf(const std::string& permission, const rpc::PrincipalKey& key, const Uuid& tenant) {
  SystemClock clock;
  auto sign = [&](const rpc::PrincipalKey& by, const Uuid& of, std::string may, std::chrono::seconds life) {
    return by.Sign({of, "services/permissions", {std::move(may)}, clock.Now() + life});
  };
  const std::chrono::seconds alive(60);
  const Uuid nobody = NewUuidV7(clock);
  const rpc::PrincipalKey forger(std::string(32, 'f'));
  const bool open = permission == "public";
  const bool platform = permission.starts_with("platform.");
  std::vector<Case> cases{
      {"no principal", "", open ? "" : "PRINCIPAL_MISSING"},
      {"a forged principal", sign(forger, tenant, permission, alive), "PRINCIPAL_INVALID"},
      {"an expired principal", sign(key, tenant, permission, -alive), "PRINCIPAL_EXPIRED"},
      {"no principal at all", "nonsense", "PRINCIPAL_INVALID"},
  };
  if (open) return cases;
  cases.push_back({"another permission", sign(key, tenant, "nothing.at_all", alive), "PERMISSION_MISSING"});
  cases.push_back({"the permission and no such tenant", sign(key, nobody, permission, alive), "TENANT_UNKNOWN"});
  // `*` is everything of a tenant, and nothing of the platform.
  cases.push_back({"everything of a tenant", sign(key, nobody, "*", alive), platform ? "PERMISSION_MISSING" : "TENANT_UNKNOWN"});
  if (permission.ends_with(".read")) cases.push_back({"the permission", sign(key, tenant, permission, alive), ""});
  return cases;
}

std::vector<Case> NarrowCasesOf(const pb::MethodDescriptor& method, const rpc::PrincipalKey& key, const Uuid& tenant) {
  const options::v1::Sight sight = method.options().GetExtension(options::v1::sight);
  const std::string permission = method.options().GetExtension(options::v1::permission);
  if (permission == "public" || sight == options::v1::SIGHT_OPEN || sight == options::v1::SIGHT_NARROWED) return {};
  SystemClock clock;
  const Uuid self = NewUuidV7(clock);
  const std::string principal =
      key.Sign({tenant, ResourceName("users", self), {"*", "platform.*"}, clock.Now() + std::chrono::seconds(60), std::vector<Uuid>{self}});
  // Elsewhere than in contact nobody knows whose a record is; the gateway asks contact before it passes such a call on.
  const bool known = sight == options::v1::SIGHT_NAMED && method.file()->package() == "vefa.contact.v1";
  return {{"one who sees his own, naming nobody", principal, "VISIBILITY_TOO_NARROW"},
          {"one who sees his own, naming another's", principal, known ? "CONTACT_NOT_FOUND" : "VISIBILITY_TOO_NARROW",
           Naming(method, ResourceName("contacts", NewUuidV7(clock)))}};
}

}  // namespace vefa::permissions
