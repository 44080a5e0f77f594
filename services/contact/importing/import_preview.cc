// The looking of import_chunk.h.
#include "services/contact/contact_proto.h"
#include "services/contact/importing/import_chunk.h"
#include "services/contact/importing/import_guess.h"
#include "services/contact/importing/import_people.h"
#include "services/contact/purpose/purpose_store.h"
#include "libs/rpc/time.h"

namespace vefa::contact {
namespace {

constexpr int kPurposesLooked = 200;

bool HasImportField(const v1::Import& import, std::string_view name) {
  return std::any_of(import.columns().begin(), import.columns().end(), [&](const auto& column) { return column.field() == name; });
}

ImportMatch MatchFor(const v1::Import& import) {
  if (HasImportField(import, "external_id")) return v1::Import::MATCH_EXTERNAL_ID;
  return HasImportField(import, "email") || !HasImportField(import, "phone") ? v1::Import::MATCH_EMAIL : v1::Import::MATCH_PHONE;
}

Status CheckPreview(const v1::PreviewImportRequest& request) {
  std::vector<Violation> violations;
  if (request.columns_size() == 0 || request.columns_size() > kImportColumnsMax)
    violations.push_back({"columns", "COLUMNS_COUNT", "Give 1 to 1,000 columns."});
  if (request.records_size() > kImportPreviewMax) violations.push_back({"records", "CHUNK_SIZE", "Give at most 100 records."});
  if (violations.empty()) return Ok();
  return Violations(std::move(violations));
}

void ShowOutcomes(const std::vector<ImportedRecord>& records, const std::vector<ImportDecision>& decisions, v1::PreviewImportResponse& response) {
  for (size_t i = 0; i < decisions.size(); ++i) {
    v1::ImportOutcome& outcome = *response.add_outcomes();
    outcome.set_line(records[i].line);
    outcome.set_kind(decisions[i].kind);
    if (decisions[i].person != nullptr) {
      *outcome.mutable_contact() = ToProto(decisions[i].person->now);
      // Who is not there yet has neither a name nor times.
      if (!decisions[i].person->before)
        for (const char* field : {"name", "version", "etag", "create_time", "update_time"})
          outcome.contact().GetReflection()->ClearField(outcome.mutable_contact(), v1::Contact::descriptor()->FindFieldByName(field));
    }
    for (const v1::ImportProblem& problem : decisions[i].problems) *outcome.add_problems() = problem;
  }
}

}  // namespace

Result<v1::PreviewImportResponse> ImportChunks::Preview(const rpc::CallContext& call, const v1::PreviewImportRequest& request) const {
  VEFA_TRY_OK(CheckPreview(request));
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto declared, ReadPurposes(database_, call.tenant, "", kPurposesLooked, call.deadline));
  std::vector<std::string> purposes;
  for (const Purpose& purpose : declared) purposes.push_back(purpose.code);
  v1::Import import;
  for (v1::ImportColumn& column : GuessColumns({request.columns().begin(), request.columns().end()}, request.records(), *definitions, purposes,
                                               request.default_country()))
    *import.add_columns() = std::move(column);
  import.set_match(request.match() == v1::Import::MATCH_UNSPECIFIED ? MatchFor(import) : request.match());
  import.set_policy(request.policy() == v1::Import::POLICY_UNSPECIFIED ? v1::Import::POLICY_FILL : request.policy());
  import.set_default_country(request.default_country());
  v1::PreviewImportResponse response;
  *response.mutable_columns() = import.columns();
  response.set_match(import.match());
  std::vector<Violation> violations;
  ImportPlan plan = ReadImportPlan(import, *definitions, "", violations);
  // That nothing can be found by yet is what a first look is to show.
  if (!request.records().empty() && violations.size() == 1 && violations.front().reason == "MATCH_COLUMN_MISSING") violations.clear();
  if (!violations.empty()) return Violations(std::move(violations));
  plan.actor = call.principal.subject;
  plan.consent_time = clock_.Now();
  std::vector<ImportedRecord> records;
  for (const v1::ImportRecord& record : request.records()) records.push_back(ReadImportRecord(record, plan, *definitions, clock_.Now()));
  // Its locks are for moments, and it writes nothing.
  return postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                 [&](postgres::Transaction& transaction) -> Result<v1::PreviewImportResponse> {
                                   ImportPeople people(transaction, *sealer, *definitions, plan, clock_);
                                   VEFA_TRY(auto decisions, people.Decide(records, "import-"));
                                   v1::PreviewImportResponse shown = response;
                                   ShowOutcomes(records, decisions, shown);
                                   return shown;
                                 });
}

}  // namespace vefa::contact
