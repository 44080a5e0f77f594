#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/notification/delivery/lane_leases.h"
#include "services/notification/frequency_store.h"
#include "services/notification/notification.h"

// The SQL of delivery, as the pump role. PostgreSQL refuses COPY into tables under row-level
// security, so results go in by one `unnest` statement per flush instead.
namespace vefa::notification {

// Accepted messages of one submission, or those of them that wait for another attempt.
struct Chunk {
  Uuid tenant;
  Uuid id;
  int16_t lane = 0;
  std::string originator;
  std::string purpose;
  short channel = 1;
  Uuid content;
  std::vector<Uuid> messages;
  std::vector<Uuid> contacts;
  int attempt = 0;
  Time create_time;
  std::string traceparent;

  MessageInfo InfoOf(int ord) const {
    auto i = static_cast<size_t>(ord);
    return {messages[i], contacts[i], originator, purpose, channel};
  }
};

// What became of one message of a chunk.
struct MessageResult {
  Uuid chunk;
  int ord = 0;
  MessageInfo info;
  MessageState state = MessageState::kUnknown;
  int code = 0;
  std::string enhanced;
  std::string text;
  Time finish_time;
  std::string traceparent;
  bool suppress = false;
  std::string address_hash;
};

// Messages of a chunk that are to be tried again: after `wait`, and not before `hold_until`.
struct Retry {
  Uuid id;    // Of the new chunk; the same however often the flush is repeated.
  Uuid from;  // The chunk they were in.
  std::vector<Uuid> messages;
  std::vector<Uuid> contacts;
  std::chrono::milliseconds wait{0};
  std::optional<Time> hold_until{};  // They are held for quiet hours, and GetMessage says so.
};

// What is recorded in one transaction.
struct Flush {
  Uuid tenant;
  std::vector<MessageResult> results;
  std::vector<Retry> retries;
  std::vector<Uuid> finished;  // Chunks with nothing left to do.
};

// Chunks that are due in those lanes, but for `active` ones.
Result<std::vector<Chunk>> LoadDueChunks(postgres::Database& pump, const std::vector<LaneLeases::Lane>& lanes,
                                         const std::vector<Uuid>& active, int limit, Deadline deadline);
// The places of a chunk that need nothing more.
Result<std::unordered_set<int>> LoadSettled(postgres::Database& pump, const Chunk& chunk, Deadline deadline);
Result<std::string> LoadContent(postgres::Database& pump, const Uuid& tenant, const Uuid& id, Deadline deadline);
Result<int32_t> LoadTenantOrdinal(postgres::Database& pump, const Uuid& tenant, Deadline deadline);

struct Window {
  bool open = false;                           // False: the lane is not ours any more.
  std::unordered_set<std::string> suppressed;  // Of the hashes given, as of the same flush.
  std::vector<HandedOver> handed;              // Of those counted, in their order.
};
// The intent: makes durable that the dots of places `lo` to `hi` may be written from now on, and
// reads suppressions in the same flush, and how many messages people had.
Result<Window> OpenWindow(postgres::Database& pump, const Chunk& chunk, int lo, int hi, int64_t epoch,
                          const std::vector<std::string>& address_hashes, const std::vector<Count>& counts, Deadline deadline);

// Results with their events, suppressions of dead addresses, retries and finished chunks, all or
// nothing. A place that has a result keeps it, so a flush may be repeated.
Status Record(postgres::Database& pump, const Flush& flush, const Clock& clock, Deadline deadline);

// A message in a window of an earlier epoch without a result.
struct Ambiguous {
  Uuid tenant;
  Uuid chunk;
  int64_t epoch = 0;
  int ord = 0;
  MessageInfo info;
  std::string traceparent;
};
Result<std::vector<Ambiguous>> LoadAmbiguous(postgres::Database& pump, const LaneLeases::Lane& lane, Deadline deadline);
// Forgets the windows of earlier epochs; their messages are all settled or certainly not sent.
Status DropWindows(postgres::Database& pump, const LaneLeases::Lane& lane, Deadline deadline);

}  // namespace vefa::notification
