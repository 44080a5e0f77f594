#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/contact/party/party_store.h"
#include "services/contact/relationship/relationship.h"

// The SQL of relationships and responsibilities. Every write is one short transaction with its events.
namespace vefa::contact {

// Responsibilities that a list shows.
inline constexpr int kResponsibilitiesShownMax = 1'000;

Error NoSuchRelationship();

// A relationship as it is, and who is accountable for it: nil for nobody.
struct HeldRelationship {
  Relationship relationship;
  Uuid accountable;
};
// As it is, without holding it. nullopt when there is none.
Result<std::optional<Relationship>> FindRelationship(postgres::Transaction& transaction, const Uuid& tenant,
                                                     const Uuid& id);
// Held, with its responsibilities, until the transaction ends. nullopt when there is none.
Result<std::optional<HeldRelationship>> HoldRelationship(postgres::Transaction& transaction, const Uuid& tenant,
                                                         const Uuid& id);

// A change of who is responsible, to be written with its relationship.
postgres::Call AddResponsibilityCall(const Uuid& tenant, const Responsibility& responsibility);
postgres::Call EndResponsibilityCall(const Uuid& tenant, const Responsibility& responsibility);

// Writes a new relationship, with what belongs to it. ALREADY_EXISTS `RELATIONSHIP_OPEN`.
Status InsertRelationship(postgres::Transaction& transaction, const Uuid& tenant, const Relationship& relationship,
                          std::vector<postgres::Call> responsibilities, const std::vector<PartyEvent>& events,
                          const Clock& clock);
// Writes the new state of one that is held, with what belongs to it.
Status UpdateRelationship(postgres::Transaction& transaction, const Uuid& tenant, const Relationship& relationship,
                          std::vector<postgres::Call> responsibilities, const std::vector<PartyEvent>& events,
                          const Clock& clock);

// The open responsibility of a user in a role; nullopt when there is none.
Result<std::optional<Responsibility>> FindResponsibility(postgres::Transaction& transaction, const Uuid& tenant,
                                                         const Uuid& relationship, const Uuid& user,
                                                         ResponsibilityRole role);
struct Responsibilities {
  bool relationship_exists = false;
  std::vector<Responsibility> all;  // The latest first.
};
Result<Responsibilities> ListResponsibilities(postgres::Database& database, const Uuid& tenant, const Uuid& relationship,
                                              bool include_ended, Deadline deadline);

Result<std::optional<Relationship>> GetRelationship(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                    Deadline deadline);

// Where a page of a list begins, and what is on it.
struct RelationshipPage {
  std::string party;  // Empty: any.
  int16_t type = 0;   // 0: any.
  RelationshipStatus status = RelationshipStatus::kNone;  // None: any.
  Uuid manager;                                           // Nil: any.
  bool unaccountable = false;                             // Only these.
  Uuid after;                                             // Id of the last row; nil for the first page.
  int size = 50;
};
Result<std::vector<Relationship>> ListRelationships(postgres::Database& database, const Uuid& tenant,
                                                    const RelationshipPage& page, Deadline deadline);

// Active relationships of all tenants that nobody is accountable for. As the `pump` role.
Result<int64_t> CountUnaccountable(postgres::Database& pump, Deadline deadline);

}  // namespace vefa::contact
