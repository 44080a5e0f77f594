#include "services/contact/interest/interest_service.h"

#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_change.h"
#include "services/contact/interest/interest_proto.h"
#include "services/contact/interest/interest_store.h"

namespace vefa::contact {
namespace {

constexpr double kHalfLifeMinDays = 0.01, kHalfLifeMaxDays = 36500;

v1::InterestHalfLife ToProto(const InterestKey& key, const HalfLives& set) {
  v1::InterestHalfLife proto;
  proto.set_topic(key.first);
  proto.set_kind(static_cast<v1::InterestKind>(key.second));
  proto.set_days(HalfLifeOf(set, key.first, key.second));
  proto.set_is_default(!set.contains(key) && !set.contains({"", key.second}));
  return proto;
}

}  // namespace

grpc::ServerUnaryReactor* InterestService::RecordInterestSignals(grpc::CallbackServerContext* context,
                                                                 const v1::RecordInterestSignalsRequest* request,
                                                                 v1::RecordInterestSignalsResponse* response) {
  return rpc::Serve(door_, context, {"RecordInterestSignals", request},
                    [=, this](const rpc::CallContext& call) { return Record(call, *request, *response); });
}
grpc::ServerUnaryReactor* InterestService::ListInterests(grpc::CallbackServerContext* context,
                                                         const v1::ListInterestsRequest* request,
                                                         v1::ListInterestsResponse* response) {
  return rpc::Serve(door_, context, {"ListInterests", request},
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* InterestService::SetInterestHalfLife(grpc::CallbackServerContext* context,
                                                               const v1::SetInterestHalfLifeRequest* request,
                                                               v1::InterestHalfLife* response) {
  return rpc::Serve(door_, context, "SetInterestHalfLife",
                    [=, this](const rpc::CallContext& call) { return SetHalfLife(call, *request, *response); });
}
grpc::ServerUnaryReactor* InterestService::ListInterestHalfLives(grpc::CallbackServerContext* context,
                                                                 const v1::ListInterestHalfLivesRequest*,
                                                                 v1::ListInterestHalfLivesResponse* response) {
  return rpc::Serve(door_, context, "ListInterestHalfLives",
                    [=, this](const rpc::CallContext& call) { return ListHalfLives(call, *response); });
}

Status InterestService::Record(const rpc::CallContext& call, const v1::RecordInterestSignalsRequest& request,
                               v1::RecordInterestSignalsResponse& response) {
  if (request.signals_size() > static_cast<int>(kSignalsMax))
    return InvalidArgument("BATCH_TOO_LARGE", "Give at most 1,000 signals at once.");
  std::vector<Violation> violations;
  const std::vector<InterestSignal> signals = FromProto(request.signals(), clock_, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  if (signals.empty()) return Ok();
  VEFA_TRY(RecordedSignals done,
           postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                   [&](postgres::Transaction& transaction) {
                                     return RecordSignals(transaction, call.tenant, signals, clock_);
                                   }));
  response.set_recorded(done.recorded);
  response.set_repeated_signals(static_cast<int>(signals.size()) - done.recorded);
  if (!done.changed.empty()) {
    copies_.Changed(call.tenant, done.changed);
    if (relay_ != nullptr) relay_->Wake();
  }
  return Ok();
}

Status InterestService::List(const rpc::CallContext& call, const v1::ListInterestsRequest& request,
                             v1::ListInterestsResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto parts, ReadInterests(database_, call.tenant, contact, call.deadline));
  if (!parts) return NoSuchContact();
  const Time at = request.has_at() ? rpc::FromProto(request.at()) : clock_.Now();
  const std::vector<Interest> interests = Weigh(*parts, at);
  for (const Interest& interest : interests) *response.add_interests() = contact::ToProto(interest, at);
  return Ok();
}

Status InterestService::SetHalfLife(const rpc::CallContext& call, const v1::SetInterestHalfLifeRequest& request,
                                    v1::InterestHalfLife& response) {
  const v1::InterestHalfLife& wanted = request.half_life();
  std::vector<Violation> violations;
  if (!wanted.topic().empty() && !IsSlug(wanted.topic()))
    violations.push_back({"half_life.topic", "TOPIC_SYNTAX", "Give a topic, or nothing for every topic without its own."});
  if (!v1::InterestKind_IsValid(wanted.kind()) || wanted.kind() == v1::INTEREST_KIND_UNSPECIFIED)
    violations.push_back({"half_life.kind", "INTEREST_KIND_UNKNOWN", "Give declared, observed or inferred."});
  const double days = wanted.days();
  if (days != 0 && !(days >= kHalfLifeMinDays && days <= kHalfLifeMaxDays))
    violations.push_back({"half_life.days", "OUT_OF_RANGE", "Give 0.01 to 36500 days, or 0 for what holds without it."});
  if (!violations.empty()) return Violations(std::move(violations));
  const InterestKey key{wanted.topic(), static_cast<InterestKind>(wanted.kind())};
  VEFA_TRY_OK(contact::SetHalfLife(database_, call.tenant, key, days == 0 ? std::nullopt : std::optional(days), call.deadline));
  VEFA_TRY(HalfLives set, ReadHalfLives(database_, call.tenant, call.deadline));
  response = ToProto(key, set);
  return Ok();
}

Status InterestService::ListHalfLives(const rpc::CallContext& call, v1::ListInterestHalfLivesResponse& response) {
  VEFA_TRY(HalfLives set, ReadHalfLives(database_, call.tenant, call.deadline));
  for (InterestKind kind : {InterestKind::kDeclared, InterestKind::kObserved, InterestKind::kInferred})
    *response.add_half_lives() = ToProto({"", kind}, set);
  for (const auto& [key, days] : set)
    if (!key.first.empty()) *response.add_half_lives() = ToProto(key, set);
  return Ok();
}

}  // namespace vefa::contact
