#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/events/event.h"
#include "libs/postgres/database.h"

namespace vefa::rpc {

// Reads a service's own ledger for one tenant, in pages whose rows and bytes are bounded in PostgreSQL.
// Thread-safe.
class Ledger {
 public:
  Ledger(postgres::Database& service, events::Source source) : service_(service), source_(std::move(source)) {}
  const events::Source& source() const { return source_; }

  struct Versions {
    std::vector<events::Event> events;  // In the order of their versions, contiguous.
    int64_t newest = 0;                 // Of the subject, whatever was asked for.
    int64_t next = 0;                   // To go on from; 0 when all that was asked for is here.
  };
  // `to` 0 means the newest. NOT_FOUND `SUBJECT_UNKNOWN`; FAILED_PRECONDITION `EVENTS_DROPPED` (metadata
  // `earliest_version`) when version `from` is no longer kept but later ones are.
  Result<Versions> Fetch(const Uuid& tenant, const std::string& subject, int64_t from, int64_t to, int size,
                         Deadline deadline);

  struct Log {
    std::vector<events::Event> events;  // In the order of their ids; may be empty before the end.
    int64_t next = 0;                   // Id to go on after; 0 at the end.
  };
  Result<Log> Read(const Uuid& tenant, int64_t after, int size, Deadline deadline);

 private:
  postgres::Database& service_;
  const events::Source source_;
};

}  // namespace vefa::rpc
