#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/person_export_service.grpc.pb.h"

namespace vefa::contact {

// The document that a person gets of what is held of them. Thread-safe.
class PersonExportService final : public v1::PersonExportService::CallbackService {
 public:
  // All outlive it. `relay` is woken after each export; nullptr in tests without one.
  PersonExportService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, events::Relay* relay, const Clock& clock)
      : door_(door), database_(database), keys_(keys), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* ExportPerson(grpc::CallbackServerContext* context, const v1::ExportPersonRequest* request,
                                         v1::ExportPersonResponse* response) override;

 private:
  Status Export(const rpc::CallContext& call, const v1::ExportPersonRequest& request, v1::ExportPersonResponse& response);
  // Notes at the open request that a document is handed out for it; the request's name.
  Result<std::string> NoteExport(const rpc::CallContext& call, const Uuid& contact);

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
