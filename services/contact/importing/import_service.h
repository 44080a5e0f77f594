#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/importing/import_chunk.h"
#include "services/contact/importing/import_undo.h"
#include "vefa/contact/v1/import_service.grpc.pb.h"

namespace vefa::contact {

// Imports that can be looked at first, stopped, continued and undone. Thread-safe.
class ImportService final : public v1::ImportService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  ImportService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes, ContactCopies copies,
                events::Relay* relay, const Clock& clock, std::string secret)
      : door_(door), database_(database), attributes_(attributes), relay_(relay), clock_(clock), secret_(std::move(secret)),
        chunks_(database, keys, attributes, copies, clock), undo_(database, keys, attributes, copies, clock) {}

  grpc::ServerUnaryReactor* PreviewImport(grpc::CallbackServerContext* context, const v1::PreviewImportRequest* request,
                                          v1::PreviewImportResponse* response) override;
  grpc::ServerUnaryReactor* CreateImport(grpc::CallbackServerContext* context, const v1::CreateImportRequest* request,
                                         v1::Import* response) override;
  grpc::ServerUnaryReactor* GetImport(grpc::CallbackServerContext* context, const v1::GetImportRequest* request,
                                      v1::Import* response) override;
  grpc::ServerUnaryReactor* ListImports(grpc::CallbackServerContext* context, const v1::ListImportsRequest* request,
                                        v1::ListImportsResponse* response) override;
  grpc::ServerUnaryReactor* SendImportChunk(grpc::CallbackServerContext* context, const v1::SendImportChunkRequest* request,
                                            v1::SendImportChunkResponse* response) override;
  grpc::ServerBidiReactor<v1::StreamImportChunksRequest, v1::SendImportChunkResponse>* StreamImportChunks(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* PauseImport(grpc::CallbackServerContext* context, const v1::PauseImportRequest* request,
                                        v1::Import* response) override;
  grpc::ServerUnaryReactor* ResumeImport(grpc::CallbackServerContext* context, const v1::ResumeImportRequest* request,
                                         v1::Import* response) override;
  grpc::ServerUnaryReactor* UndoImport(grpc::CallbackServerContext* context, const v1::UndoImportRequest* request,
                                       v1::Import* response) override;
  grpc::ServerUnaryReactor* ListImportProblems(grpc::CallbackServerContext* context, const v1::ListImportProblemsRequest* request,
                                               v1::ListImportProblemsResponse* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreateImportRequest& request, v1::Import& response);
  Status List(const rpc::CallContext& call, const v1::ListImportsRequest& request, v1::ListImportsResponse& response);
  Result<v1::SendImportChunkResponse> Send(const rpc::CallContext& call, const v1::SendImportChunkRequest& request);
  Status Set(const rpc::CallContext& call, const std::string& name, v1::Import::State state, v1::Import& response);
  Status Undo(const rpc::CallContext& call, const std::string& name, v1::Import& response);
  Status Problems(const rpc::CallContext& call, const v1::ListImportProblemsRequest& request, v1::ListImportProblemsResponse& response);
  void Committed() const {
    if (relay_ != nullptr) relay_->Wake();
  }

  const rpc::Door& door_;
  postgres::Database& database_;
  AttributeCatalog& attributes_;
  events::Relay* relay_;
  const Clock& clock_;
  const std::string secret_;
  const ImportChunks chunks_;
  const ImportUndo undo_;
};

}  // namespace vefa::contact
