#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/events/projection.h"
#include "libs/rpc/peer.h"
#include "vefa/event/v1/event_log_service.grpc.pb.h"

namespace vefa::rpc {

// Reads the ledgers of the services, ours included, by EventLogService. What it returns is what
// Kafka would have brought, except for partition and offset, which an event has only there. Every call
// asks as our own service, with `events.read` and nothing else. Thread-safe after construction.
class LedgerClient final : public events::LedgerReader {
 public:
  // `addresses` is host:port of the owner by topic, for example `vefa.contact.v1`.
  LedgerClient(const std::map<std::string, std::string>& addresses, const PrincipalKey& key, const std::string& self,
               const Transport& transport = Transport());
  ~LedgerClient() override;

  // As the interface says; `to` 0 means the newest. More than 10,000 events or 32 MiB come in several calls:
  // then the answer ends before `to`, is not empty, and the caller goes on after it. EVENTS_DROPPED also when
  // the owner does not know the subject or its ledger ends before `to`: it will not know it later either.
  Result<std::vector<events::Event>> Fetch(const std::string& topic, const Uuid& tenant, const std::string& subject,
                                           int64_t from, int64_t to, Deadline deadline) override;
  // A page of at most 500 events or 4 MiB; empty only at the end.
  Result<std::vector<events::Event>> Read(const std::string& topic, const Uuid& tenant, std::string& token,
                                          Deadline deadline) override;

 private:
  struct Ledger;
  Result<const Ledger*> Find(const std::string& topic) const;

  std::map<std::string, std::unique_ptr<Ledger>> ledgers_;
};

}  // namespace vefa::rpc
