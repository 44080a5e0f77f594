#pragma once

#include <google/protobuf/any.pb.h>

#include <functional>
#include <optional>
#include <string>

#include "libs/events/event.h"
#include "libs/postgres/database.h"
#include "libs/rpc/as_of.h"
#include "libs/rpc/door.h"
#include "libs/rpc/ledger.h"
#include "vefa/event/v1/event_log_service.grpc.pb.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::rpc {

// Opens a box of personal data for a reader who may. Nothing when its key was destroyed.
using OpenBox = std::function<Result<std::optional<google::protobuf::Any>>(const Uuid& tenant, const event::v1::PiiBox& box,
                                                                           Deadline deadline)>;

// What every service answers about its own ledger. Thread-safe once it serves.
class EventLogService final : public event::v1::EventLogService::CallbackService {
 public:
  // `secret` signs page tokens.
  EventLogService(const Door& door, postgres::Database& service, events::Source source, std::string secret)
      : door_(door), service_(service), ledger_(service, std::move(source)), secret_(std::move(secret)) {}

  // Before it serves: how events become states. Without it GetStateAsOf answers FAILED_PRECONDITION
  // `STATES_NOT_KEPT`.
  void FoldBy(StateRule rule) { rule_ = std::move(rule); }
  // Before it serves: only where the keys are. Without it `open` is FAILED_PRECONDITION `PII_KEYS_ELSEWHERE`.
  void OpenBy(OpenBox open) { open_ = std::move(open); }

  grpc::ServerUnaryReactor* GetEventLogStatus(grpc::CallbackServerContext* context,
                                              const event::v1::GetEventLogStatusRequest* request,
                                              event::v1::EventLogStatus* response) override;
  grpc::ServerUnaryReactor* FetchEvents(grpc::CallbackServerContext* context, const event::v1::FetchEventsRequest* request,
                                        event::v1::FetchEventsResponse* response) override;
  grpc::ServerUnaryReactor* ReadLedger(grpc::CallbackServerContext* context, const event::v1::ReadLedgerRequest* request,
                                       event::v1::ReadLedgerResponse* response) override;
  grpc::ServerUnaryReactor* GetStateAsOf(grpc::CallbackServerContext* context,
                                         const event::v1::GetStateAsOfRequest* request,
                                         event::v1::StateAsOf* response) override;

 private:
  Status CheckService(const std::string& asked) const;
  Status Fetch(const CallContext& call, const event::v1::FetchEventsRequest& request,
               event::v1::FetchEventsResponse& response);
  Status Read(const CallContext& call, const event::v1::ReadLedgerRequest& request, event::v1::ReadLedgerResponse& response);
  Status StateAsOf(const CallContext& call, const event::v1::GetStateAsOfRequest& request, event::v1::StateAsOf& response);
  Status CheckOpen(const CallContext& call) const;

  const Door& door_;
  postgres::Database& service_;
  Ledger ledger_;
  const std::string secret_;
  StateRule rule_;
  OpenBox open_;
};

}  // namespace vefa::rpc
