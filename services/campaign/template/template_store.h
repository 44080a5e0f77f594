#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/campaign/template/template.h"

// The SQL of templates.
namespace vefa::campaign {

Error NoSuchTemplate();

// Makes a template with its event, or returns the one that is there when it has the same content.
// ALREADY_EXISTS `TEMPLATE_ID_TAKEN` when it differs.
Result<Template> CreateTemplate(postgres::Transaction& transaction, const Uuid& tenant, Template content,
                                const Clock& clock);

// NOT_FOUND `TEMPLATE_NOT_FOUND`.
Result<Template> GetTemplate(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                             Deadline deadline);
// By id, at most 1,000.
Result<std::vector<Template>> ListTemplates(postgres::Database& database, const Uuid& tenant, Deadline deadline);

}  // namespace vefa::campaign
