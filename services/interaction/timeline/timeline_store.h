#pragma once

#include <optional>
#include <vector>

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/interaction/timeline/timeline.h"

// The SQL of timelines.
namespace vefa::interaction {

// Adds what is not there yet; a fact that is already on its timeline is left alone.
Status AddEntries(postgres::Transaction& transaction, const std::vector<TimelineEntry>& entries);

// Keeps who is a part of whom.
Status KeepParts(postgres::Transaction& transaction, const ContactParts& parts);

// Keeps of whom nothing may be concluded.
Status KeepLimits(postgres::Transaction& transaction, const ContactLimits& limits);

// The newest entries of a contact and of those that are a part of it, newest first; with `before` only those older than that id.
Result<std::vector<TimelineEntry>> ReadTimeline(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                const std::optional<Uuid>& before, int size, Deadline deadline);

}  // namespace vefa::interaction
