#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/campaign/segment/segment.h"

// The SQL of segments, and of asking for whom a predicate holds.
namespace vefa::campaign {

Error NoSuchSegment();

// Makes a segment with its event, or returns the one that is there when it has the same content.
// ALREADY_EXISTS `SEGMENT_ID_TAKEN` when it differs.
Result<Segment> CreateSegment(postgres::Transaction& transaction, const Uuid& tenant, Segment segment,
                              const Clock& clock);

// NOT_FOUND `SEGMENT_NOT_FOUND`.
Result<Segment> GetSegment(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                           Deadline deadline);
// By id, at most 1,000.
Result<std::vector<Segment>> ListSegments(postgres::Database& database, const Uuid& tenant, Deadline deadline);

// Counts for a checked predicate, in one statement and so at one moment.
Result<SegmentSize> CountContacts(postgres::Database& database, const Uuid& tenant, const Predicate& predicate,
                                  Deadline deadline);
// The contacts for whom it holds, by id, beginning after `after`.
Result<std::vector<Uuid>> ListMembers(postgres::Database& database, const Uuid& tenant, const Predicate& predicate,
                                      const Uuid& after, int size, Deadline deadline);

}  // namespace vefa::campaign
