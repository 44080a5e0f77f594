#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/attribute/attribute_store.h"
#include "vefa/contact/v1/attribute_service.grpc.pb.h"

namespace vefa::contact {

// The tenant's own fields. Thread-safe.
class AttributeService final : public v1::AttributeService::CallbackService {
 public:
  AttributeService(const rpc::Door& door, postgres::Database& database, AttributeCatalog& catalog, const Clock& clock)
      : door_(door), database_(database), catalog_(catalog), clock_(clock) {}

  grpc::ServerUnaryReactor* CreateAttributeDefinition(grpc::CallbackServerContext* context,
                                                      const v1::CreateAttributeDefinitionRequest* request,
                                                      v1::AttributeDefinition* response) override;
  grpc::ServerUnaryReactor* UpdateAttributeDefinition(grpc::CallbackServerContext* context,
                                                      const v1::UpdateAttributeDefinitionRequest* request,
                                                      v1::AttributeDefinition* response) override;
  grpc::ServerUnaryReactor* ArchiveAttributeDefinition(grpc::CallbackServerContext* context,
                                                       const v1::ArchiveAttributeDefinitionRequest* request,
                                                       v1::AttributeDefinition* response) override;
  grpc::ServerUnaryReactor* ListAttributeDefinitions(grpc::CallbackServerContext* context,
                                                     const v1::ListAttributeDefinitionsRequest* request,
                                                     v1::ListAttributeDefinitionsResponse* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreateAttributeDefinitionRequest& request,
                v1::AttributeDefinition& response);
  Status Update(const rpc::CallContext& call, const v1::UpdateAttributeDefinitionRequest& request,
                v1::AttributeDefinition& response);
  Status Archive(const rpc::CallContext& call, const v1::ArchiveAttributeDefinitionRequest& request,
                 v1::AttributeDefinition& response);
  Status List(const rpc::CallContext& call, v1::ListAttributeDefinitionsResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  AttributeCatalog& catalog_;
  const Clock& clock_;
};

}  // namespace vefa::contact
