#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "libs/events/consumer_batch.h"
#include "libs/events/consumer_core.h"
#include "libs/postgres/database.h"

// What a consumer parks and refuses, as statements of its transaction.
namespace vefa::events {

enum class ParkKind { kPoison, kGap, kFork, kRestored };
// `POISON` and so on.
const char* ParkKindName(ParkKind kind);

// A subject that is to stand still, or that does and is joined by another event.
struct ParkedSubject {
  SubjectKey key;
  std::string topic;
  ParkKind kind = ParkKind::kGap;
  std::string reason;
  int64_t first_version = 0;
  // When it is tried next; nothing: an operator has to decide.
  std::optional<std::chrono::milliseconds> next_attempt;
  // Whether what is parked goes on from the watermark, so that the ledger need not be asked.
  bool complete = false;
};
// A subject that stands still already keeps its kind and its turn; it is due at once where what joins
// it fills its hole.
postgres::Call ParkSubjectsCall(const std::string& consumer, std::span<const ParkedSubject> subjects);

// An event that is to wait.
struct ParkedEvent {
  const Event* event = nullptr;
  const kafka::Headers* headers = nullptr;  // As they were read; null when it comes from a ledger: then they are made.
  std::string reason;
};
// Those that wait already are left alone.
postgres::Call ParkEventsCall(const std::string& consumer, std::span<const ParkedEvent> events);

// Records that are no events.
postgres::Call RefuseCall(const std::string& consumer, std::span<const Refusal> refused);

// The columns that ReadParked reads, of `parked_event e`.
#define VEFA_PARKED_COLUMNS "e.topic, e.part, e.off, e.tenant_id, e.subject, e.headers, e.payload"
// The event of such a row from column `first` on. DATA_LOSS `HEADERS_UNKNOWN` for a row of release 0.1.
Result<Event> ReadParked(const postgres::Rows& rows, int row, int first = 0);

// A reason and a sentence as one text that a column takes.
std::string ReasonText(const Error& error);

}  // namespace vefa::events
