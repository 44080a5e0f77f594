#include "services/contact/interest/interest_proto.h"

#include "libs/rpc/time.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

InterestSignal ReadSignal(const v1::InterestSignal& proto, const std::string& prefix, const Clock& clock,
                          std::vector<Violation>& violations) {
  InterestSignal signal;
  auto contact = ParseResourceName("contacts", proto.contact());
  if (contact.ok()) {
    signal.contact = *contact;
  } else {
    violations.push_back({prefix + "contact", "NAME_SYNTAX", "Give contacts/ and a UUID."});
  }
  signal.topic = proto.topic();
  if (v1::InterestKind_IsValid(proto.kind())) signal.kind = static_cast<InterestKind>(proto.kind());
  signal.not_interested = proto.not_interested();
  signal.weight = signal.not_interested ? 0 : proto.weight() == 0 ? 1 : proto.weight();
  if (signal.not_interested && proto.weight() != 0)
    violations.push_back({prefix + "weight", "NOT_INTERESTED", "Leave it out where the person is not interested."});
  signal.occur_time = proto.has_occur_time() ? rpc::FromProto(proto.occur_time()) : clock.Now();
  signal.source = proto.source();
  if (proto.id().empty()) {
    signal.id = NewUuidV7(clock);
  } else if (auto id = Uuid::Parse(proto.id()); id.ok()) {
    signal.id = *id;
  } else {
    violations.push_back({prefix + "id", "UUID_SYNTAX", "Give a UUID, or nothing."});
  }
  return signal;
}

}  // namespace

std::vector<InterestSignal> FromProto(const google::protobuf::RepeatedPtrField<v1::InterestSignal>& protos, const Clock& clock,
                                      std::vector<Violation>& violations) {
  std::vector<InterestSignal> signals;
  for (const v1::InterestSignal& proto : protos) {
    const std::string prefix = "signals[" + std::to_string(signals.size()) + "].";
    signals.push_back(ReadSignal(proto, prefix, clock, violations));
    Check(signals.back(), prefix, clock.Now(), violations);
  }
  return signals;
}

v1::Interest ToProto(const Interest& interest, Time at) {
  v1::Interest proto;
  proto.set_topic(interest.topic);
  proto.set_sum(interest.sum);
  proto.set_strength(interest.strength);
  proto.set_kind(static_cast<v1::InterestKind>(interest.kind));
  proto.set_not_interested(interest.not_interested);
  for (const auto& [kind, part] : interest.parts) {
    v1::InterestPart& shown = *proto.add_parts();
    shown.set_kind(static_cast<v1::InterestKind>(kind));
    shown.set_sum(SumAt(part.decayed, part.half_life_days, at));
    *shown.mutable_last_time() = rpc::ToProto(part.decayed.time);
    shown.set_half_life_days(part.half_life_days);
  }
  return proto;
}

std::string InterestsPayload(const InterestParts& parts) {
  v1::ContactEvent event;
  for (const auto& [key, part] : parts) {
    v1::InterestState& state = *event.mutable_interests_changed()->add_interests();
    state.set_topic(key.first);
    state.set_kind(static_cast<v1::InterestKind>(key.second));
    state.set_sum(part.decayed.sum);
    *state.mutable_time() = rpc::ToProto(part.decayed.time);
    state.set_half_life_days(part.half_life_days);
    state.set_not_interested(part.not_interested);
  }
  return event.SerializeAsString();
}

}  // namespace vefa::contact
