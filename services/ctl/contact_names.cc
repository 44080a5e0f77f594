#include "services/ctl/contact_names.h"

namespace vefa::ctl {

Result<std::map<std::string, std::string>> ContactNames(Api& api, const std::vector<std::string>& external_ids) {
  VEFA_CHECK(external_ids.size() <= kContactNamesMax);
  std::map<std::string, std::string> names;
  if (external_ids.empty()) return names;
  Json body{{"externalIds", external_ids}};
  VEFA_TRY(Json answer, api.Post("/v1/contacts:batchGet", body));
  const Json& contacts = MemberOf(answer, "contacts");
  if (contacts.is_array()) {
    for (const Json& contact : contacts) names[TextOf(contact, "externalId")] = TextOf(contact, "name");
  }
  return names;
}

}  // namespace vefa::ctl
