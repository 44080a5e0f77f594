#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/interaction/v1/interaction_service.pb.h"

namespace vefa::interaction {

// One chunk of an import is one transaction with its events. Thread-safe.
class OrderImport {
 public:
  OrderImport(postgres::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // INVALID_ARGUMENT `CHUNK_SIZE` for more than 500 rows; bad rows are rejected one by one.
  Result<v1::ImportOrdersResponse> Import(const rpc::CallContext& call, const v1::ImportOrdersRequest& request);

 private:
  postgres::Database& database_;
  const Clock& clock_;
};

}  // namespace vefa::interaction
