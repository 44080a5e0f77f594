#include "services/campaign/template/template_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/campaign/campaign_events.h"

namespace vefa::campaign {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kTemplatesMax = 1000;

const Statement kCreateTemplate{
    "template_create",
    "WITH made AS ("
    "  INSERT INTO template (tenant_id, id, slug, display_name, languages, subjects, texts, htmls, version, create_time)"
    "  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)"
    "  ON CONFLICT ON CONSTRAINT template_slug_key DO NOTHING RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'templates/' || id, version, $10, 'template.created', $9, $11, NULL, $12") " FROM made)"
    " SELECT version FROM made, logged"};

// One row per language; the rows of one template follow each other.
#define TEMPLATE_ROWS                                                               \
  "SELECT t.id, t.slug, t.display_name, t.version, t.create_time, l.language, l.subject, l.body, l.html" \
  " FROM template t, unnest(t.languages, t.subjects, t.texts, t.htmls)"             \
  "   WITH ORDINALITY AS l(language, subject, body, html, place)"
const Statement kGetTemplate{"template_get",
                     TEMPLATE_ROWS " WHERE t.tenant_id = $1 AND t.slug = $2 ORDER BY l.place"};
const Statement kListTemplates{
    "template_list",
    TEMPLATE_ROWS " WHERE t.tenant_id = $1 AND t.slug IN (SELECT slug FROM template WHERE tenant_id = $1"
                  " ORDER BY slug LIMIT $2) ORDER BY t.slug, l.place"};

std::vector<Template> ReadTemplates(const Rows& rows) {
  std::vector<Template> templates;
  for (int i = 0; i < rows.size(); ++i) {
    Uuid id = rows.Id(i, 0);
    if (templates.empty() || templates.back().id != id)
      templates.push_back({id, rows.String(i, 1), rows.String(i, 2), {}, rows.Int64(i, 3), rows.Timestamp(i, 4)});
    templates.back().texts.push_back({rows.String(i, 5), rows.String(i, 6), rows.String(i, 7), rows.String(i, 8)});
  }
  return templates;
}

}  // namespace

Error NoSuchTemplate() { return NotFound("TEMPLATE_NOT_FOUND", "There is no such template; check the name."); }

Result<Template> CreateTemplate(postgres::Transaction& transaction, const Uuid& tenant, Template content,
                                const Clock& clock) {
  content.id = NewUuidV7(clock);
  content.version = 1;
  content.create_time = clock.Now();
  std::vector<std::string> languages, subjects, texts, htmls;
  for (const TemplateText& text : content.texts) {
    languages.push_back(text.language);
    subjects.push_back(text.subject);
    texts.push_back(text.text);
    htmls.push_back(text.html);
  }
  VEFA_TRY(Rows made,
           transaction.Execute(kCreateTemplate, Bound(tenant, content.id, content.slug, content.display_name, languages,
                                              subjects, texts, htmls, content.create_time, NewUuidV7(clock),
                                              telemetry::CurrentTrace().traceparent(), Bytes{CreatedPayload(content)})));
  if (!made.empty()) return content;
  VEFA_TRY(Rows rows, transaction.Execute(kGetTemplate, Bound(tenant, content.slug)));
  std::vector<Template> stored = ReadTemplates(rows);
  if (!stored.empty() && SameContent(stored.front(), content)) return stored.front();
  return Error{Code::kAlreadyExists, "TEMPLATE_ID_TAKEN", "Another template has this id; choose another id."};
}

Result<Template> GetTemplate(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                             Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetTemplate, Bound(tenant, slug), deadline));
  std::vector<Template> found = ReadTemplates(rows);
  if (found.empty()) return NoSuchTemplate();
  return std::move(found.front());
}

Result<std::vector<Template>> ListTemplates(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListTemplates, Bound(tenant, kTemplatesMax), deadline));
  return ReadTemplates(rows);
}

}  // namespace vefa::campaign
