#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "services/contact/contact_copies.h"
#include "services/contact/iys/iys_registry.h"
#include "services/contact/iys/iys_store.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// How a register is reached for an account. Empty where none is configured.
using IysConnect = std::function<std::unique_ptr<IysRegistry>(const IysAccount& account, Personal<std::string> password)>;

inline constexpr int32_t kIysPage = 500;  // Contacts looked at in one transaction.

// Keeps IYS and the record the same, step by step; nothing is held while IYS is waited for, and each step may be repeated. What IYS was asked
// and did not answer is asked about before it is told anything else. Thread-safe.
class IysKeeper {
 public:
  // `copies` is copied; the others outlive it. `relay` is nullptr in tests without one.
  IysKeeper(postgres::Database& database, PiiKeys& keys, IysConnect connect, const ContactCopies& copies, events::Relay* relay,
            const Clock& clock)
      : database_(database), keys_(keys), connect_(std::move(connect)), copies_(copies), relay_(relay), clock_(clock) {}

  bool configured() const { return connect_ != nullptr; }
  // FAILED_PRECONDITION `IYS_NOT_CONFIGURED`; DATA_LOSS `KEY_UNWRAP`.
  Result<std::unique_ptr<IysRegistry>> Connect(const Uuid& tenant, const IysAccount& account, Deadline deadline) const;

  // Brings entries to what people say, a page; whether there may be more.
  Result<bool> Settle(const Uuid& tenant, const IysAccount& account, Deadline deadline) const;
  // Passes on what waits, a batch; whether there may be more.
  Result<bool> Push(const Uuid& tenant, const IysAccount& account, IysRegistry& registry, Deadline deadline) const;
  // Asks what became of what was passed on.
  Status Poll(const Uuid& tenant, IysRegistry& registry, Deadline deadline) const;
  // Fetches what people said at IYS, a page; whether there may be more.
  Result<bool> Pull(const Uuid& tenant, IysAccount& account, IysRegistry& registry, Deadline deadline) const;
  // Compares a page of entries with IYS and keeps what it says; those that differ.
  Result<std::vector<IysEntry>> Compare(const Uuid& tenant, const IysAccount& account, IysRegistry& registry,
                                        const std::vector<IysAddressed>& page, Deadline deadline) const;

 private:
  using Answers = std::vector<std::pair<IysEntry, IysConsent>>;
  struct Batch {
    std::vector<IysAddressed> asked, sent;
    bool more = false;
  };
  // What is to be done now, marked as begun.
  Result<Batch> Begin(const Uuid& tenant, const IysAccount& account, Deadline deadline) const;
  // `to_send`: what IYS does not know and is to be told.
  Status Ask(const Uuid& tenant, const IysAccount& account, IysRegistry& registry, const std::vector<IysAddressed>& entries, Answers& answers,
             std::vector<IysAddressed>& to_send, Deadline deadline) const;
  Status Send(const Uuid& tenant, IysRegistry& registry, const std::vector<IysAddressed>& entries, Deadline deadline) const;
  using Places = std::vector<std::pair<size_t, IysEntry>>;
  // Keeps what IYS answered about each entry that was asked about; which of them are to be passed on, as they are by now.
  Result<Places> Learn(const Uuid& tenant, const IysAccount& account, const Answers& answers, Deadline deadline) const;
  // Records what somebody said at IYS, and what IYS knows since.
  Result<std::vector<ContactVersion>> Take(postgres::Transaction& transaction, const IysAccount& account, const Sealer& sealer,
                                           const Uuid& contact, const IysConsent& said) const;
  void Tell(const Uuid& tenant, const std::vector<ContactVersion>& changed) const;

  postgres::Database& database_;
  PiiKeys& keys_;
  const IysConnect connect_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
