#include "services/contact/point/point_service.h"

#include <algorithm>

#include "libs/rpc/mask.h"
#include "libs/rpc/serve.h"
#include "libs/text/name.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_proto.h"
#include "services/contact/point/point_store.h"
#include "services/contact/sight/contact_sight.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kPointFields[] = {"label", "state", "primary", "recipient_type"};

struct PointPath {
  Uuid contact;
  Uuid point;
};

// `contacts/{uuid}/points/{uuid}` taken apart.
Result<PointPath> ParsePointName(const std::string& name) {
  size_t cut = name.find("/points/");
  if (cut == std::string::npos)
    return Violations({{"name", "RESOURCE_NAME", "Give a name of the form contacts/{uuid}/points/{uuid}."}});
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", name.substr(0, cut)));
  VEFA_TRY(Uuid point, ParseResourceName("points", name.substr(cut + 1)));
  return PointPath{contact, point};
}

size_t PlaceOf(const ContactPoints& points, const Uuid& id) {
  auto at = std::find_if(points.begin(), points.end(), [&](const ContactPoint& point) { return point.id == id; });
  return static_cast<size_t>(at - points.begin());
}

// What the rules of a record read next to its points: the primary addresses.
void TakePrimaries(Contact& contact) {
  contact.email = PrimaryValue(contact.points, PointKind::kEmail);
  contact.phone = PrimaryValue(contact.points, PointKind::kPhone);
}

Error NoSuchPoint() { return NotFound("POINT_NOT_FOUND", "This contact has no such point; check the name."); }

}  // namespace

