#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/base/text.h"
#include "libs/rpc/peer.h"
#include "libs/rpc/time.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"
#include "services/interaction/interaction_service.h"
#include "services/interaction/model/purchase_history.h"

std::vector<vefa::postgres::Migration> vefa_interaction_migrations();

namespace vefa::interaction {

// The service behind a real gRPC server on a database of its own, called through a real channel.
class InteractionFixture : public ::testing::Test {
 protected:
  using Stub = v1::InteractionService::Stub;

  InteractionFixture() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    stub_ = v1::InteractionService::NewStub(peer_->channel());
  }
  ~InteractionFixture() override { server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*peer_, *stub_, method, request, tenant_, std::move(permissions), Soon());
  }

  static v1::Order Purchase(const std::string& external_id, const Uuid& contact, int32_t day, int64_t hundredths,
                            const std::string& currency = "USD") {
    v1::Order order;
    order.set_contact(ResourceName("contacts", contact));
    order.set_external_id(external_id);
    *order.mutable_occur_time() = rpc::ToProto(StartOfDay(day));
    order.mutable_total()->set_currency_code(currency);
    order.mutable_total()->set_units(hundredths / 100);
    order.mutable_total()->set_nanos(static_cast<int32_t>(hundredths % 100) * 10'000'000);
    order.set_item_count(1);
    return order;
  }

  // Sends the orders as one stream in chunks of 500; the answers added up.
  v1::ImportOrdersResponse Import(const std::vector<v1::Order>& orders) {
    grpc::ClientContext context;
    peer_->Prepare(context, tenant_, {"orders.write"}, Soon());
    auto stream = stub_->ImportOrders(&context);
    v1::ImportOrdersResponse sum;
    for (size_t begin = 0; begin < orders.size(); begin += 500) {
      v1::ImportOrdersRequest request;
      for (size_t i = begin; i < std::min(begin + 500, orders.size()); ++i) {
        auto* row = request.add_rows();
        row->set_line(static_cast<int64_t>(i) + 1);
        *row->mutable_order() = orders[i];
      }
      v1::ImportOrdersResponse response;
      EXPECT_TRUE(stream->Write(request) && stream->Read(&response));
      sum.set_created(sum.created() + response.created());
      sum.set_unchanged(sum.unchanged() + response.unchanged());
      sum.mutable_rejects()->MergeFrom(response.rejects());
    }
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return sum;
  }

  Result<v1::ScoringRun> AskForRun(const std::string& id, int32_t weeks, std::array<int, 3> day) {
    v1::CreateScoringRunRequest request;
    request.set_scoring_run_id(id);
    request.mutable_scoring_run()->set_horizon_weeks(weeks);
    request.mutable_scoring_run()->mutable_as_of_date()->set_year(day[0]);
    request.mutable_scoring_run()->mutable_as_of_date()->set_month(day[1]);
    request.mutable_scoring_run()->mutable_as_of_date()->set_day(day[2]);
    return Call(&Stub::CreateScoringRun, request);
  }
  v1::ScoringRun GetRun(const std::string& id) {
    v1::GetScoringRunRequest request;
    request.set_name("scoringRuns/" + id);
    auto run = Call(&Stub::GetScoringRun, request);
    EXPECT_TRUE(run.ok());
    return run.ok() ? *run : v1::ScoringRun();
  }
  // The run when it has ended either way, or as it is when the time is up.
  v1::ScoringRun WaitForRun(const std::string& id) {
    v1::ScoringRun run;
    EXPECT_TRUE(testing::Eventually(
        [&] {
          run = GetRun(id);
          return run.state() == v1::ScoringRun::STATE_SUCCEEDED || run.state() == v1::ScoringRun::STATE_FAILED;
        },
        std::chrono::seconds(60)));
    return run;
  }

  SystemClock clock_;
  testing::TestDatabase database_{vefa_interaction_migrations()};
  Uuid tenant_ = database_.tenant();
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 'k')};
  runtime::WorkerPool pool_{4, {.waiting_max = 64}};
  rpc::TenantDirectory tenants_{database_.service()};
  rpc::Door door_{"vefa.interaction.v1.InteractionService", pool_, key_, tenants_, metrics_, clock_};
  InteractionService service_{door_, database_.service(), nullptr, nullptr, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<rpc::Peer> peer_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace vefa::interaction
