#include "services/contact/preference/preference_service.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_change.h"
#include "services/contact/merge/merging.h"
#include "services/contact/preference/preference_proto.h"

namespace vefa::contact {
namespace {

constexpr int kJudgedMax = 1000;  // Of one call.
constexpr std::string_view kPreferable[] = {"topics",      "messages_per_day",  "messages_per_week",
                                            "pause_until", "preferred_channel", "quiet_hours"};

// Brings over what the mask names.
void ApplyPreferences(const Preferences& said, const rpc::Mask& mask, Preferences& preferences) {
  auto bring = [&](const char* field, auto Preferences::* member) {
    if (mask.Has(field)) preferences.*member = said.*member;
  };
  bring("topics", &Preferences::topics);
  bring("messages_per_day", &Preferences::messages_per_day);
  bring("messages_per_week", &Preferences::messages_per_week);
  bring("pause_until", &Preferences::pause_until);
  bring("preferred_channel", &Preferences::preferred_channel);
  bring("quiet_hours", &Preferences::quiet_hours);
  for (const std::string& code : mask.KeysOf("topics")) {
    auto topic = said.topics.find(code);
    if (topic == said.topics.end()) {
      preferences.topics.erase(code);
    } else {
      preferences.topics[code] = topic->second;
    }
  }
}

struct PreferenceQuestions {
  std::vector<Uuid> contacts;
  std::vector<Time> moments;
};

PreferenceQuestions ReadAsked(const v1::EvaluatePreferencesRequest& request, Time now, std::vector<Violation>& violations) {
  PreferenceQuestions asked;
  for (int i = 0; i < request.questions_size(); ++i) {
    const v1::PreferenceQuestion& question = request.questions(i);
    const std::string path = "questions[" + std::to_string(i) + "].";
    auto contact = ParseResourceName("contacts", question.contact());
    if (!contact.ok()) violations.push_back({path + "contact", "NAME_SYNTAX", "Give contacts/ and a UUID."});
    if (!question.topic().empty() && !IsSlug(question.topic()))
      violations.push_back({path + "topic", "TOPIC_SYNTAX", "Give the code of a topic, or nothing."});
    if (!v1::Channel_IsValid(question.channel()) || question.channel() == v1::CHANNEL_UNSPECIFIED)
      violations.push_back({path + "channel", "CHANNEL_UNKNOWN", "Give a channel of the contract."});
    asked.contacts.push_back(contact.ok() ? *contact : Uuid{});
    asked.moments.push_back(question.has_moment() ? rpc::FromProto(question.moment()) : now);
  }
  return asked;
}

}  // namespace

grpc::ServerUnaryReactor* PreferenceService::CreatePreferenceTopic(grpc::CallbackServerContext* context,
                                                                   const v1::CreatePreferenceTopicRequest* request,
                                                                   v1::PreferenceTopic* response) {
  return rpc::Serve(door_, context, "CreatePreferenceTopic",
                    [=, this](const rpc::CallContext& call) { return Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::ArchivePreferenceTopic(grpc::CallbackServerContext* context,
                                                                    const v1::ArchivePreferenceTopicRequest* request,
                                                                    v1::PreferenceTopic* response) {
  return rpc::Serve(door_, context, "ArchivePreferenceTopic",
                    [=, this](const rpc::CallContext& call) { return Archive(call, *request, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::ListPreferenceTopics(grpc::CallbackServerContext* context,
                                                                  const v1::ListPreferenceTopicsRequest*,
                                                                  v1::ListPreferenceTopicsResponse* response) {
  return rpc::Serve(door_, context, "ListPreferenceTopics",
                    [=, this](const rpc::CallContext& call) { return List(call, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::GetPreferences(grpc::CallbackServerContext* context,
                                                            const v1::GetPreferencesRequest* request, v1::Preferences* response) {
  return rpc::Serve(door_, context, {"GetPreferences", request},
                    [=, this](const rpc::CallContext& call) { return Get(call, *request, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::UpdatePreferences(grpc::CallbackServerContext* context,
                                                               const v1::UpdatePreferencesRequest* request,
                                                               v1::Preferences* response) {
  return rpc::Serve(door_, context, {"UpdatePreferences", request},
                    [=, this](const rpc::CallContext& call) { return Update(call, *request, *response); });
}
grpc::ServerUnaryReactor* PreferenceService::EvaluatePreferences(grpc::CallbackServerContext* context,
                                                                 const v1::EvaluatePreferencesRequest* request,
                                                                 v1::EvaluatePreferencesResponse* response) {
  return rpc::Serve(door_, context, {"EvaluatePreferences", request},
                    [=, this](const rpc::CallContext& call) { return Evaluate(call, *request, *response); });
}

Status PreferenceService::Create(const rpc::CallContext& call, const v1::CreatePreferenceTopicRequest& request,
                                 v1::PreferenceTopic& response) {
  std::vector<Violation> violations;
  PreferenceTopic topic = FromProto(request.preference_topic(), violations);
  Normalise(topic, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  rpc::Attempt attempt{call.tenant, request.request_id(), "CreatePreferenceTopic", request.preference_topic().SerializeAsString()};
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::PreferenceTopic> {
                           VEFA_TRY(std::optional<std::string> answer, rpc::FindAnswer(transaction, attempt));
                           v1::PreferenceTopic proto;
                           if (answer && proto.ParseFromString(*answer)) return proto;
                           VEFA_TRY(PreferenceTopic stored, InsertTopic(transaction, call.tenant, topic, clock_));
                           proto = ToProto(stored);
                           VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, proto.SerializeAsString()));
                           return proto;
                         }));
  return Ok();
}

Status PreferenceService::Archive(const rpc::CallContext& call, const v1::ArchivePreferenceTopicRequest& request,
                                  v1::PreferenceTopic& response) {
  VEFA_TRY(std::string code, ParseSlugName("preferenceTopics", request.name()));
  VEFA_TRY(PreferenceTopic topic, ArchiveTopic(database_, call.tenant, code, clock_, call.deadline));
  response = ToProto(topic);
  return Ok();
}

Status PreferenceService::List(const rpc::CallContext& call, v1::ListPreferenceTopicsResponse& response) {
  VEFA_TRY(PreferenceTopics topics, ReadTopics(database_, call.tenant, call.deadline));
  for (const auto& [code, topic] : topics) *response.add_preference_topics() = ToProto(topic);
  return Ok();
}

Status PreferenceService::Get(const rpc::CallContext& call, const v1::GetPreferencesRequest& request, v1::Preferences& response) {
  VEFA_TRY(Uuid contact, ParsePreferencesName(request.name()));
  VEFA_TRY(auto stored, FindPreferences(database_, call.tenant, contact, call.deadline));
  if (!stored) return NoSuchContact();
  response = ToProto(*stored);
  return Ok();
}

Status PreferenceService::Update(const rpc::CallContext& call, const v1::UpdatePreferencesRequest& request, v1::Preferences& response) {
  VEFA_TRY(Uuid contact, ParsePreferencesName(request.preferences().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.preferences(), kPreferable));
  std::vector<Violation> unreadable;
  const Preferences said = FromProto(request.preferences(), unreadable);
  if (!unreadable.empty()) return Violations(std::move(unreadable));
  rpc::Attempt attempt{call.tenant, request.request_id(), "UpdatePreferences", ""};
  if (!attempt.request_id.empty())
    attempt.request = request.preferences().SerializeAsString() + request.update_mask().SerializeAsString();
  VEFA_TRY(StoredPreferences after, Change(call.tenant, contact, attempt, [&](StoredPreferences& stored) -> Status {
    VEFA_TRY_OK(rpc::CheckEtag(request.preferences().etag(), ToProto(stored).etag()));
    ApplyPreferences(said, mask, stored.preferences);
    return Ok();
  }, call.deadline));
  response = ToProto(after);
  return Ok();
}

Result<StoredPreferences> PreferenceService::Change(const Uuid& tenant, const Uuid& contact, const rpc::Attempt& attempt,
                                                    const Rule& rule, Deadline deadline) {
  int64_t made = 0;  // The contact's version, when there is another one.
  VEFA_TRY(StoredPreferences after,
           postgres::InTransaction(
               database_, postgres::Scope::Tenant(tenant), deadline,
               [&](postgres::Transaction& transaction) -> Result<StoredPreferences> {
                 made = 0;
                 VEFA_TRY(auto answer, rpc::FindAnswer(transaction, attempt));
                 VEFA_TRY(auto stored, LockPreferences(transaction, tenant, contact));
                 if (!stored) return NoSuchContact();
                 if (stored->erased) return ContactErased();
                 if (!stored->merged_into.is_nil()) return ContactMerged(stored->merged_into);
                 // The answer is what is preferred now: what it was then, the ledger knows.
                 if (answer) return *stored;
                 const Preferences before = stored->preferences;
                 VEFA_TRY_OK(rule(*stored));
                 VEFA_TRY(PreferenceTopics topics, ReadTopics(transaction, tenant));
                 std::vector<Violation> violations;
                 CheckChange(before, stored->preferences, topics, violations);
                 if (!violations.empty()) return Violations(std::move(violations));
                 if (stored->preferences != before) {
                   VEFA_TRY(made, WritePreferences(transaction, tenant, *stored, clock_));
                 }
                 VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, contact.ToString(), ResourceName("contacts", contact)));
                 return *stored;
               }));
  if (made != 0) {
    copies_.Changed(tenant, {{contact, made}});
    if (relay_ != nullptr) relay_->Wake();
  }
  return after;
}

Status PreferenceService::Evaluate(const rpc::CallContext& call, const v1::EvaluatePreferencesRequest& request,
                                   v1::EvaluatePreferencesResponse& response) {
  if (request.questions_size() > kJudgedMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once.");
  std::vector<Violation> violations;
  const PreferenceQuestions asked = ReadAsked(request, clock_.Now(), violations);
  if (!violations.empty()) return Violations(std::move(violations));
  if (asked.contacts.empty()) return Ok();
  VEFA_TRY(PreferenceTopics topics, ReadTopics(database_, call.tenant, call.deadline));
  VEFA_TRY(auto known, KnowPreferences(database_, call.tenant, asked.contacts, call.deadline));
  for (size_t i = 0; i < known.size(); ++i) {
    const v1::PreferenceQuestion& question = request.questions(static_cast<int>(i));
    const PreferenceVerdict verdict = Judge(known[i], topics, question.topic(), asked.moments[i]);
    const Preferences& wanted = known[i].preferences;
    v1::PreferenceDecision& decision = *response.add_decisions();
    decision.set_allowed(verdict.reason == PreferenceReason::kAllowed);
    decision.set_reason(static_cast<v1::PreferenceDecision::Reason>(verdict.reason));
    if (verdict.next) *decision.mutable_next_time() = rpc::ToProto(*verdict.next);
    decision.set_messages_per_day(wanted.messages_per_day);
    decision.set_messages_per_week(wanted.messages_per_week);
    if (wanted.preferred_channel != static_cast<Channel>(question.channel()))
      decision.set_better_channel(static_cast<v1::Channel>(wanted.preferred_channel));
  }
  return Ok();
}

}  // namespace vefa::contact
