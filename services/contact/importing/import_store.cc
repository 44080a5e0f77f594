#include "services/contact/importing/import_store.h"

#include "libs/rpc/page.h"
#include "libs/rpc/time.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define IMPORT_COLUMNS                                                                                                   \
  "SELECT id, said, actor, state, next_chunk, position, line, created, updated, unchanged, skipped, rejected, consents," \
  " undone, left_behind, create_time, update_time FROM contact_import WHERE tenant_id = $1"

const Statement kInsertImport{"import_insert",
                              "INSERT INTO contact_import (tenant_id, id, said, actor, state, next_chunk, position, line, created,"
                              " updated, unchanged, skipped, rejected, consents, undone, left_behind, create_time, update_time)"
                              " VALUES ($1, $2, $3, $4, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $5, $5)"};
const Statement kGetImport{"import_get", IMPORT_COLUMNS " AND id = $2"};
const Statement kLockImport{"import_lock", IMPORT_COLUMNS " AND id = $2 FOR UPDATE"};
const Statement kListImports{"import_list", IMPORT_COLUMNS " AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement kWriteImport{"import_write",
                             "UPDATE contact_import SET state = $3, next_chunk = $4, position = $5, line = $6, created = $7,"
                             " updated = $8, unchanged = $9, skipped = $10, rejected = $11, consents = $12, undone = $13,"
                             " left_behind = $14, update_time = $15 WHERE tenant_id = $1 AND id = $2"};
const Statement kFindChunk{"import_chunk_find", "SELECT request_hash, answer FROM contact_import_chunk"
                                                " WHERE tenant_id = $1 AND import_id = $2 AND number = $3"};
const Statement kInsertChunk{"import_chunk_insert",
                             "INSERT INTO contact_import_chunk (tenant_id, import_id, number, request_hash, answer)"
                             " VALUES ($1, $2, $3, $4, $5)"};
const Statement kInsertProblems{
    "import_problem_insert",
    "INSERT INTO contact_import_problem (tenant_id, import_id, of_undo, line, field, reason, message, contact_id)"
    " SELECT $1, $2, $3, i.line, i.field, i.reason, i.message, nullif(i.contact_id, '00000000-0000-0000-0000-000000000000')"
    " FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::uuid[]) AS i(line, field, reason, message, contact_id)"};
const Statement kListProblems{"import_problem_list",
                              "SELECT line, id, field, reason, message, contact_id FROM contact_import_problem"
                              " WHERE tenant_id = $1 AND import_id = $2 AND of_undo = $3 AND (line, id) > ($4::bigint, $5::bigint)"
                              " ORDER BY line, id LIMIT $6"};

v1::Import ReadImport(const Rows& rows, int i) {
  v1::Import import;
  // What cannot be read was never written here; the rest says enough.
  import.ParseFromString(rows.String(i, 1));
  import.set_name(ResourceName("imports", rows.Id(i, 0)));
  import.set_actor(rows.String(i, 2));
  import.set_state(static_cast<v1::Import::State>(rows.Int32(i, 3)));
  import.set_next_chunk(rows.Int64(i, 4));
  import.set_position_bytes(rows.Int64(i, 5));
  import.set_line(rows.Int64(i, 6));
  v1::ImportCounts& counts = *import.mutable_counts();
  counts.set_created(rows.Int64(i, 7));
  counts.set_updated(rows.Int64(i, 8));
  counts.set_unchanged(rows.Int64(i, 9));
  counts.set_skipped(rows.Int64(i, 10));
  counts.set_rejected(rows.Int64(i, 11));
  counts.set_consents(rows.Int64(i, 12));
  import.set_undone_count(rows.Int64(i, 13));
  import.set_left_count(rows.Int64(i, 14));
  *import.mutable_create_time() = rpc::ToProto(rows.Timestamp(i, 15));
  *import.mutable_update_time() = rpc::ToProto(rows.Timestamp(i, 16));
  return import;
}

Result<v1::Import> TheImport(const Rows& rows) {
  if (rows.empty()) return NotFound("IMPORT_NOT_FOUND", "There is no such import; check the name.");
  return ReadImport(rows, 0);
}

}  // namespace

