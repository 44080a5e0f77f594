#pragma once

#include <optional>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"

namespace vefa::gateway {

// The schema of an event message, as it was published at some time.
struct EventSchema {
  std::string message;         // `vefa.contact.v1.ContactEvent`
  std::string hash;            // SHA-256 in hex.
  std::string descriptor_set;  // A google.protobuf.FileDescriptorSet.
};

// Keeps a schema for ever; one that is known stays as it is.
Status KeepSchema(postgres::Database& database, const EventSchema& schema, Deadline deadline);
// Nothing when it was never published.
Result<std::optional<EventSchema>> FindSchema(postgres::Database& database, const std::string& message,
                                              const std::string& hash, Deadline deadline);

}  // namespace vefa::gateway
