#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/contact/v1/note_service.grpc.pb.h"

namespace vefa::contact {

// What people of ours write down. Thread-safe.
class NoteService final : public v1::NoteService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each change; nullptr in tests without one.
  NoteService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, const Clock& clock, std::string secret)
      : door_(door), database_(database), relay_(relay), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* AddNote(grpc::CallbackServerContext* context, const v1::AddNoteRequest* request, v1::Note* response) override;
  grpc::ServerUnaryReactor* UpdateNote(grpc::CallbackServerContext* context, const v1::UpdateNoteRequest* request,
                                       v1::Note* response) override;
  grpc::ServerUnaryReactor* RemoveNote(grpc::CallbackServerContext* context, const v1::RemoveNoteRequest* request,
                                       v1::RemoveNoteResponse* response) override;
  grpc::ServerUnaryReactor* ListNotes(grpc::CallbackServerContext* context, const v1::ListNotesRequest* request,
                                      v1::ListNotesResponse* response) override;

 private:
  Status Add(const rpc::CallContext& call, const v1::AddNoteRequest& request, v1::Note& response);
  Status Update(const rpc::CallContext& call, const v1::UpdateNoteRequest& request, v1::Note& response);
  Status Remove(const rpc::CallContext& call, const v1::RemoveNoteRequest& request, v1::RemoveNoteResponse& response);
  Status List(const rpc::CallContext& call, const v1::ListNotesRequest& request, v1::ListNotesResponse& response);
  void Committed() const {
    if (relay_ != nullptr) relay_->Wake();
  }

  const rpc::Door& door_;
  postgres::Database& database_;
  events::Relay* relay_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
