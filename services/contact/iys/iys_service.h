#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/iys/iys_keeper.h"
#include "services/contact/iys/iys_loop.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/iys_service.grpc.pb.h"

namespace vefa::contact {

// By what IYS knows a tenant, what it is to know, and where the two differ. Thread-safe.
class IysService final : public v1::IysService::CallbackService {
 public:
  // `loop` is nullptr in tests without one; everything given outlives it.
  IysService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, const IysKeeper& keeper, IysLoop* loop, const Clock& clock,
             std::string page_secret)
      : door_(door), database_(database), keys_(keys), keeper_(keeper), loop_(loop), clock_(clock), page_secret_(std::move(page_secret)) {}

  grpc::ServerUnaryReactor* SetIysAccount(grpc::CallbackServerContext* context, const v1::SetIysAccountRequest* request,
                                          v1::IysAccount* response) override;
  grpc::ServerUnaryReactor* GetIysAccount(grpc::CallbackServerContext* context, const v1::GetIysAccountRequest* request,
                                          v1::IysAccount* response) override;
  grpc::ServerUnaryReactor* GetIysReport(grpc::CallbackServerContext* context, const v1::GetIysReportRequest* request,
                                         v1::IysReport* response) override;
  grpc::ServerUnaryReactor* ListIysEntries(grpc::CallbackServerContext* context, const v1::ListIysEntriesRequest* request,
                                           v1::ListIysEntriesResponse* response) override;
  grpc::ServerUnaryReactor* RetryIysEntries(grpc::CallbackServerContext* context, const v1::RetryIysEntriesRequest* request,
                                            v1::RetryIysEntriesResponse* response) override;
  grpc::ServerUnaryReactor* CompareWithIys(grpc::CallbackServerContext* context, const v1::CompareWithIysRequest* request,
                                           v1::CompareWithIysResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetIysAccountRequest& request, v1::IysAccount& response);
  Status Get(const rpc::CallContext& call, const v1::GetIysAccountRequest& request, v1::IysAccount& response);
  Status Report(const rpc::CallContext& call, const v1::GetIysReportRequest& request, v1::IysReport& response);
  Status List(const rpc::CallContext& call, const v1::ListIysEntriesRequest& request, v1::ListIysEntriesResponse& response);
  Status Retry(const rpc::CallContext& call, const v1::RetryIysEntriesRequest& request, v1::RetryIysEntriesResponse& response);
  Status Compare(const rpc::CallContext& call, const v1::CompareWithIysRequest& request, v1::CompareWithIysResponse& response);
  void Wake() {
    if (loop_ != nullptr) loop_->Wake();
  }

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  const IysKeeper& keeper_;
  IysLoop* loop_;
  const Clock& clock_;
  const std::string page_secret_;
};

}  // namespace vefa::contact
