#include "services/gateway/sight.h"

#include "vefa/contact/v1/contact_service.pb.h"

namespace vefa::gateway {
namespace {

// As many as contact tells of at once.
constexpr int kNamesMax = 1000;

}  // namespace

Status AskSight(Upstream& contact, const rpc::PrincipalKey& key, rpc::Principal principal, const google::protobuf::Message& request,
                Deadline deadline) {
  contact::v1::BatchGetContactsRequest batch;
  for (const std::string& name : rpc::NamesIn(request)) {
    if (name.starts_with("organizations/") || name.starts_with("users/")) continue;
    if (!name.starts_with("contacts/")) return rpc::TooNarrow();
    batch.add_names(name);
  }
  if (batch.names_size() == 0 || batch.names_size() > kNamesMax) return rpc::TooNarrow();
  // What he may do is decided by the call that is asked about.
  principal.permissions = {"contacts.read"};
  const auto* service = contact::v1::BatchGetContactsRequest::descriptor()->file()->FindServiceByName("ContactService");
  contact::v1::BatchGetContactsResponse seen;
  VEFA_TRY_OK(contact.Call(*service->FindMethodByName("BatchGetContacts"), batch, seen, {key.Sign(principal), deadline}));
  if (seen.contacts_size() == batch.names_size()) return Ok();
  return NotFound("CONTACT_NOT_FOUND", "There is no such contact; check the name.");
}

}  // namespace vefa::gateway
