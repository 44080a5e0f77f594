#pragma once

#include <optional>
#include <string>

#include "libs/events/event.h"
#include "libs/postgres/database.h"

// What an operator does with subjects that a consumer parked. Only SQL, so any process of the service may
// do it, as the pump; the consumer at work notices within a second.
namespace vefa::events {

// Makes a consumer's parked subjects due now. Those that stand still because of two histories (FORK,
// RESTORED) only when they are named: trying them takes what is parked for the true history and
// applies it over what was applied. Returns how many subjects will be tried.
Result<int64_t> MarkDue(postgres::Database& pump, const std::string& consumer, const std::optional<std::string>& subject,
                        Deadline deadline);

// Gives up the first parked event of a subject for good: the watermark moves over it, and the rest is
// tried. `version` is that event's; where versions before it are missing and cannot be fetched, the
// last missing one gives up only the missing ones. Returns how many events are still parked.
// NOT_FOUND `PARKED_NOT_FOUND`; FAILED_PRECONDITION `VERSION_NOT_FIRST`.
Result<int64_t> Skip(postgres::Database& pump, const std::string& consumer, const Uuid& tenant,
                     const std::string& subject, int64_t version, Deadline deadline);

// How headers lie in parked_event and unreadable_record: per header the length of the name in four
// bytes, big end first, the name, and the same of the value.
std::string PackHeaders(const kafka::Headers& headers);
// DATA_LOSS `HEADERS_MALFORMED`.
Result<kafka::Headers> UnpackHeaders(std::string_view packed);

}  // namespace vefa::events
