#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/notification/notification.h"
#include "services/notification/wishes.h"

// The SQL of the decision ledger and of what is read from it. Set-based; every change appends its
// events in the same transaction.
namespace vefa::notification {

// A message the gate decided about, not recorded yet.
struct NewMessage {
  MessageInfo info;
  std::string send_key;
  std::string address_hash;  // Empty when there is no address.
  std::string language;
  Refusal refusal = Refusal::kNone;
  bool essential = false;           // It counts towards no limit, and heeds none.
  std::optional<Time> hold_until{};  // Accepted, and not to be sent before.
  Wishes wishes{};                   // Whose limits are held to while it is recorded.
};

// What one SubmitMessages records. All messages have the originator, purpose and channel of the first.
struct Submission {
  Uuid tenant;
  Uuid content_id;
  std::string content;
  std::vector<NewMessage> messages;
};

// What was decided first about a send key.
struct Decision {
  std::string send_key;
  Uuid message;
  Refusal refusal = Refusal::kNone;
  std::optional<Time> hold_until{};
};

// The decisions there are, in any order.
Result<std::vector<Decision>> FindDecisions(postgres::Database& database, const Uuid& tenant,
                                            const std::vector<std::string>& send_keys, Deadline deadline);

// Records messages with their decisions and events and queues the accepted ones: a chunk of those that may leave now, and one for each moment
// at which others may. Who wants no more messages at that moment is refused with FREQUENCY_CAP; two calls at once count each other. A
// send key that somebody recorded first keeps that decision. Returns the decision that now holds for each.
Result<std::vector<Decision>> RecordDecisions(postgres::Database& database, const Submission& submission,
                                              const Clock& clock, Deadline deadline);

// The same within a transaction, which must know the tenant's ordinal to be given already (GiveTenantOrdinal); what a key has keeps it, and
// nobody's limits are looked at.
Status RecordDecisions(postgres::Transaction& transaction, const Submission& submission, const Clock& clock);

Result<std::optional<Message>> GetMessage(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                          Deadline deadline);

struct MessagePage {
  std::optional<Uuid> contact;
  std::optional<std::string> originator;
  std::optional<MessageState> state;
  std::optional<Refusal> refusal;
  std::optional<Time> held_at;  // Only those that wait at that moment for the end of quiet hours.
  std::optional<Uuid> before;  // The last one of the page before.
  int size = 50;
};
// Newest first.
Result<std::vector<Message>> ListMessages(postgres::Database& database, const Uuid& tenant, const MessagePage& page,
                                          Deadline deadline);

// The number a tenant has in the tokens of its links; given on first use and kept for ever.
Result<int32_t> TenantOrdinal(postgres::Database& database, const Uuid& tenant, Deadline deadline);

// Gives it within a transaction.
Status GiveTenantOrdinal(postgres::Transaction& transaction, const Uuid& tenant);

// What an unsubscribe token leads to.
struct UnsubscribeTarget {
  Uuid tenant;
  MessageInfo info;
  std::string address_hash;
  std::string language;
  bool unsubscribed = false;
};
// nullopt when there is no such tenant or message.
Result<std::optional<UnsubscribeTarget>> FindUnsubscribeTarget(postgres::Database& database, uint32_t tenant_ordinal,
                                                               const Uuid& message, Deadline deadline);
// Records that the person is out, with `message.unsubscribed` and the suppression for the purpose.
// Once is enough: a repeat changes nothing and returns false.
Result<bool> RecordUnsubscribe(postgres::Database& database, const UnsubscribeTarget& target, const Clock& clock,
                               Deadline deadline);

}  // namespace vefa::notification
