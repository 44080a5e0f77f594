#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "libs/postgres/database.h"
#include "services/notification/content.h"
#include "services/notification/delivery/work_book.h"
#include "services/notification/mail/token.h"
#include "services/notification/recipients.h"
#include "services/notification/smtp/session.h"

namespace vefa::notification {

// What mails are made with.
struct MailSettings {
  Mailbox sender;
  std::string public_url;  // Base of the links in mails, without a slash at its end.
};

// Turns places of a chunk into mails: fetches what contact knows of the people at this moment, asks
// the gate again and builds what may go. Used by the feeding thread only.
class Preparer {
 public:
  Preparer(postgres::Database& pump, Recipients& recipients, const TokenKey& key, const Clock& clock, MailSettings settings)
      : pump_(pump), recipients_(recipients), key_(key), clock_(clock), settings_(std::move(settings)) {}

  // Fetches recipients for the places of a chunk and fills its address hashes.
  Status Fetch(ActiveChunk& active, const std::vector<int>& ords, Deadline deadline);
  // Whether the fetched facts are too old to send on.
  bool Stale() const;

  // What must be counted before the gate decides about those places: a place and its count for each person with a limit.
  struct Counted {
    std::vector<int> ords;
    std::vector<Count> counts;
  };
  Counted CountsOf(const ActiveChunk& active, const std::vector<int>& ords) const;
  // The gate's answer about a place now; `handed` is nullptr where nothing was counted.
  GateAnswer Decide(const ActiveChunk& active, int ord, const std::unordered_set<std::string>& suppressed, const HandedOver* handed) const;
  // The mail of a place; after Fetch, for places the gate let go.
  smtp::Mail Build(const ActiveChunk& active, int ord, uint64_t ticket) const;

 private:
  const Recipient* Find(const ActiveChunk& active, int ord) const;
  Result<std::shared_ptr<const CompiledContent>> ContentOf(const Chunk& chunk, Deadline deadline);

  postgres::Database& pump_;
  Recipients& recipients_;
  const TokenKey& key_;
  const Clock& clock_;
  const MailSettings settings_;
  std::map<std::pair<Uuid, Uuid>, std::shared_ptr<const CompiledContent>> contents_;
  std::unordered_map<Uuid, int32_t> ordinals_;
  Recipients::Found found_;
  std::shared_ptr<const CompiledContent> content_;
  int32_t ordinal_ = 0;
  std::chrono::steady_clock::time_point fetched_;
};

}  // namespace vefa::notification
