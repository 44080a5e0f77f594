#pragma once

#include <optional>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/importing/import.h"
#include "vefa/contact/v1/import_service.pb.h"

// The SQL of imports.
namespace vefa::contact {

Status InsertImport(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id, const v1::Import& import);
// NOT_FOUND `IMPORT_NOT_FOUND`.
Result<v1::Import> FindImport(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline);
// Nobody else goes on with it until the transaction ends. NOT_FOUND `IMPORT_NOT_FOUND`.
Result<v1::Import> LockImport(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id);
// How far a locked one is now.
postgres::Call WriteImportCall(const Uuid& tenant, const Uuid& id, const v1::Import& import, Time now);
// Newest first, before this one, at most `size`.
Result<std::vector<v1::Import>> ListImports(postgres::Database& database, const Uuid& tenant, const std::optional<Uuid>& before, int size,
                                            Deadline deadline);

// A chunk that is in.
struct StoredChunk {
  std::string request_hash;
  v1::SendImportChunkResponse answer;
};
Result<std::optional<StoredChunk>> FindChunk(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import, int64_t number);
postgres::Call InsertChunkCall(const Uuid& tenant, const Uuid& import, int64_t number, const StoredChunk& chunk);

postgres::Call InsertProblemsCall(const Uuid& tenant, const Uuid& import, bool of_undo,
                                  const google::protobuf::RepeatedPtrField<v1::ImportProblem>& problems);
// Where a page of problems begins: behind this one.
struct ProblemPlace {
  int64_t line = -1;
  int64_t id = 0;
};
struct ProblemPage {
  std::vector<v1::ImportProblem> problems;
  ProblemPlace last;
};
Result<ProblemPage> ListProblems(postgres::Database& database, const Uuid& tenant, const Uuid& import, bool of_undo, ProblemPlace after,
                                 int size, Deadline deadline);

// Whom an import made or changed.
struct ImportChange {
  Uuid contact;
  int64_t line = 0;
  int64_t version = 0;
  bool is_new = false;
  v1::ImportTrace trace;
};
// Those there are of these contacts.
Result<std::vector<ImportChange>> FindChanges(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import,
                                              const std::vector<Uuid>& contacts);
Result<std::vector<ImportChange>> NextChanges(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import, int32_t size);
postgres::Call StoreChangesCall(const Uuid& tenant, const Uuid& import, const std::vector<ImportChange>& changes);
// Those up to this contact, in NextChanges' order.
postgres::Call DropChangesCall(const Uuid& tenant, const Uuid& import, const Uuid& last);
// A person whom an import made.
struct MadeContact {
  Uuid id;
  int64_t version = 0;
  bool united = false;  // With another record, by a merge.
};
// Of these those who are not erased; nobody else changes them until the transaction ends.
Result<std::vector<MadeContact>> LockMade(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts);
// Of these contacts those who have affiliations, relationships or boundaries.
Result<std::vector<Uuid>> FindLinked(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts);
// What an erasure deletes of a person here, in its own transaction.
postgres::Call ForgetImportsCall(const Uuid& tenant, const Uuid& contact);

// A person that has a point.
struct PointOwner {
  std::string value;
  std::string external_id;
};
// Whose these points are: of who is neither erased nor a part of another.
Result<std::vector<PointOwner>> FindPointOwners(postgres::Transaction& transaction, const Uuid& tenant, PointKind kind,
                                                const std::vector<std::string>& values);
// Until the transaction ends nobody else of the tenant brings people in by their points: who was not there stays so.
Status LockPointMatches(postgres::Transaction& transaction, const Uuid& tenant);

}  // namespace vefa::contact
