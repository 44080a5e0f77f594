#include "services/contact/purpose/purpose_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/contact/purpose/purpose_events.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define PURPOSE_COLUMNS                                                                                                     \
  "SELECT id, code, title, lawful_basis, is_commercial, retention_days, text_version, version, create_time, update_time," \
  " consent_days, customers_only, title_tr, title_en FROM purpose WHERE tenant_id = $1"

const Statement kInsertPurpose{
    "purpose_insert",
    "WITH changed AS (INSERT INTO purpose (tenant_id, id, code, title, lawful_basis, is_commercial, retention_days, text_version,"
    "    version, create_time, update_time, consent_days, customers_only, title_tr, title_en)"
    "   VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 1, $8, $8, $12, $13, $14, $15)"
    "  ON CONFLICT ON CONSTRAINT purpose_code_key DO NOTHING RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'purposes/' || id, version, $9, 'purpose.created', $8, $10, NULL, $11")
    "  FROM changed)"
    " SELECT version FROM changed, logged"};
const Statement kUpdatePurpose{
    "purpose_update",
    "WITH changed AS (UPDATE purpose SET title = $3, lawful_basis = $4, is_commercial = $5, retention_days = $6,"
    "    consent_days = $11, customers_only = $12, title_tr = $13, title_en = $14, version = version + 1, update_time = $7 WHERE tenant_id = $1 AND id = $2 RETURNING id, version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'purposes/' || id, version, $8, 'purpose.updated', $7, $9, NULL, $10")
    "  FROM changed)"
    " SELECT version FROM changed, logged"};
const Statement kInsertText{
    "purpose_text_insert",
    "WITH changed AS (UPDATE purpose SET text_version = $3, version = version + 1, update_time = $7"
    "   WHERE tenant_id = $1 AND id = $2 RETURNING id, version),"
    " stored AS (INSERT INTO purpose_text (tenant_id, purpose_id, text_version, language, body, text_hash, publish_time)"
    "   SELECT $1, id, $3, $4, $5, $6, $7 FROM changed),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'purposes/' || id, version, $8, 'purpose.published', $7, $9, NULL, $10")
    "  FROM changed)"
    " SELECT version FROM changed, logged"};
const Statement kFindPurpose{"purpose_get", PURPOSE_COLUMNS " AND (id = $2 OR code = $3)"};
const Statement kHoldPurpose{"purpose_hold", PURPOSE_COLUMNS " AND (id = $2 OR code = $3) FOR UPDATE"};
const Statement kListPurposes{"purpose_list", PURPOSE_COLUMNS " AND code > $2 ORDER BY code LIMIT $3"};
const Statement kListTexts{"purpose_texts",
                           "SELECT purpose_id, text_version, language, body, text_hash, publish_time FROM purpose_text"
                           " WHERE tenant_id = $1 AND purpose_id = $2 AND text_version < $3 ORDER BY text_version DESC LIMIT $4"};
const Statement kUndeclared{"purpose_undeclared",
                            "SELECT c.code, c.seal_time FROM consent_purpose c WHERE c.tenant_id = $1 AND NOT EXISTS"
                            " (SELECT 1 FROM purpose p WHERE p.tenant_id = $1 AND p.code = c.code) ORDER BY c.code LIMIT 1000"};
const Statement kUnknownTexts{
    "purpose_texts_unknown",
    "SELECT q.ord - 1 FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS q(code, text_version, ord)"
    " JOIN purpose p ON p.tenant_id = $1 AND p.code = q.code WHERE NOT EXISTS (SELECT 1 FROM purpose_text t"
    "  WHERE t.tenant_id = $1 AND t.purpose_id = p.id AND t.text_version = q.text_version)"};

Purpose ReadPurpose(const Rows& rows, int i) {
  return {rows.Id(i, 0),    rows.String(i, 1), rows.String(i, 2), static_cast<LawfulBasis>(rows.Int32(i, 3)), rows.Bool(i, 4),
          rows.Int32(i, 5), rows.Int32(i, 6),  rows.Int64(i, 7),  rows.Timestamp(i, 8),                       rows.Timestamp(i, 9),
          rows.Int32(i, 10), rows.Bool(i, 11), rows.String(i, 12), rows.String(i, 13)};
}

}  // namespace

Result<PurposeKey> ParsePurposeName(const std::string& name) {
  auto id = ParseResourceName("purposes", name);
  if (id.ok()) return PurposeKey{*id, ""};
  VEFA_TRY(std::string code, ParseSlugName("purposes", name));
  return PurposeKey{Uuid{}, std::move(code)};
}

