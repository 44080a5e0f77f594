#include "services/contact/relationship/relationship_events.h"

#include <string_view>

#include "services/contact/party/party_proto.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

// Empty for nobody.
std::string UserName(const Uuid& user) { return user.is_nil() ? "" : ResourceName("users", user); }

void FillFacts(const Relationship& relationship, v1::RelationshipFacts& facts) {
  facts.set_from(relationship.from.Name());
  facts.set_to(relationship.to.Name());
  facts.set_type(static_cast<v1::RelationshipType>(relationship.type));
  facts.set_status(static_cast<v1::RelationshipStatus>(relationship.status));
  facts.set_tier(relationship.tier);
  facts.set_manager(UserName(relationship.manager));
  if (relationship.start_day) *facts.mutable_start_date() = DateToProto(*relationship.start_day);
  if (relationship.end_day) *facts.mutable_end_date() = DateToProto(*relationship.end_day);
}

}  // namespace

void RelationshipFacts::Add(const char* type, std::string payload) {
  ++relationship_.version;
  events_.push_back({ResourceName("relationships", relationship_.id), relationship_.version, type, std::move(payload)});
}

void RelationshipFacts::Stated(const char* type) {
  v1::ContactEvent event;
  if (std::string_view(type) == kRelationshipOpenedType) {
    FillFacts(relationship_, *event.mutable_relationship_opened()->mutable_state());
  } else if (std::string_view(type) == kRelationshipUpdatedType) {
    FillFacts(relationship_, *event.mutable_relationship_updated()->mutable_state());
  } else {
    FillFacts(relationship_, *event.mutable_relationship_closed()->mutable_state());
    event.mutable_relationship_closed()->set_reason(relationship_.close_reason);
  }
  Add(type, event.SerializeAsString());
}

void RelationshipFacts::Assigned(const Uuid& user, ResponsibilityRole role) {
  v1::ContactEvent event;
  event.mutable_responsibility_assigned()->set_user(UserName(user));
  event.mutable_responsibility_assigned()->set_role(static_cast<v1::ResponsibilityRole>(role));
  Add("responsibility.assigned", event.SerializeAsString());
}

void RelationshipFacts::Ended(const Uuid& user, ResponsibilityRole role) {
  v1::ContactEvent event;
  event.mutable_responsibility_ended()->set_user(UserName(user));
  event.mutable_responsibility_ended()->set_role(static_cast<v1::ResponsibilityRole>(role));
  Add("responsibility.ended", event.SerializeAsString());
}

void RelationshipFacts::Transferred(const Uuid& from, const Uuid& to, ResponsibilityRole role) {
  v1::ContactEvent event;
  v1::ResponsibilityTransferred& transferred = *event.mutable_responsibility_transferred();
  transferred.set_from_user(UserName(from));
  transferred.set_to_user(UserName(to));
  transferred.set_role(static_cast<v1::ResponsibilityRole>(role));
  Add("responsibility.transferred", event.SerializeAsString());
}

void RelationshipFacts::Settled(bool unaccountable_before, const Uuid& before, const Uuid& now) {
  v1::ContactEvent event;
  switch (SettleAccountability(unaccountable_before, now, relationship_)) {
    case AccountabilityTurn::kNone:
      return;
    case AccountabilityTurn::kLost:
      event.mutable_accountability_lost()->set_user(UserName(before));
      return Add("relationship.accountability_lost", event.SerializeAsString());
    case AccountabilityTurn::kRestored:
      event.mutable_accountability_restored()->set_user(UserName(now));
      return Add("relationship.accountability_restored", event.SerializeAsString());
  }
}

}  // namespace vefa::contact
