#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_copies.h"
#include "vefa/contact/v1/preference_service.grpc.pb.h"

namespace vefa::contact {

// How, how often and about what people want to hear. Thread-safe.
class PreferenceService final : public v1::PreferenceService::CallbackService {
 public:
  // `copies` is copied; the others outlive it. `relay` is woken after each change; nullptr in tests without one.
  PreferenceService(const rpc::Door& door, postgres::Database& database, const ContactCopies& copies, events::Relay* relay,
                    const Clock& clock)
      : door_(door), database_(database), copies_(copies), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* CreatePreferenceTopic(grpc::CallbackServerContext* context,
                                                  const v1::CreatePreferenceTopicRequest* request,
                                                  v1::PreferenceTopic* response) override;
  grpc::ServerUnaryReactor* ArchivePreferenceTopic(grpc::CallbackServerContext* context,
                                                   const v1::ArchivePreferenceTopicRequest* request,
                                                   v1::PreferenceTopic* response) override;
  grpc::ServerUnaryReactor* ListPreferenceTopics(grpc::CallbackServerContext* context,
                                                 const v1::ListPreferenceTopicsRequest* request,
                                                 v1::ListPreferenceTopicsResponse* response) override;
  grpc::ServerUnaryReactor* GetPreferences(grpc::CallbackServerContext* context, const v1::GetPreferencesRequest* request,
                                           v1::Preferences* response) override;
  grpc::ServerUnaryReactor* UpdatePreferences(grpc::CallbackServerContext* context, const v1::UpdatePreferencesRequest* request,
                                              v1::Preferences* response) override;
  grpc::ServerUnaryReactor* EvaluatePreferences(grpc::CallbackServerContext* context, const v1::EvaluatePreferencesRequest* request,
                                                v1::EvaluatePreferencesResponse* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreatePreferenceTopicRequest& request, v1::PreferenceTopic& response);
  Status Archive(const rpc::CallContext& call, const v1::ArchivePreferenceTopicRequest& request, v1::PreferenceTopic& response);
  Status List(const rpc::CallContext& call, v1::ListPreferenceTopicsResponse& response);
  Status Get(const rpc::CallContext& call, const v1::GetPreferencesRequest& request, v1::Preferences& response);
  Status Update(const rpc::CallContext& call, const v1::UpdatePreferencesRequest& request, v1::Preferences& response);
  Status Evaluate(const rpc::CallContext& call, const v1::EvaluatePreferencesRequest& request,
                  v1::EvaluatePreferencesResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