Result<Purpose> InsertPurpose(postgres::Transaction& transaction, const Uuid& tenant, Purpose purpose, const Clock& clock) {
  purpose.id = NewUuidV7(clock);
  purpose.version = 1;
  purpose.create_time = purpose.update_time = clock.Now();
  const std::string payload = PurposeCreatedPayload(purpose);
  VEFA_TRY(Rows rows, transaction.Execute(
                          kInsertPurpose, Bound(tenant, purpose.id, purpose.code, purpose.title, static_cast<int16_t>(purpose.lawful_basis),
                                                purpose.is_commercial, purpose.retention_days, purpose.create_time, NewUuidV7(clock),
                                                telemetry::CurrentTrace().traceparent(), Bytes{payload}, purpose.consent_days, purpose.customers_only,
                                                purpose.title_tr, purpose.title_en)));
  if (!rows.empty()) return purpose;
  return Error{Code::kAlreadyExists, "PURPOSE_CODE_TAKEN", "A purpose with this code is declared; update it instead."};
}

Result<Purpose> FindPurpose(postgres::Transaction& transaction, const Uuid& tenant, const PurposeKey& key, bool hold) {
  VEFA_TRY(Rows rows, transaction.Execute(hold ? kHoldPurpose : kFindPurpose, Bound(tenant, key.id, key.code)));
  if (!rows.empty()) return ReadPurpose(rows, 0);
  return NotFound("PURPOSE_NOT_FOUND", "There is no such purpose; check the name.");
}

Result<Purpose> ChangePurpose(postgres::Transaction& transaction, const Uuid& tenant, Purpose purpose, const Clock& clock) {
  purpose.update_time = clock.Now();
  const std::string payload = PurposeUpdatedPayload(purpose);
  VEFA_TRY(Rows rows, transaction.Execute(
                          kUpdatePurpose, Bound(tenant, purpose.id, purpose.title, static_cast<int16_t>(purpose.lawful_basis),
                                                purpose.is_commercial, purpose.retention_days, purpose.update_time, NewUuidV7(clock),
                                                telemetry::CurrentTrace().traceparent(), Bytes{payload}, purpose.consent_days, purpose.customers_only,
                                                purpose.title_tr, purpose.title_en)));
  purpose.version = rows.Int64(0, 0);
  return purpose;
}

Result<PurposeText> InsertPurposeText(postgres::Transaction& transaction, const Uuid& tenant, const Purpose& purpose, PurposeText text,
                                      const Clock& clock) {
  text.purpose = purpose.id;
  text.text_version = purpose.text_version + 1;
  text.publish_time = clock.Now();
  const std::string payload = PurposePublishedPayload(purpose, text);
  VEFA_TRY_OK(transaction.Execute(
      kInsertText, Bound(tenant, purpose.id, text.text_version, text.language, text.text, Bytes{text.text_hash}, text.publish_time,
                         NewUuidV7(clock), telemetry::CurrentTrace().traceparent(), Bytes{payload})));
  return text;
}

Result<std::vector<Purpose>> ReadPurposes(postgres::Database& database, const Uuid& tenant, const std::string& code, int size, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListPurposes, Bound(tenant, code, static_cast<int32_t>(size)), deadline));
  std::vector<Purpose> purposes;
  for (int i = 0; i < rows.size(); ++i) purposes.push_back(ReadPurpose(rows, i));
  return purposes;
}

Result<std::vector<PurposeText>> ReadPurposeTexts(postgres::Database& database, const Uuid& tenant, const Uuid& purpose, int32_t before,
                                                  int size, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListTexts, Bound(tenant, purpose, before, static_cast<int32_t>(size)), deadline));
  std::vector<PurposeText> texts;
  for (int i = 0; i < rows.size(); ++i)
    texts.push_back({rows.Id(i, 0), rows.Int32(i, 1), rows.String(i, 2), rows.String(i, 3), rows.String(i, 4), rows.Timestamp(i, 5)});
  return texts;
}

Result<std::vector<std::pair<std::string, Time>>> ReadUndeclared(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kUndeclared, Bound(tenant), deadline));
  std::vector<std::pair<std::string, Time>> codes;
  for (int i = 0; i < rows.size(); ++i) codes.emplace_back(rows.String(i, 0), rows.Timestamp(i, 1));
  return codes;
}

Result<std::vector<size_t>> FindUnknownTexts(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<NamedText>& texts) {
  std::vector<std::string> codes;
  std::vector<int32_t> versions;
  for (const NamedText& text : texts) {
    codes.push_back(text.purpose);
    versions.push_back(text.text_version);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kUnknownTexts, Bound(tenant, codes, versions)));
  std::vector<size_t> unknown;
  for (int i = 0; i < rows.size(); ++i) unknown.push_back(static_cast<size_t>(rows.Int64(i, 0)));
  return unknown;
}

}  // namespace vefa::contact
