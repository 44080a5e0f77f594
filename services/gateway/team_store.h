#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/gateway/visibility.h"

namespace vefa::gateway {

inline constexpr int32_t kTeamsMax = 200;
// Together they bound whose contacts one sees (rpc::kOwnersMax).
inline constexpr int32_t kTeamMembersMax = 50;
inline constexpr int32_t kTeamsOfUserMax = 5;
inline constexpr int32_t kUsersListed = 1000;

// Users who see each other's contacts, where their visibility says so.
struct Team {
  Uuid id;
  std::string display_name;
  std::vector<Uuid> members;
  Time create_time;
};

// Who may sign in, as it is shown.
struct User {
  Uuid id;
  std::string email;
  std::string display_name;
  std::string role;
  Visibility visibility = Visibility::kTenant;
  bool disabled = false;
  std::vector<Uuid> teams;
};

// ALREADY_EXISTS `TEAM_NAME_TAKEN`, RESOURCE_EXHAUSTED `TEAMS_TOO_MANY`. Two at the same moment may pass a limit together by one.
Status InsertTeam(postgres::Database& database, const Uuid& tenant, const Team& team, Deadline deadline);
// By name.
Result<std::vector<Team>> ListTeams(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// NOT_FOUND `TEAM_NOT_FOUND`.
Result<Team> GetTeam(postgres::Database& database, const Uuid& tenant, const Uuid& team, Deadline deadline);
// One that is not there changes nothing.
Status DeleteTeam(postgres::Database& database, const Uuid& tenant, const Uuid& team, Deadline deadline);

// A member stays one. NOT_FOUND `TEAM_NOT_FOUND`, `USER_NOT_FOUND`; RESOURCE_EXHAUSTED `TEAM_FULL`, `TEAMS_OF_USER_TOO_MANY`.
Status AddTeamMember(postgres::Database& database, const Uuid& tenant, const Uuid& team, const Uuid& user, Deadline deadline);
// Who is no member changes nothing.
Status RemoveTeamMember(postgres::Database& database, const Uuid& tenant, const Uuid& team, const Uuid& user, Deadline deadline);

// By address, at most kUsersListed.
Result<std::vector<User>> ListUsers(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// NOT_FOUND `USER_NOT_FOUND`.
Result<User> SetVisibility(postgres::Database& database, const Uuid& tenant, const Uuid& user, Visibility visibility, Deadline deadline);

}  // namespace vefa::gateway
