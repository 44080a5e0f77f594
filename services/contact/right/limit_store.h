#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/postgres/database.h"
#include "vefa/contact/v1/processing_limit_service.pb.h"

// What stands in the way of using somebody's data, or of erasing it, and its SQL. It is in the contact's own row, so that who asks
// whether she may be written to, and who erases her, read it there.
namespace vefa::contact {

// Stands for every purpose that does not rest on a contract, the law or a life; no code of a purpose.
inline constexpr char kEveryPurpose[] = "*";
inline constexpr char kLimitsChangedType[] = "processing_limits.changed";

struct ProcessingLimits {
  std::optional<Time> restrict_time;
  std::optional<Time> object_time;
  std::vector<std::string> objected;  // Sorted; empty exactly when `object_time` is.
  std::optional<Time> hold_time;
  std::string hold_reason;
  bool operator==(const ProcessingLimits&) const = default;
};
struct LimitedContact {
  Uuid contact;
  bool erased = false;
  Uuid merged_into;
  std::string country;
  ProcessingLimits limits;
};

// nullopt: there is no such contact.
Result<std::optional<LimitedContact>> FindLimits(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline);
// The same, the contact kept from others until the transaction ends.
Result<std::optional<LimitedContact>> LockLimits(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact);
// Writes what holds of a locked one, with an event of the contact that says why; the contact's version that it made.
Result<int64_t> WriteLimits(postgres::Transaction& transaction, const Uuid& tenant, const LimitedContact& limited,
                            const std::string& reason, const Clock& clock);
// Begins or ends a hold in the history, for the `hold_time` that WriteLimits writes.
Status AddHold(postgres::Transaction& transaction, const Uuid& tenant, const LimitedContact& limited, const std::string& actor);
Status EndHold(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, const std::string& reason,
               const std::string& actor, const Clock& clock);

// FAILED_PRECONDITION `LEGAL_HOLD` when one of these must be kept.
Status CheckNotHeld(postgres::Database& database, const Uuid& tenant, const std::vector<Uuid>& contacts, Deadline deadline);
Error LegalHold();
// FAILED_PRECONDITION `RIGHTS_WOULD_WIDEN` when something stands in the way of using `merged` that does not of `survivor`; both are locked.
Status CheckLimitsKept(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& survivor, const Uuid& merged);

v1::ProcessingLimits ToProto(const LimitedContact& limited);

}  // namespace vefa::contact
