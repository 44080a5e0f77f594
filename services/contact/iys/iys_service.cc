#include "services/contact/iys/iys_service.h"

#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/iys/iys_account_store.h"
#include "services/contact/iys/iys_proto.h"
#include "services/contact/iys/iys_secret.h"

namespace vefa::contact {
namespace {

constexpr int32_t kIysRetriesMax = 10'000;
constexpr int kComparedMax = 100;
constexpr std::chrono::days kChangesKept(7);  // For so long IYS tells them.
constexpr size_t kIysPasswordMax = 200;       // Bytes.

v1::IysAccount ToProto(const IysAccount& account) {
  v1::IysAccount proto;
  proto.set_iys_code(account.iys_code);
  proto.set_brand_code(account.brand_code);
  proto.set_username(account.username);
  proto.set_master(static_cast<v1::IysAccount::Master>(account.master));
  proto.set_approval_purpose(account.approval_purpose);
  proto.set_unknown_country(account.unknown_country);
  proto.set_enabled(account.enabled);
  if (account.pull_time) *proto.mutable_pull_time() = rpc::ToProto(*account.pull_time);
  proto.set_trouble(account.trouble);
  *proto.mutable_update_time() = rpc::ToProto(account.update_time);
  return proto;
}

IysAccount FromProto(const v1::IysAccount& proto) {
  IysAccount account;
  account.iys_code = proto.iys_code();
  account.brand_code = proto.brand_code();
  account.username = proto.username();
  account.master = static_cast<IysMaster>(proto.master());
  account.approval_purpose = proto.approval_purpose();
  account.unknown_country = proto.unknown_country();
  account.enabled = proto.enabled();
  return account;
}

}  // namespace

#define VEFA_SERVE_IYS(method, Response, handler)                                                                  \
  grpc::ServerUnaryReactor* IysService::method(grpc::CallbackServerContext* context, const v1::method##Request* request, \
                                               v1::Response* response) {                                           \
    return rpc::Serve(door_, context, #method,                                                                     \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); });     \
  }
VEFA_SERVE_IYS(SetIysAccount, IysAccount, Set)
VEFA_SERVE_IYS(GetIysAccount, IysAccount, Get)
VEFA_SERVE_IYS(GetIysReport, IysReport, Report)
VEFA_SERVE_IYS(ListIysEntries, ListIysEntriesResponse, List)
VEFA_SERVE_IYS(RetryIysEntries, RetryIysEntriesResponse, Retry)
VEFA_SERVE_IYS(CompareWithIys, CompareWithIysResponse, Compare)
#undef VEFA_SERVE_IYS

Status IysService::Set(const rpc::CallContext& call, const v1::SetIysAccountRequest& request, v1::IysAccount& response) {
  if (!keeper_.configured())
    return Error{Code::kFailedPrecondition, "IYS_NOT_CONFIGURED", "No way to IYS is configured; set VEFA_IYS_URL for the contact service."};
  IysAccount account = FromProto(request.account());
  const std::string& password = request.account().password();
  std::vector<Violation> violations;
  Normalise(account, violations);
  VEFA_TRY(auto present, contact::GetIysAccount(database_, call.tenant, call.deadline));
  if (password.size() > kIysPasswordMax) violations.push_back({"account.password", "TOO_LONG", "Give at most 200 bytes."});
  if (password.empty() && !present) violations.push_back({"account.password", "REQUIRED", "Give the password of IYS's interface."});
  if (!violations.empty()) return Violations(std::move(violations));
  if (!password.empty()) {
    VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
    account.wrapped_password = WrapIysPassword(*sealer, Personal<std::string>(password));
  }
  VEFA_TRY(IysAccount stored, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                      [&](postgres::Transaction& transaction) {
                                                        return StoreIysAccount(transaction, call.tenant, account, clock_);
                                                      }));
  Wake();
  response = ToProto(stored);
  return Ok();
}

Status IysService::Get(const rpc::CallContext& call, const v1::GetIysAccountRequest&, v1::IysAccount& response) {
  VEFA_TRY(IysAccount account, NeedIysAccount(database_, call.tenant, call.deadline));
  response = ToProto(account);
  return Ok();
}

Status IysService::Report(const rpc::CallContext& call, const v1::GetIysReportRequest&, v1::IysReport& response) {
  VEFA_TRY(IysAccount account, NeedIysAccount(database_, call.tenant, call.deadline));
  VEFA_TRY(IysCounts counts, CountIys(database_, call.tenant, clock_.Now(), call.deadline));
  response.set_waiting(counts.waiting);
  response.set_overdue(counts.overdue);
  response.set_due_soon(counts.due_soon);
  response.set_refused(counts.refused);
  if (counts.first_due_time) *response.mutable_first_due_time() = rpc::ToProto(*counts.first_due_time);
  if (account.pull_time) *response.mutable_pull_time() = rpc::ToProto(*account.pull_time);
  response.set_pull_gap(clock_.Now() - account.pull_time.value_or(account.update_time) > kChangesKept);
  return Ok();
}

Status IysService::List(const rpc::CallContext& call, const v1::ListIysEntriesRequest& request, v1::ListIysEntriesResponse& response) {
  IysPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  if (!request.contact().empty()) {
    VEFA_TRY(page.contact, ParseResourceName("contacts", request.contact()));
  }
  page.state = static_cast<int16_t>(request.state());
  const std::string scope = "ListIysEntries|" + std::to_string(page.state) + "|" + request.contact();
  VEFA_TRY(page.after, rpc::ReadPageToken(page_secret_, scope, request.page_token(), 4));
  VEFA_TRY(auto entries, contact::ListIysEntries(database_, call.tenant, page, call.deadline));
  for (const IysEntry& entry : entries) *response.add_entries() = ToProto(entry);
  if (static_cast<int>(entries.size()) == page.size)
    response.set_next_page_token(rpc::MakePageToken(page_secret_, scope, IysPageKeys(entries.back())));
  return Ok();
}

Status IysService::Retry(const rpc::CallContext& call, const v1::RetryIysEntriesRequest& request, v1::RetryIysEntriesResponse& response) {
  std::optional<Uuid> contact;
  if (!request.contact().empty()) {
    VEFA_TRY(contact, ParseResourceName("contacts", request.contact()));
  }
  VEFA_TRY_OK(NeedIysAccount(database_, call.tenant, call.deadline));
  VEFA_TRY(int32_t entries, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                    [&](postgres::Transaction& transaction) {
                                                      return RetryIysRefused(transaction, call.tenant, contact, clock_.Now(), kIysRetriesMax);
                                                    }));
  Wake();
  response.set_entries(entries);
  return Ok();
}

