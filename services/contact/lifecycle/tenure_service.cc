// The tenure of lifecycle_service.h.
#include "libs/base/text.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_change.h"
#include "services/contact/lifecycle/lifecycle_service.h"
#include "services/contact/lifecycle/tenure.h"
#include "services/contact/sight/contact_sight.h"

namespace vefa::contact {
namespace {

constexpr int32_t kAheadMaxDays = 366, kAheadDays = 30;

}  // namespace

grpc::ServerUnaryReactor* LifecycleService::GetTenure(grpc::CallbackServerContext* context, const v1::GetTenureRequest* request,
                                                      v1::Tenure* response) {
  return rpc::Serve(door_, context, {"GetTenure", request}, [=, this](const rpc::CallContext& call) { return TenureOf(call, *request, *response); });
}
grpc::ServerUnaryReactor* LifecycleService::ListAnniversaries(grpc::CallbackServerContext* context,
                                                              const v1::ListAnniversariesRequest* request,
                                                              v1::ListAnniversariesResponse* response) {
  return rpc::Serve(door_, context, "ListAnniversaries",
                    [=, this](const rpc::CallContext& call) { return Anniversaries(call, *request, *response); });
}

Status LifecycleService::TenureOf(const rpc::CallContext& call, const v1::GetTenureRequest& request, v1::Tenure& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  const Time now = clock_.Now();
  VEFA_TRY(auto tenure, ReadTenure(database_, call.tenant, contact, now, call.deadline));
  if (!tenure) return NoSuchContact();
  response.set_contact(request.contact());
  if (tenure->customer_since) {
    *response.mutable_customer_since() = rpc::ToProto(*tenure->customer_since);
    response.set_days(static_cast<int32_t>((now - *tenure->customer_since) / std::chrono::days(1)));
    response.set_years(tenure->years);
  }
  if (tenure->stage_since) *response.mutable_stage_since() = rpc::ToProto(*tenure->stage_since);
  return Ok();
}

Status LifecycleService::Anniversaries(const rpc::CallContext& call, const v1::ListAnniversariesRequest& request,
                                       v1::ListAnniversariesResponse& response) {
  AnniversaryPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  page.attribute = request.attribute();
  page.days = request.days() == 0 ? kAheadDays : request.days();
  std::vector<Violation> violations;
  if (page.days < 1 || page.days > kAheadMaxDays)
    violations.push_back({"days", "OUT_OF_RANGE", "Give 1 to 366 days, or 0 for 30."});
  if (!page.attribute.empty()) {
    VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
    auto definition = definitions->find(page.attribute);
    if (definition == definitions->end() || definition->second.type != AttributeType::kDate)
      violations.push_back({"attribute", "ATTRIBUTE_NOT_A_DATE", "Give the key of an attribute whose type is a date, or nothing."});
  }
  if (!violations.empty()) return Violations(std::move(violations));
  const std::string scope = "ListAnniversaries|" + call.tenant.ToString() + "|" + page.attribute + "|" + std::to_string(page.days);
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 2));
  if (!keys.empty()) {
    // A signed token holds what was put there.
    VEFA_TRY(Uuid id, Uuid::Parse(keys[1]));
    page.after = {std::atoi(keys[0].c_str()), id};
  }
  // One row more than asked for tells whether there is a next page.
  const int32_t wanted = page.size++;
  VEFA_TRY(auto all, contact::ListAnniversaries(database_, call.tenant, page, clock_.Now(), call.deadline));
  if (static_cast<int32_t>(all.size()) > wanted) {
    all.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {std::to_string(all.back().next), all.back().contact.ToString()}));
  }
  VEFA_TRY_OK(KeepSeen(database_, call.principal, all, [](const Anniversary& one) { return one.contact; }, call.deadline));
  for (const Anniversary& one : all) {
    v1::Anniversary& proto = *response.add_anniversaries();
    proto.set_contact(ResourceName("contacts", one.contact));
    proto.set_since(DateText(one.since));
    proto.set_next(DateText(one.next));
    proto.set_years(one.years);
    proto.set_days_left(one.days_left);
  }
  return Ok();
}

}  // namespace vefa::contact
