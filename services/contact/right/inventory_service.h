#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/contact/v1/processing_inventory_service.grpc.pb.h"

namespace vefa::contact {

// What is done with people's data, read from what there is. Thread-safe.
class ProcessingInventoryService final : public v1::ProcessingInventoryService::CallbackService {
 public:
  // All outlive it.
  ProcessingInventoryService(const rpc::Door& door, postgres::Database& database, const Clock& clock)
      : door_(door), database_(database), clock_(clock) {}

  grpc::ServerUnaryReactor* GetProcessingInventory(grpc::CallbackServerContext* context,
                                                   const v1::GetProcessingInventoryRequest* request,
                                                   v1::ProcessingInventory* response) override;

 private:
  Status Read(const rpc::CallContext& call, v1::ProcessingInventory& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const Clock& clock_;
};

}  // namespace vefa::contact
