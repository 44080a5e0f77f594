#include "services/contact/importing/import_chunk.h"

#include "libs/crypto/crypto.h"
#include "libs/rpc/time.h"
#include "services/contact/importing/import_people.h"
#include "services/contact/importing/import_trace.h"

namespace vefa::contact {
namespace {

void Count(v1::ImportOutcome::Kind kind, v1::ImportCounts& counts) {
  switch (kind) {
    case v1::ImportOutcome::KIND_CREATED: return counts.set_created(counts.created() + 1);
    case v1::ImportOutcome::KIND_UPDATED: return counts.set_updated(counts.updated() + 1);
    case v1::ImportOutcome::KIND_UNCHANGED: return counts.set_unchanged(counts.unchanged() + 1);
    case v1::ImportOutcome::KIND_SKIPPED: return counts.set_skipped(counts.skipped() + 1);
    default: return counts.set_rejected(counts.rejected() + 1);
  }
}

void AddCounts(const v1::ImportCounts& chunk, v1::ImportCounts& all) {
  all.set_created(all.created() + chunk.created());
  all.set_updated(all.updated() + chunk.updated());
  all.set_unchanged(all.unchanged() + chunk.unchanged());
  all.set_skipped(all.skipped() + chunk.skipped());
  all.set_rejected(all.rejected() + chunk.rejected());
  all.set_consents(all.consents() + chunk.consents());
}

Status CheckChunk(const v1::SendImportChunkRequest& request) {
  std::vector<Violation> violations;
  if (request.records_size() > kImportChunkMax || (request.records_size() == 0 && !request.last()))
    violations.push_back({"records", "CHUNK_SIZE", "Send 1 to 500 records in a chunk; none only in the last."});
  if (request.number() < 1) violations.push_back({"number", "OUT_OF_RANGE", "Give the number of the chunk, from 1."});
  if (request.position_bytes() < 0) violations.push_back({"position_bytes", "OUT_OF_RANGE", "Give no negative number."});
  if (violations.empty()) return Ok();
  return Violations(std::move(violations));
}

// Whether the import takes this chunk now.
Status CheckTurn(const v1::Import& import, int64_t number) {
  if (import.state() == v1::Import::STATE_PAUSED)
    return Error{Code::kFailedPrecondition, "IMPORT_PAUSED", "The import is paused; resume it first."};
  if (import.state() != v1::Import::STATE_RUNNING)
    return Error{Code::kFailedPrecondition, "IMPORT_ENDED", "The import has ended; begin another one."};
  if (number != import.next_chunk())
    return Error{Code::kFailedPrecondition, "CHUNK_OUT_OF_ORDER",
                 "Send chunk " + std::to_string(import.next_chunk()) + " next; it begins behind what the import tells of its position."};
  return Ok();
}

// What earlier chunks of the import did to the same people comes first.
Status JoinEarlier(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& import, std::vector<ImportChange>& changes) {
  std::vector<Uuid> known;
  for (const ImportChange& change : changes)
    if (!change.is_new) known.push_back(change.contact);
  if (known.empty()) return Ok();
  VEFA_TRY(auto earlier, FindChanges(transaction, tenant, import, known));
  std::map<Uuid, const ImportChange*> by_contact;
  for (const ImportChange& change : earlier) by_contact[change.contact] = &change;
  for (ImportChange& change : changes) {
    auto found = by_contact.find(change.contact);
    if (found == by_contact.end()) continue;
    change.is_new = found->second->is_new;
    // Of who goes as a whole nothing is to be put back.
    change.trace = change.is_new ? found->second->trace : JoinTraces(found->second->trace, change.trace);
  }
  return Ok();
}

// Reads what the definitions of now make of an import's records.
std::vector<ImportedRecord> ReadRecords(const google::protobuf::RepeatedPtrField<v1::ImportRecord>& records, const ImportPlan& plan,
                                        const AttributeDefinitions& definitions, Time now) {
  std::vector<ImportedRecord> read;
  for (const v1::ImportRecord& record : records) read.push_back(ReadImportRecord(record, plan, definitions, now));
  return read;
}

std::string HashOf(const v1::SendImportChunkRequest& request) {
  std::string text = request.last() ? "1" : "0";
  for (const v1::ImportRecord& record : request.records()) {
    const std::string bytes = record.SerializeAsString();
    text += std::to_string(bytes.size()) + ":" + bytes;
  }
  return std::string(crypto::Bytes(crypto::Sha256(text)));
}

}  // namespace

Result<v1::SendImportChunkResponse> ImportChunks::Send(const rpc::CallContext& call, const v1::SendImportChunkRequest& request) const {
  VEFA_TRY(Uuid id, ParseResourceName("imports", request.import()));
  VEFA_TRY_OK(CheckChunk(request));
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  const std::string hash = HashOf(request);
  std::vector<ContactVersion> versions;
  auto sent = postgres::InTransaction(
      database_, postgres::Scope::Tenant(call.tenant), call.deadline,
      [&](postgres::Transaction& transaction) -> Result<v1::SendImportChunkResponse> {
        versions.clear();
        VEFA_TRY(v1::Import import, LockImport(transaction, call.tenant, id));
        if (request.number() < import.next_chunk()) {
          VEFA_TRY(auto stored, FindChunk(transaction, call.tenant, id, request.number()));
          if (stored && stored->request_hash == hash) return std::move(stored->answer);
          return Violations({{"number", "CHUNK_DIFFERS", "This chunk is in with other records; go on behind the import's position."}});
        }
        VEFA_TRY_OK(CheckTurn(import, request.number()));
        std::vector<Violation> violations;
        ImportPlan plan = ReadImportPlan(import, *definitions, "import.", violations);
        plan.actor = call.principal.subject;
        plan.consent_time = rpc::FromProto(import.create_time());
        const std::vector<ImportedRecord> records = ReadRecords(request.records(), plan, *definitions, clock_.Now());
        if (plan.match != v1::Import::MATCH_EXTERNAL_ID && !import.dry_run()) VEFA_TRY_OK(LockPointMatches(transaction, call.tenant));
        ImportPeople people(transaction, *sealer, *definitions, plan, clock_);
        VEFA_TRY(auto decisions, people.Decide(records, "import-" + id.ToString() + "-"));
        v1::SendImportChunkResponse response;
        response.set_number(request.number());
        for (const ImportDecision& decision : decisions) {
          Count(decision.kind, *response.mutable_counts());
          for (const v1::ImportProblem& problem : decision.problems) *response.add_problems() = problem;
        }
        std::vector<postgres::Call> calls;
        if (!import.dry_run()) {
          VEFA_TRY(ImportWritten written, people.Write());
          VEFA_TRY_OK(JoinEarlier(transaction, call.tenant, id, written.changes));
          if (!written.changes.empty()) calls.push_back(StoreChangesCall(call.tenant, id, written.changes));
          response.mutable_counts()->set_consents(written.consents);
          versions = std::move(written.versions);
        }
        if (!response.problems().empty()) calls.push_back(InsertProblemsCall(call.tenant, id, false, response.problems()));
        calls.push_back(InsertChunkCall(call.tenant, id, request.number(), {hash, response}));
        AddCounts(response.counts(), *import.mutable_counts());
        import.set_next_chunk(request.number() + 1);
        import.set_position_bytes(request.position_bytes());
        if (request.records_size() > 0) import.set_line(request.records(request.records_size() - 1).line());
        if (request.last()) import.set_state(v1::Import::STATE_COMPLETED);
        calls.push_back(WriteImportCall(call.tenant, id, import, clock_.Now()));
        VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
        return response;
      });
  if (sent.ok()) copies_.Changed(call.tenant, versions);
  return sent;
}

}  // namespace vefa::contact
