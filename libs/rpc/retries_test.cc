#include "libs/rpc/retries.h"

#include <gtest/gtest.h>

#include <atomic>

#include "libs/rpc/peer.h"
#include "libs/testing/soon.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::rpc {
namespace {

using contact::v1::Contact;
using contact::v1::ContactService;

// Is not available so many times, and then answers.
class Unsteady final : public ContactService::Service {
 public:
  grpc::Status GetContact(grpc::ServerContext*, const contact::v1::GetContactRequest*, Contact*) override { return Answer(); }
  grpc::Status CreateContact(grpc::ServerContext*, const contact::v1::CreateContactRequest*, Contact*) override {
    return Answer();
  }
  std::atomic<int> failures{0}, asked{0};

 private:
  grpc::Status Answer() {
    ++asked;
    return failures-- > 0 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now") : grpc::Status::OK;
  }
};

class RetriesTest : public ::testing::Test {
 protected:
  RetriesTest() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    peer_ = std::make_unique<Peer>("127.0.0.1:" + std::to_string(port_), key_, "test");
    stub_ = ContactService::NewStub(peer_->channel());
  }
  ~RetriesTest() override { server_->Shutdown(); }
  bool Get() {
    return Call(*peer_, *stub_, &ContactService::Stub::GetContact, contact::v1::GetContactRequest(), Uuid(), {"*"}, Soon()).ok();
  }
  bool Create() {
    return Call(*peer_, *stub_, &ContactService::Stub::CreateContact, contact::v1::CreateContactRequest(), Uuid(), {"*"},
                Soon()).ok();
  }

  int port_ = 0;
  Unsteady service_;
  std::unique_ptr<grpc::Server> server_;
  PrincipalKey key_{std::string(32, 'k')};
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<ContactService::Stub> stub_;
};

TEST_F(RetriesTest, WhatReadsIsAskedAgainTwiceAndNoMore) {
  service_.failures = 2;
  EXPECT_TRUE(Get());
  EXPECT_EQ(service_.asked, 3);
  service_.asked = 0;
  service_.failures = 100;
  EXPECT_FALSE(Get());
  EXPECT_EQ(service_.asked, 3);
}

TEST_F(RetriesTest, WhatWritesIsAskedOnce) {
  service_.failures = 1;
  EXPECT_FALSE(Create());
  EXPECT_EQ(service_.asked, 1);
}

TEST_F(RetriesTest, WhileMostCallsFailNothingIsAskedAgain) {
  service_.failures = 1'000'000;
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(Get());
  EXPECT_GE(service_.asked, 50) << "the budget";
  service_.asked = 0;
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(Get());
  EXPECT_EQ(service_.asked, 30) << "used up";
}

TEST(ChannelConfigTest, NamesReadsOnly) {
  std::string config = ChannelConfig();
  EXPECT_NE(config.find(R"("method": "GetContact")"), std::string::npos);
  EXPECT_NE(config.find(R"("method": "ListContacts")"), std::string::npos);
  for (const char* writes : {"CreateContact", "EraseContact", "RecordConsent", "ImportContacts"})
    EXPECT_EQ(config.find(std::string("\"") + writes + "\""), std::string::npos) << writes;
}

}  // namespace
}  // namespace vefa::rpc