Status IysService::Compare(const rpc::CallContext& call, const v1::CompareWithIysRequest& request, v1::CompareWithIysResponse& response) {
  VEFA_TRY(int size, rpc::PageSize(request.page_size()));
  size = std::min(size, kComparedMax);
  VEFA_TRY(auto after, rpc::ReadPageToken(page_secret_, "CompareWithIys", request.page_token(), 2));
  Uuid contact;
  int16_t channel = 0;
  if (!after.empty()) {
    VEFA_TRY(contact, Uuid::Parse(after[0]));
    channel = static_cast<int16_t>(std::stoi(after[1]));
  }
  VEFA_TRY(IysAccount account, NeedIysAccount(database_, call.tenant, call.deadline));
  VEFA_TRY(auto registry, keeper_.Connect(call.tenant, account, call.deadline));
  VEFA_TRY(auto page, PageIysEntries(database_, call.tenant, contact, channel, size, call.deadline));
  VEFA_TRY(auto differences, keeper_.Compare(call.tenant, account, *registry, page, call.deadline));
  Wake();
  response.set_compared(static_cast<int32_t>(page.size()));
  for (const IysEntry& entry : differences) *response.add_differences() = ToProto(entry);
  if (static_cast<int>(page.size()) == size) {
    const IysEntry& last = page.back().entry;
    response.set_next_page_token(rpc::MakePageToken(page_secret_, "CompareWithIys",
                                                    {last.contact.ToString(), std::to_string(static_cast<int16_t>(last.channel))}));
  }
  return Ok();
}

}  // namespace vefa::contact
