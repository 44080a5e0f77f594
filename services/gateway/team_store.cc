#include "services/gateway/team_store.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define TEAM_COLUMNS                                                                                                  \
  "t.id, t.display_name, t.create_time, ARRAY(SELECT m.user_id FROM team_member m WHERE m.tenant_id = t.tenant_id"    \
  " AND m.team_id = t.id ORDER BY m.user_id)"
#define USER_COLUMNS                                                                                                  \
  "u.id, u.email, u.display_name, u.role, u.visibility, u.disabled, ARRAY(SELECT m.team_id FROM team_member m"        \
  " WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id ORDER BY m.team_id)"

const Statement kInsertTeam{
    "team_insert",
    "WITH added AS (INSERT INTO team (tenant_id, id, display_name, create_time) SELECT $1, $2, $3, $4"
    "  WHERE (SELECT count(*) FROM team WHERE tenant_id = $1) < $5 ON CONFLICT (tenant_id, display_name) DO NOTHING RETURNING 1)"
    " SELECT EXISTS (SELECT 1 FROM added), EXISTS (SELECT 1 FROM team WHERE tenant_id = $1 AND display_name = $3)"};
const Statement kListTeams{
    "team_list", "SELECT " TEAM_COLUMNS " FROM team t WHERE t.tenant_id = $1 ORDER BY t.display_name, t.id LIMIT $2"};
const Statement kGetTeam{"team_get", "SELECT " TEAM_COLUMNS " FROM team t WHERE t.tenant_id = $1 AND t.id = $2"};
const Statement kDeleteTeam{"team_delete", "DELETE FROM team WHERE tenant_id = $1 AND id = $2"};
const Statement kAddMember{
    "team_add_member",
    "WITH facts AS (SELECT"
    "   EXISTS (SELECT 1 FROM team WHERE tenant_id = $1 AND id = $2) AS team,"
    "   EXISTS (SELECT 1 FROM user_account WHERE tenant_id = $1 AND id = $3) AS account,"
    "   EXISTS (SELECT 1 FROM team_member WHERE tenant_id = $1 AND team_id = $2 AND user_id = $3) AS already,"
    "   (SELECT count(*) FROM team_member WHERE tenant_id = $1 AND team_id = $2) >= $4 AS team_full,"
    "   (SELECT count(*) FROM team_member WHERE tenant_id = $1 AND user_id = $3) >= $5 AS too_many),"
    " added AS (INSERT INTO team_member (tenant_id, team_id, user_id) SELECT $1, $2, $3 FROM facts"
    "   WHERE team AND account AND NOT already AND NOT team_full AND NOT too_many ON CONFLICT DO NOTHING)"
    " SELECT team, account, already, team_full, too_many FROM facts"};
const Statement kRemoveMember{"team_remove_member",
                              "DELETE FROM team_member WHERE tenant_id = $1 AND team_id = $2 AND user_id = $3"};
const Statement kListUsers{
    "user_list", "SELECT " USER_COLUMNS " FROM user_account u WHERE u.tenant_id = $1 ORDER BY u.email LIMIT $2"};
const Statement kSetVisibility{
    "user_set_visibility",
    "UPDATE user_account u SET visibility = $3, update_time = now() WHERE u.tenant_id = $1 AND u.id = $2 RETURNING " USER_COLUMNS};

constexpr const char* kWords[] = {"tenant", "team", "own"};

Error NoSuchTeam() { return NotFound("TEAM_NOT_FOUND", "There is no such team; list them."); }
Error NoSuchUser() { return NotFound("USER_NOT_FOUND", "There is no such user; list them."); }

Team ReadTeam(const Rows& rows, int row) {
  return {rows.Id(row, 0), rows.String(row, 1), rows.Ids(row, 3), rows.Timestamp(row, 2)};
}

User ReadUser(const Rows& rows, int row) {
  User user;
  user.id = rows.Id(row, 0);
  user.email = rows.String(row, 1);
  user.display_name = rows.String(row, 2);
  user.role = rows.String(row, 3);
  user.visibility = rows.Text(row, 4) == "own" ? Visibility::kOwn : rows.Text(row, 4) == "team" ? Visibility::kTeam : Visibility::kTenant;
  user.disabled = rows.Bool(row, 5);
  user.teams = rows.Ids(row, 6);
  return user;
}

}  // namespace

Status InsertTeam(postgres::Database& database, const Uuid& tenant, const Team& team, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kInsertTeam,
                                   Bound(tenant, team.id, team.display_name, team.create_time, int64_t{kTeamsMax}), deadline));
  if (rows.Bool(0, 0)) return Ok();
  if (rows.Bool(0, 1))
    return Error{Code::kAlreadyExists, "TEAM_NAME_TAKEN", "There is a team of this name; choose another one or use that."};
  return Error{Code::kResourceExhausted, "TEAMS_TOO_MANY", "A tenant has at most 200 teams; delete one that is not needed."};
}

Result<std::vector<Team>> ListTeams(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListTeams, Bound(tenant, kTeamsMax), deadline));
  std::vector<Team> teams;
  for (int i = 0; i < rows.size(); ++i) teams.push_back(ReadTeam(rows, i));
  return teams;
}

Result<Team> GetTeam(postgres::Database& database, const Uuid& tenant, const Uuid& team, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetTeam, Bound(tenant, team), deadline));
  if (rows.empty()) return NoSuchTeam();
  return ReadTeam(rows, 0);
}

Status DeleteTeam(postgres::Database& database, const Uuid& tenant, const Uuid& team, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kDeleteTeam, Bound(tenant, team), deadline));
  return Ok();
}

Status AddTeamMember(postgres::Database& database, const Uuid& tenant, const Uuid& team, const Uuid& user, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kAddMember,
                                   Bound(tenant, team, user, int64_t{kTeamMembersMax}, int64_t{kTeamsOfUserMax}), deadline));
  if (!rows.Bool(0, 0)) return NoSuchTeam();
  if (!rows.Bool(0, 1)) return NoSuchUser();
  if (rows.Bool(0, 2)) return Ok();
  if (rows.Bool(0, 3))
    return Error{Code::kResourceExhausted, "TEAM_FULL", "A team has at most 50 members; remove one or make another team."};
  if (rows.Bool(0, 4))
    return Error{Code::kResourceExhausted, "TEAMS_OF_USER_TOO_MANY", "A user is in at most 5 teams; take him out of one."};
  return Ok();
}

Status RemoveTeamMember(postgres::Database& database, const Uuid& tenant, const Uuid& team, const Uuid& user, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kRemoveMember, Bound(tenant, team, user), deadline));
  return Ok();
}

Result<std::vector<User>> ListUsers(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListUsers, Bound(tenant, kUsersListed), deadline));
  std::vector<User> users;
  for (int i = 0; i < rows.size(); ++i) users.push_back(ReadUser(rows, i));
  return users;
}

Result<User> SetVisibility(postgres::Database& database, const Uuid& tenant, const Uuid& user, Visibility visibility, Deadline deadline) {
  const std::string word = kWords[static_cast<int>(visibility)];
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kSetVisibility, Bound(tenant, user, word), deadline));
  if (rows.empty()) return NoSuchUser();
  return ReadUser(rows, 0);
}

}  // namespace vefa::gateway
