// `vefactl tenants add SLUG --id UUID --postgres TEMPLATE`.

#include <iostream>

#include "services/ctl/databases.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr const char* kServices[] = {"contact", "interaction", "campaign", "notification", "gateway"};
constexpr std::string_view kPlaceholder = "{service}";

const postgres::Statement kAdd{"tenant_add", "INSERT INTO tenant (id, slug) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
const postgres::Statement kFind{"tenant_find", "SELECT id, slug FROM tenant WHERE id = $1 OR slug = $2"};

std::string Fill(std::string text, const std::string& service) {
  for (size_t at = text.find(kPlaceholder); at != text.npos; at = text.find(kPlaceholder, at + service.size()))
    text.replace(at, kPlaceholder.size(), service);
  return text;
}

Status AddTo(const std::string& conninfo, const Uuid& id, const std::string& slug) {
  VEFA_TRY(auto connection, OpenDatabase(conninfo));
  Deadline deadline = Deadline::After(kDatabaseTimeout);
  VEFA_TRY_OK(connection->Execute(kAdd, postgres::Bound(id, slug), deadline));
  VEFA_TRY(postgres::Rows rows, connection->Execute(kFind, postgres::Bound(id, slug), deadline));
  if (rows.size() != 1 || rows.Id(0, 0) != id || rows.Text(0, 1) != slug)
    return Error{Code::kAlreadyExists, "TENANT_TAKEN",
                 "The slug or the id belongs to another tenant already; give both as they were given first."};
  return Ok();
}

Status AddEverywhere(const TenantsAddOptions& options) {
  VEFA_TRY(Uuid id, Uuid::Parse(options.id));
  if (!IsSlug(options.slug))
    return InvalidArgument("SLUG_SYNTAX", "Give a slug of 1-63 lower-case letters, digits and hyphens.");
  if (options.postgres.find(kPlaceholder) == std::string::npos)
    return InvalidArgument("TEMPLATE_SYNTAX", "Put {service} into --postgres where the service's name belongs.");
  for (const char* service : kServices) VEFA_TRY_OK(AddTo(Fill(options.postgres, service), id, options.slug));
  return Ok();
}

}  // namespace

int TenantsAdd(const TenantsAddOptions& options) {
  Status added = AddEverywhere(options);
  if (!added.ok()) return Fail(added.error());
  std::cout << "tenant " << options.slug << " is " << options.id << "\n";
  return kOk;
}

}  // namespace vefa::ctl
