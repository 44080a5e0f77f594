#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/idempotency.h"
#include "services/contact/party/party.h"

// The SQL that organisations, affiliations, relationships and boundaries share.
namespace vefa::contact {

// Holds contacts and organisations, until the transaction ends, against being erased or archived, so that something can be
// recorded of them. Held in one order, and before the row that is written, so that nobody waits in a circle.
// Relationships are not held here. NOT_FOUND `CONTACT_NOT_FOUND`, `ORGANIZATION_NOT_FOUND`; FAILED_PRECONDITION
// `CONTACT_ERASED`, `ORGANIZATION_ARCHIVED`.
Status HoldParties(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Party>& parties);
// The same, but for organisations that were archived: what is there of them may still change.
Status HoldPeople(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Party>& parties);

// One fact about an aggregate whose row the transaction holds.
struct PartyEvent {
  std::string subject;
  int64_t version;
  const char* type;
  std::string payload;
};
// Appends facts to the ledger, in this order, at this time.
postgres::Call AppendCall(const Uuid& tenant, const std::vector<PartyEvent>& events, Time at, const Clock& clock);

// A change that its caller may repeat: `work(Transaction&)` returns the answer, a message, and `subject(answer)` whom it
// is about (EraseAnswersCall). One transaction.
template <typename Response, typename Work, typename Subject>
Result<Response> Once(postgres::Database& database, const rpc::Attempt& attempt, Deadline deadline, Work work,
                      Subject subject) {
  const postgres::Scope scope = postgres::Scope::Tenant(attempt.tenant);
  Result<Response> done = postgres::InTransaction(
      database, scope, deadline, [&](postgres::Transaction& transaction) -> Result<Response> {
        VEFA_TRY(std::optional<std::string> answer, rpc::FindAnswer(transaction, attempt));
        Response response;
        if (answer.has_value() && response.ParseFromString(*answer)) return response;
        VEFA_TRY(response, work(transaction));
        VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, response.SerializeAsString(), subject(response)));
        return response;
      });
  if (done.ok() || attempt.request_id.empty() || postgres::IsTrouble(done.error())) return done;
  // A twin may have committed while this one waited for its rows: what it made is what stands in the way, and its answer is
  // theirs, too.
  auto twin = postgres::InTransaction(database, scope, deadline, [&](postgres::Transaction& transaction) {
    return rpc::FindAnswer(transaction, attempt);
  });
  Response response;
  if (twin.ok() && twin->has_value() && response.ParseFromString(**twin)) return response;
  return done;
}

// What is written freely about a contact beside its own record (titles, notes, reasons), emptied, and the answers that
// repeat it. For the transaction that erases the contact and holds its row.
std::vector<postgres::Call> EraseTextsCalls(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
