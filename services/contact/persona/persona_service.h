#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/rating/rating_loop.h"
#include "vefa/contact/v1/persona_service.grpc.pb.h"

namespace vefa::contact {

// Personas, and who is one. Thread-safe.
class PersonaService final : public v1::PersonaService::CallbackService {
 public:
  // All outlive it. `loop` is woken after each change of a persona; nullptr in tests without one.
  PersonaService(const rpc::Door& door, postgres::Database& database, RatingLoop* loop, const Clock& clock)
      : door_(door), database_(database), loop_(loop), clock_(clock) {}

  grpc::ServerUnaryReactor* SetPersona(grpc::CallbackServerContext* context, const v1::SetPersonaRequest* request,
                                       v1::Persona* response) override;
  grpc::ServerUnaryReactor* ListPersonas(grpc::CallbackServerContext* context, const v1::ListPersonasRequest* request,
                                         v1::ListPersonasResponse* response) override;
  grpc::ServerUnaryReactor* DeletePersona(grpc::CallbackServerContext* context, const v1::DeletePersonaRequest* request,
                                          v1::DeletePersonaResponse* response) override;
  grpc::ServerUnaryReactor* PreviewPersona(grpc::CallbackServerContext* context, const v1::PreviewPersonaRequest* request,
                                           v1::PreviewPersonaResponse* response) override;
  grpc::ServerUnaryReactor* ListContactPersonas(grpc::CallbackServerContext* context, const v1::ListContactPersonasRequest* request,
                                                v1::ListContactPersonasResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetPersonaRequest& request, v1::Persona& response);
  Status List(const rpc::CallContext& call, v1::ListPersonasResponse& response);
  Status Delete(const rpc::CallContext& call, const v1::DeletePersonaRequest& request);
  Status Preview(const rpc::CallContext& call, const v1::PreviewPersonaRequest& request, v1::PreviewPersonaResponse& response);
  Status OfContact(const rpc::CallContext& call, const v1::ListContactPersonasRequest& request, v1::ListContactPersonasResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  RatingLoop* loop_;
  const Clock& clock_;
};

}  // namespace vefa::contact
