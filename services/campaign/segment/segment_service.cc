#include "services/campaign/segment/segment_service.h"

#include "libs/rpc/page.h"
#include "services/campaign/segment/segment_proto.h"
#include "services/campaign/segment/segment_store.h"

namespace vefa::campaign {

Status SegmentService::Create(const rpc::CallContext& call, const v1::CreateSegmentRequest& request,
                              v1::Segment& response) {
  Segment segment;
  segment.slug = request.segment_id();
  segment.display_name = request.segment().display_name();
  segment.predicate = request.segment().predicate().SerializeAsString();
  Predicate predicate = FromProto(request.segment().predicate());
  std::vector<Violation> violations;
  Normalise(segment, predicate, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(Segment stored, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                   [&](postgres::Transaction& transaction) {
                                                     return CreateSegment(transaction, call.tenant, segment, clock_);
                                                   }));
  response = ToProto(stored);
  return Ok();
}

Status SegmentService::Get(const rpc::CallContext& call, const v1::GetSegmentRequest& request, v1::Segment& response) {
  VEFA_TRY(std::string slug, ParseSlugName("segments", request.name()));
  VEFA_TRY(Segment segment, GetSegment(database_, call.tenant, slug, call.deadline));
  response = ToProto(segment);
  return Ok();
}

Status SegmentService::List(const rpc::CallContext& call, v1::ListSegmentsResponse& response) {
  VEFA_TRY(auto segments, ListSegments(database_, call.tenant, call.deadline));
  for (const Segment& segment : segments) *response.add_segments() = ToProto(segment);
  return Ok();
}

Status SegmentService::Count(const rpc::CallContext& call, const v1::CountSegmentRequest& request,
                             v1::SegmentCount& response) {
  if (request.name().empty() != request.has_predicate())
    return Violations({{"name", "ONE_OF", "Give the name of a segment or a predicate, not both."}});
  Predicate predicate;
  if (request.has_predicate()) {
    predicate = FromProto(request.predicate());
    std::vector<Violation> violations;
    CheckPredicate(predicate, "predicate", violations);
    if (!violations.empty()) return Violations(std::move(violations));
  } else {
    VEFA_TRY(std::string slug, ParseSlugName("segments", request.name()));
    VEFA_TRY(Segment segment, GetSegment(database_, call.tenant, slug, call.deadline));
    predicate = ReadStored(segment.predicate);
  }
  VEFA_TRY(SegmentSize size, CountContacts(database_, call.tenant, predicate, call.deadline));
  response = ToProto(size);
  return Ok();
}

Status SegmentService::Members(const rpc::CallContext& call, const v1::ListSegmentMembersRequest& request,
                               v1::ListSegmentMembersResponse& response) {
  VEFA_TRY(std::string slug, ParseSlugName("segments", request.name()));
  VEFA_TRY(int wanted, rpc::PageSize(request.page_size()));
  std::string scope = "ListSegmentMembers|" + call.tenant.ToString() + "|" + slug;
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  Uuid after;
  if (!keys.empty()) {
    VEFA_TRY(after, Uuid::Parse(keys.front()));
  }
  VEFA_TRY(Segment segment, GetSegment(database_, call.tenant, slug, call.deadline));
  Predicate predicate = ReadStored(segment.predicate);
  // One row more than asked for tells whether there is a next page.
  VEFA_TRY(auto members, ListMembers(database_, call.tenant, predicate, after, wanted + 1, call.deadline));
  if (static_cast<int>(members.size()) > wanted) {
    members.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {members.back().ToString()}));
  }
  for (const Uuid& member : members) response.add_contacts(ResourceName("contacts", member));
  return Ok();
}

}  // namespace vefa::campaign
