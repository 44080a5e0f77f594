#include "services/gateway/team_service.h"

#include "libs/base/text.h"
#include "libs/rpc/time.h"
#include "services/gateway/team_store.h"
#include "vefa/gateway/v1/team_service.pb.h"
#include "vefa/gateway/v1/user_service.pb.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

constexpr size_t kTeamNameMax = 100;  // characters

void Fill(const Team& team, v1::Team& out) {
  out.set_name(ResourceName("teams", team.id));
  out.set_display_name(team.display_name);
  for (const Uuid& member : team.members) out.add_members(ResourceName("users", member));
  *out.mutable_create_time() = rpc::ToProto(team.create_time);
}

void Fill(const User& user, v1::User& out) {
  out.set_name(ResourceName("users", user.id));
  out.set_email(user.email);
  out.set_display_name(user.display_name);
  out.set_role(user.role);
  out.set_visibility(user.visibility == Visibility::kOwn    ? v1::VISIBILITY_OWN
                     : user.visibility == Visibility::kTeam ? v1::VISIBILITY_TEAM
                                                            : v1::VISIBILITY_TENANT);
  for (const Uuid& team : user.teams) out.add_teams(ResourceName("teams", team));
  out.set_disabled(user.disabled);
}

Result<Visibility> VisibilityOf(v1::Visibility visibility) {
  switch (visibility) {
    case v1::VISIBILITY_TENANT: return Visibility::kTenant;
    case v1::VISIBILITY_TEAM: return Visibility::kTeam;
    case v1::VISIBILITY_OWN: return Visibility::kOwn;
    default: return Violations({{"visibility", "VISIBILITY_UNKNOWN", "Give VISIBILITY_TENANT, VISIBILITY_TEAM or VISIBILITY_OWN."}});
  }
}

// Which user of which team.
struct Membership {
  Uuid team;
  Uuid user;
};
Result<Membership> MembershipOf(const std::string& team, const std::string& user) {
  std::vector<Violation> violations;
  auto team_id = ParseResourceName("teams", team);
  auto user_id = ParseResourceName("users", user);
  if (!team_id.ok()) violations.push_back({"team", team_id.error().reason, team_id.error().message});
  if (!user_id.ok()) violations.push_back({"user", user_id.error().reason, user_id.error().message});
  if (!violations.empty()) return Violations(std::move(violations));
  return Membership{*team_id, *user_id};
}

void AddTeams(Api& api, postgres::Database& database, const Clock& clock) {
  const std::string service = "vefa.gateway.v1.TeamService.";
  api.AddLocal(service + "CreateTeam", [&database, &clock](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
    const std::string& name = static_cast<const v1::CreateTeamRequest&>(in).team().display_name();
    if (name.empty() || !IsUtf8(name) || Utf8Length(name) > kTeamNameMax)
      return Violations({{"team.display_name", "DISPLAY_NAME_LENGTH", "Give a name of 1 to 100 characters."}});
    const Team team{NewUuidV7(clock), name, {}, clock.Now()};
    VEFA_TRY_OK(InsertTeam(database, call.caller->session.tenant, team, call.deadline));
    Fill(team, static_cast<v1::Team&>(out));
    return Ok();
  });
  api.AddLocal(service + "ListTeams", [&database](const LocalCall& call, const pb::Message&, pb::Message& out) -> Status {
    VEFA_TRY(std::vector<Team> teams, ListTeams(database, call.caller->session.tenant, call.deadline));
    for (const Team& team : teams) Fill(team, *static_cast<v1::ListTeamsResponse&>(out).add_teams());
    return Ok();
  });
  api.AddLocal(service + "DeleteTeam", [&database](const LocalCall& call, const pb::Message& in, pb::Message&) -> Status {
    VEFA_TRY(Uuid id, ParseResourceName("teams", static_cast<const v1::DeleteTeamRequest&>(in).name()));
    return DeleteTeam(database, call.caller->session.tenant, id, call.deadline);
  });
}

void AddMembers(Api& api, postgres::Database& database) {
  const std::string service = "vefa.gateway.v1.TeamService.";
  api.AddLocal(service + "AddTeamMember", [&database](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
    const auto& request = static_cast<const v1::AddTeamMemberRequest&>(in);
    VEFA_TRY(Membership said, MembershipOf(request.team(), request.user()));
    VEFA_TRY_OK(AddTeamMember(database, call.caller->session.tenant, said.team, said.user, call.deadline));
    VEFA_TRY(Team team, GetTeam(database, call.caller->session.tenant, said.team, call.deadline));
    Fill(team, static_cast<v1::Team&>(out));
    return Ok();
  });
  api.AddLocal(service + "RemoveTeamMember", [&database](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
    const auto& request = static_cast<const v1::RemoveTeamMemberRequest&>(in);
    VEFA_TRY(Membership said, MembershipOf(request.team(), request.user()));
    VEFA_TRY_OK(RemoveTeamMember(database, call.caller->session.tenant, said.team, said.user, call.deadline));
    VEFA_TRY(Team team, GetTeam(database, call.caller->session.tenant, said.team, call.deadline));
    Fill(team, static_cast<v1::Team&>(out));
    return Ok();
  });
}

void AddUsers(Api& api, postgres::Database& database) {
  const std::string service = "vefa.gateway.v1.UserService.";
  api.AddLocal(service + "ListUsers", [&database](const LocalCall& call, const pb::Message&, pb::Message& out) -> Status {
    VEFA_TRY(std::vector<User> users, ListUsers(database, call.caller->session.tenant, call.deadline));
    for (const User& user : users) Fill(user, *static_cast<v1::ListUsersResponse&>(out).add_users());
    return Ok();
  });
  api.AddLocal(service + "SetUserVisibility", [&database](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
    const auto& request = static_cast<const v1::SetUserVisibilityRequest&>(in);
    VEFA_TRY(Uuid id, ParseResourceName("users", request.name()));
    VEFA_TRY(Visibility visibility, VisibilityOf(request.visibility()));
    VEFA_TRY(User user, SetVisibility(database, call.caller->session.tenant, id, visibility, call.deadline));
    Fill(user, static_cast<v1::User&>(out));
    return Ok();
  });
}

}  // namespace

void AddTeamService(Api& api, postgres::Database& database, const Clock& clock) {
  AddTeams(api, database, clock);
  AddMembers(api, database);
  AddUsers(api, database);
}

}  // namespace vefa::gateway