grpc::ServerUnaryReactor* PointService::ListContactPoints(grpc::CallbackServerContext* context,
                                                          const v1::ListContactPointsRequest* request,
                                                          v1::ListContactPointsResponse* response) {
  return rpc::Serve(door_, context, {"ListContactPoints", request},
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* PointService::FindContactPoints(grpc::CallbackServerContext* context,
                                                          const v1::FindContactPointsRequest* request,
                                                          v1::FindContactPointsResponse* response) {
  return rpc::Serve(door_, context, "FindContactPoints",
                    [=, this](const rpc::CallContext& call) { return Find(call, *request, *response); });
}
grpc::ServerUnaryReactor* PointService::AddContactPoint(grpc::CallbackServerContext* context,
                                                        const v1::AddContactPointRequest* request,
                                                        v1::ContactPoint* response) {
  return rpc::Serve(door_, context, {"AddContactPoint", request},
                    [=, this](const rpc::CallContext& call) { return Add(call, *request, *response); });
}
grpc::ServerUnaryReactor* PointService::UpdateContactPoint(grpc::CallbackServerContext* context,
                                                           const v1::UpdateContactPointRequest* request,
                                                           v1::ContactPoint* response) {
  return rpc::Serve(door_, context, {"UpdateContactPoint", request},
                    [=, this](const rpc::CallContext& call) { return Update(call, *request, *response); });
}
grpc::ServerUnaryReactor* PointService::RemoveContactPoint(grpc::CallbackServerContext* context,
                                                           const v1::RemoveContactPointRequest* request,
                                                           v1::RemoveContactPointResponse* response) {
  return rpc::Serve(door_, context, {"RemoveContactPoint", request},
                    [=, this](const rpc::CallContext& call) { return Remove(call, *request, *response); });
}

Status PointService::List(const rpc::CallContext& call, const v1::ListContactPointsRequest& request,
                          v1::ListContactPointsResponse& response) {
  VEFA_TRY(Uuid id, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(std::optional<ContactPoints> points, GetPoints(database_, call.tenant, id, call.deadline));
  if (!points) return NoSuchContact();
  for (const ContactPoint& point : *points) *response.add_points() = ToProto(point, id);
  return Ok();
}

Status PointService::Find(const rpc::CallContext& call, const v1::FindContactPointsRequest& request,
                          v1::FindContactPointsResponse& response) {
  v1::ContactPoint said;
  said.set_kind(request.kind());
  said.set_value(request.value());
  ContactPoint point = FromProto(said);
  std::vector<Violation> violations;
  if (!request.country().empty() && !text::IsCountry(request.country()))
    violations.push_back({"country", "COUNTRY_UNKNOWN", "Give the country's two letters of ISO 3166, for example TR."});
  Normalise(point, request.country(), "", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto found, FindPoints(database_, call.tenant, point.kind, point.value.Reveal(), call.deadline));
  VEFA_TRY_OK(KeepSeen(database_, call.principal, found, [](const FoundPoint& each) { return each.contact; }, call.deadline));
  for (const FoundPoint& each : found) *response.add_points() = ToProto(each.point, each.contact);
  return Ok();
}

Status PointService::Add(const rpc::CallContext& call, const v1::AddContactPointRequest& request,
                         v1::ContactPoint& response) {
  VEFA_TRY(Uuid id, ParseResourceName("contacts", request.contact()));
  ContactPoint said = FromProto(request.point());
  Uuid added;
  VEFA_TRY(Contact after, change_.Change(call, id, "contact.", {}, [&](ContactChange& change) -> Status {
    ContactPoint point = said;
    std::vector<Violation> violations;
    Normalise(point, change.after.country, "point.", violations);
    if (violations.empty() && change.after.points.size() >= kPointsMax)
      violations.push_back({"point", "POINTS_TOO_MANY", "A contact has at most 50 points; remove one first."});
    if (!violations.empty()) return Violations(std::move(violations));
    point.create_time = clock_.Now();
    if (point.state == PointState::kValid) point.verify_time = point.create_time;
    added = change.after.points[AddPoint(change.after.points, std::move(point), NewUuidV7(clock_))].id;
    TakePrimaries(change.after);
    change.event_type = kPointAddedType;
    change.particulars.point = added;
    return Ok();
  }));
  response = ToProto(after.points[PlaceOf(after.points, added)], id);
  return Ok();
}

Status PointService::Update(const rpc::CallContext& call, const v1::UpdateContactPointRequest& request,
                            v1::ContactPoint& response) {
  VEFA_TRY(PointPath path, ParsePointName(request.point().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.point(), kPointFields));
  const ContactPoint said = FromProto(request.point());
  VEFA_TRY(Contact after, change_.Change(call, path.contact, "contact.", {}, [&](ContactChange& change) -> Status {
    size_t place = PlaceOf(change.after.points, path.point);
    if (place == change.after.points.size()) return NoSuchPoint();
    ContactPoint& point = change.after.points[place];
    std::vector<Violation> violations;
    if (mask.Has("label")) point.label = said.label;
    if (mask.Has("recipient_type")) point.recipient_type = said.recipient_type;
    Normalise(point, change.after.country, "point.", violations);
    if (mask.Has("primary") && !said.primary && point.primary)
      violations.push_back({"point.primary", "PRIMARY_REQUIRED", "Make another point of the kind the primary one."});
    if (!violations.empty()) return Violations(std::move(violations));
    if (mask.Has("state")) VEFA_TRY_OK(SetState(point, said.state, clock_.Now()));
    if (mask.Has("primary") && said.primary) MakePrimary(change.after.points, place);
    TakePrimaries(change.after);
    change.event_type = kPointChangedType;
    change.particulars.point = path.point;
    return Ok();
  }));
  response = ToProto(after.points[PlaceOf(after.points, path.point)], path.contact);
  return Ok();
}

Status PointService::Remove(const rpc::CallContext& call, const v1::RemoveContactPointRequest& request,
                            v1::RemoveContactPointResponse& response) {
  VEFA_TRY(PointPath path, ParsePointName(request.name()));
  VEFA_TRY(Contact after, change_.Change(call, path.contact, "contact.", {}, [&](ContactChange& change) -> Status {
    size_t place = PlaceOf(change.after.points, path.point);
    if (place < change.after.points.size()) RemovePoint(change.after.points, place);
    TakePrimaries(change.after);
    change.event_type = kPointRemovedType;
    change.particulars.point = path.point;
    return Ok();
  }));
  response.set_version(after.version);
  return Ok();
}

}  // namespace vefa::contact
