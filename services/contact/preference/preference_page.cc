// The page behind a person's link: the part of preference_service.h that people without an account call.
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_change.h"
#include "services/contact/merge/merge.h"
#include "services/contact/preference/preference_service.h"

namespace vefa::contact {
namespace {

constexpr int32_t kPauseDaysMax = 366;

v1::PreferencePage PageOf(const StoredPreferences& stored, const PreferenceTopics& topics, Time now) {
  v1::PreferencePage page;
  page.set_language(stored.language);
  const bool turkish = stored.language.starts_with("tr");
  for (const auto& [code, topic] : topics) {
    if (topic.archive_time) continue;
    v1::PreferencePage::Topic& shown = *page.add_topics();
    shown.set_code(code);
    const std::string& own = turkish ? topic.title_tr : topic.title_en;
    shown.set_title(own.empty() ? turkish ? topic.title_en : topic.title_tr : own);
    auto said = stored.preferences.topics.find(code);
    shown.set_subscribed(said == stored.preferences.topics.end() ? topic.default_subscribed : said->second);
  }
  page.set_messages_per_week(stored.preferences.messages_per_week);
  const auto& pause = stored.preferences.pause_until;
  if (pause && *pause > now) *page.mutable_pause_until() = rpc::ToProto(*pause);
  return page;
}

}  // namespace

grpc::ServerUnaryReactor* PreferenceService::GetPreferenceLink(grpc::CallbackServerContext* context,
                                                               const v1::GetPreferenceLinkRequest* request,
                                                               v1::PreferenceLink* response) {
  return rpc::Serve(door_, context, {"GetPreferenceLink", request},
                    [=, this](const rpc::CallContext& call) { return Link(call, *request, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::ReadPreferencePage(grpc::CallbackServerContext* context,
                                                                const v1::ReadPreferencePageRequest* request,
                                                                v1::PreferencePage* response) {
  return rpc::Serve(door_, context, "ReadPreferencePage",
                    [=, this](const rpc::CallContext& call) { return ReadPage(call, *request, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::SavePreferencePage(grpc::CallbackServerContext* context,
                                                                const v1::SavePreferencePageRequest* request,
                                                                v1::PreferencePage* response) {
  return rpc::Serve(door_, context, "SavePreferencePage",
                    [=, this](const rpc::CallContext& call) { return SavePage(call, *request, *response); });
}

Status PreferenceService::Link(const rpc::CallContext& call, const v1::GetPreferenceLinkRequest& request, v1::PreferenceLink& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto stored, FindPreferences(database_, call.tenant, contact, call.deadline));
  if (!stored) return NoSuchContact();
  if (stored->erased) return ContactErased();
  response.set_path(links_.Path({call.tenant, contact}));
  return Ok();
}

// A link outlives a merge: it leads to whom the person goes on as.
Result<StoredPreferences> PreferenceService::BehindLink(const PreferenceLink& link, Deadline deadline) {
  Uuid contact = link.contact;
  for (int level = 0; level <= kMergeLevelsMax; ++level) {
    VEFA_TRY(auto stored, FindPreferences(database_, link.tenant, contact, deadline));
    if (!stored || stored->erased) return TokenInvalid();
    if (stored->merged_into.is_nil()) return *std::move(stored);
    contact = stored->merged_into;
  }
  return TokenInvalid();
}

// The token alone says who it is: these calls come from people, who have no account.
Status PreferenceService::ReadPage(const rpc::CallContext& call, const v1::ReadPreferencePageRequest& request,
                                   v1::PreferencePage& response) {
  VEFA_TRY(PreferenceLink link, links_.Read(request.token()));
  VEFA_TRY(StoredPreferences stored, BehindLink(link, call.deadline));
  VEFA_TRY(PreferenceTopics topics, ReadTopics(database_, link.tenant, call.deadline));
  response = PageOf(stored, topics, clock_.Now());
  return Ok();
}

Status PreferenceService::SavePage(const rpc::CallContext& call, const v1::SavePreferencePageRequest& request,
                                   v1::PreferencePage& response) {
  VEFA_TRY(PreferenceLink link, links_.Read(request.token()));
  if (request.pause_days() < 0 || request.pause_days() > kPauseDaysMax)
    return Violations({{"pause_days", "OUT_OF_RANGE", "Give 1 to 366 days, or 0 for no pause."}});
  VEFA_TRY(const StoredPreferences known, BehindLink(link, call.deadline));
  VEFA_TRY(PreferenceTopics topics, ReadTopics(database_, link.tenant, call.deadline));
  const Time now = clock_.Now();
  VEFA_TRY(StoredPreferences after,
           Change(link.tenant, known.contact, {link.tenant, "", "SavePreferencePage", ""}, [&](StoredPreferences& stored) -> Status {
             for (const auto& [code, subscribed] : request.topics()) {
               auto topic = topics.find(code);
               if (topic != topics.end() && !topic->second.archive_time) stored.preferences.topics[code] = subscribed;
             }
             stored.preferences.messages_per_week = request.messages_per_week();
             if (request.has_pause_days()) {
               stored.preferences.pause_until.reset();
               if (request.pause_days() > 0) stored.preferences.pause_until = now + std::chrono::hours(24 * request.pause_days());
             }
             return Ok();
           }, call.deadline));
  response = PageOf(after, topics, now);
  return Ok();
}

}  // namespace vefa::contact
