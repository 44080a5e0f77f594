#pragma once

#include <functional>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "libs/rpc/idempotency.h"
#include "services/contact/contact_copies.h"
#include "services/contact/preference/preference_link.h"
#include "services/contact/preference/preference_store.h"
#include "vefa/contact/v1/preference_service.grpc.pb.h"

namespace vefa::contact {

// How, how often and about what people want to hear. Thread-safe.
class PreferenceService final : public v1::PreferenceService::CallbackService {
 public:
  // `copies` and `links` are copied; the others outlive it. `relay` is woken after each change; nullptr in tests without one.
  PreferenceService(const rpc::Door& door, postgres::Database& database, const ContactCopies& copies, const PreferenceLinkKey& links,
                    events::Relay* relay, const Clock& clock)
      : door_(door), database_(database), copies_(copies), links_(links), relay_(relay), clock_(clock) {}

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
  grpc::ServerUnaryReactor* GetPreferenceLink(grpc::CallbackServerContext* context, const v1::GetPreferenceLinkRequest* request,
                                              v1::PreferenceLink* response) override;
  grpc::ServerUnaryReactor* ReadPreferencePage(grpc::CallbackServerContext* context, const v1::ReadPreferencePageRequest* request,
                                               v1::PreferencePage* response) override;
  grpc::ServerUnaryReactor* SavePreferencePage(grpc::CallbackServerContext* context, const v1::SavePreferencePageRequest* request,
                                               v1::PreferencePage* response) override;

 private:
  Status Create(const rpc::CallContext& call, const v1::CreatePreferenceTopicRequest& request, v1::PreferenceTopic& response);
  Status Archive(const rpc::CallContext& call, const v1::ArchivePreferenceTopicRequest& request, v1::PreferenceTopic& response);
  Status List(const rpc::CallContext& call, v1::ListPreferenceTopicsResponse& response);
  Status Get(const rpc::CallContext& call, const v1::GetPreferencesRequest& request, v1::Preferences& response);
  Status Update(const rpc::CallContext& call, const v1::UpdatePreferencesRequest& request, v1::Preferences& response);
  Status Evaluate(const rpc::CallContext& call, const v1::EvaluatePreferencesRequest& request,
                  v1::EvaluatePreferencesResponse& response);
  Status Link(const rpc::CallContext& call, const v1::GetPreferenceLinkRequest& request, v1::PreferenceLink& response);
  Status ReadPage(const rpc::CallContext& call, const v1::ReadPreferencePageRequest& request, v1::PreferencePage& response);
  Status SavePage(const rpc::CallContext& call, const v1::SavePreferencePageRequest& request, v1::PreferencePage& response);

  // What is to become of what a person prefers; called again when the transaction has to be.
  using Rule = std::function<Status(StoredPreferences& stored)>;
  // What is stored afterwards: a rule that changes nothing makes no event. An attempt that was answered already changes nothing again.
  Result<StoredPreferences> Change(const Uuid& tenant, const Uuid& contact, const rpc::Attempt& attempt, const Rule& rule,
                                   Deadline deadline);
  // The person behind a link. NOT_FOUND `TOKEN_INVALID`, of an erased person too.
  Result<StoredPreferences> BehindLink(const PreferenceLink& link, Deadline deadline);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactCopies copies_;
  const PreferenceLinkKey links_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