Status InsertImport(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id, const v1::Import& import) {
  VEFA_TRY_OK(transaction.Execute(kInsertImport, Bound(tenant, id, Bytes{import.SerializeAsString()}, import.actor(),
                                                       rpc::FromProto(import.create_time()))));
  return Ok();
}

Result<v1::Import> FindImport(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetImport, Bound(tenant, id), deadline));
  return TheImport(rows);
}

Result<v1::Import> LockImport(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockImport, Bound(tenant, id)));
  return TheImport(rows);
}

postgres::Call WriteImportCall(const Uuid& tenant, const Uuid& id, const v1::Import& import, Time now) {
  const v1::ImportCounts& counts = import.counts();
  return {&kWriteImport,
          Bound(tenant, id, static_cast<int16_t>(import.state()), int64_t{import.next_chunk()}, int64_t{import.position_bytes()},
                int64_t{import.line()}, int64_t{counts.created()}, int64_t{counts.updated()}, int64_t{counts.unchanged()},
                int64_t{counts.skipped()}, int64_t{counts.rejected()}, int64_t{counts.consents()}, int64_t{import.undone_count()},
                int64_t{import.left_count()}, now)};
}

Result<std::vector<v1::Import>> ListImports(postgres::Database& database, const Uuid& tenant, const std::optional<Uuid>& before, int size,
                                            Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListImports,
                                   Bound(tenant, before.value_or(rpc::AfterEveryId()), static_cast<int32_t>(size)), deadline));
  std::vector<v1::Import> imports;
  for (int i = 0; i < rows.size(); ++i) imports.push_back(ReadImport(rows, i));
  return imports;
}

Result<std::optional<StoredChunk>> FindChunk(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import, int64_t number) {
  VEFA_TRY(Rows rows, transaction.Execute(kFindChunk, Bound(tenant, import, number)));
  if (rows.empty()) return std::optional<StoredChunk>();
  StoredChunk chunk{rows.String(0, 0), {}};
  if (!chunk.answer.ParseFromString(rows.String(0, 1))) return Internal("CHUNK_MALFORMED", "The answer to a chunk cannot be read.");
  return std::optional(std::move(chunk));
}

postgres::Call InsertChunkCall(const Uuid& tenant, const Uuid& import, int64_t number, const StoredChunk& chunk) {
  return {&kInsertChunk, Bound(tenant, import, number, Bytes{chunk.request_hash}, Bytes{chunk.answer.SerializeAsString()})};
}

postgres::Call InsertProblemsCall(const Uuid& tenant, const Uuid& import, bool of_undo,
                                  const google::protobuf::RepeatedPtrField<v1::ImportProblem>& problems) {
  std::vector<int64_t> lines;
  std::vector<std::string> fields, reasons, messages;
  std::vector<Uuid> contacts;
  for (const v1::ImportProblem& problem : problems) {
    lines.push_back(problem.line());
    fields.push_back(problem.field());
    reasons.push_back(problem.reason());
    messages.push_back(problem.message());
    auto contact = ParseResourceName("contacts", problem.contact());
    contacts.push_back(contact.ok() ? *contact : Uuid{});
  }
  return {&kInsertProblems, Bound(tenant, import, of_undo, lines, fields, reasons, messages, contacts)};
}

Result<ProblemPage> ListProblems(postgres::Database& database, const Uuid& tenant, const Uuid& import, bool of_undo, ProblemPlace after,
                                 int size, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListProblems,
                                   Bound(tenant, import, of_undo, after.line, after.id, static_cast<int32_t>(size)), deadline));
  ProblemPage page;
  for (int i = 0; i < rows.size(); ++i) {
    v1::ImportProblem& problem = page.problems.emplace_back();
    problem.set_line(rows.Int64(i, 0));
    problem.set_field(rows.String(i, 2));
    problem.set_reason(rows.String(i, 3));
    problem.set_message(rows.String(i, 4));
    if (!rows.IsNull(i, 5)) problem.set_contact(ResourceName("contacts", rows.Id(i, 5)));
    page.last = {rows.Int64(i, 0), rows.Int64(i, 1)};
  }
  return page;
}

}  // namespace vefa::contact
