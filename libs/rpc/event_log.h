#pragma once

#include "libs/events/event.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/event/v1/event_log_service.grpc.pb.h"

namespace vefa::rpc {

// What every service answers about its own ledger.
class EventLogService final : public event::v1::EventLogService::CallbackService {
 public:
  EventLogService(const Door& door, postgres::Database& service, events::Source source)
      : door_(door), service_(service), source_(std::move(source)) {}

  grpc::ServerUnaryReactor* GetEventLogStatus(grpc::CallbackServerContext* context,
                                              const event::v1::GetEventLogStatusRequest* request,
                                              event::v1::EventLogStatus* response) override;

 private:
  const Door& door_;
  postgres::Database& service_;
  const events::Source source_;
};

}  // namespace vefa::rpc
