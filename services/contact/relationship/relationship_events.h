#pragma once

#include <string>
#include <vector>

#include "services/contact/party/party_store.h"
#include "services/contact/relationship/relationship.h"

// Between relationships and their events. Notes stay behind: people write names into them.
namespace vefa::contact {

inline constexpr char kRelationshipOpenedType[] = "relationship.opened";
inline constexpr char kRelationshipUpdatedType[] = "relationship.updated";
inline constexpr char kRelationshipClosedType[] = "relationship.closed";

// A relationship on its way to its next state: each fact moves its version on by one.
class RelationshipFacts {
 public:
  // `relationship` must outlive it; its version is that of the last fact recorded.
  explicit RelationshipFacts(Relationship& relationship) : relationship_(relationship) {}

  // Opened, updated or closed, to the state it is in now.
  void Stated(const char* type);
  void Assigned(const Uuid& user, ResponsibilityRole role);
  void Ended(const Uuid& user, ResponsibilityRole role);
  void Transferred(const Uuid& from, const Uuid& to, ResponsibilityRole role);
  // Lost or restored, when it turned: `before` and `now` are who was and is accountable, nil for nobody.
  void Settled(bool unaccountable_before, const Uuid& before, const Uuid& now);

  const std::vector<PartyEvent>& events() const { return events_; }

 private:
  void Add(const char* type, std::string payload);

  Relationship& relationship_;
  std::vector<PartyEvent> events_;
};

}  // namespace vefa::contact
