#include "libs/rpc/transport.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "libs/base/id.h"
#include "libs/rpc/peer.h"
#include "libs/testing/engines.h"
#include "vefa/event/v1/event_log_service.grpc.pb.h"

namespace vefa::rpc {
namespace {

namespace fs = std::filesystem;

class Nobody final : public event::v1::EventLogService::Service {};

class TransportTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(root_); }
  void TearDown() override { fs::remove_all(root_); }

  void Shell(const std::string& command) {
    ASSERT_EQ(std::system(("cd " + root_.string() + " && " + command + " 2>openssl.log").c_str()), 0) << command;
  }
  void Authority(const std::string& name) {
    Shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".crt");
  }
  // A folder as a secret of Kubernetes is mounted, of an authority's making. A past one began and ended before today.
  std::string Folder(const std::string& name, const std::string& authority, bool past = false) {
    fs::create_directories(root_ / name);
    std::string in = name + "/";
    Shell("openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout " + in + "tls.key -out " + in + "csr");
    Shell("printf 'subjectAltName=DNS:localhost' > " + in + "san");
    Shell("openssl x509 -req -in " + in + "csr -CA " + authority + ".crt -CAkey " + authority + ".key -CAcreateserial -days " +
          (past ? "-1" : "2") + " -extfile " + in + "san -out " + in + "tls.crt");
    fs::copy_file(root_ / (authority + ".crt"), root_ / name / "ca.crt", fs::copy_options::overwrite_existing);
    return (root_ / name).string();
  }
  void Serve(const Transport& transport) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:0", transport.server(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  // How a call over a new channel ends.
  grpc::StatusCode Ask(const Transport& transport) {
    auto channel = MakeChannel("localhost:" + std::to_string(port_), transport);
    auto stub = event::v1::EventLogService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    event::v1::EventLogStatus answer;
    return stub->GetEventLogStatus(&context, {}, &answer).error_code();
  }

  const fs::path root_ = fs::temp_directory_path() / ("vefa-transport-" + NewUuidV7(SystemClock()).ToString());
  Nobody service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// UNIMPLEMENTED is what the server itself says: it was reached.
TEST_F(TransportTest, OnlyWhoHasACertificateOfOursIsLetIn) {
  Authority("ours");
  Authority("others");
  Transport transport = *Transport::Mutual(Folder("server", "ours"));
  Serve(transport);
  EXPECT_EQ(Ask(*Transport::Mutual(Folder("client", "ours"))), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(Ask(*Transport::Mutual(Folder("stranger", "others"))), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Ask(*Transport::Mutual(Folder("expired", "ours", true))), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Ask(Transport()), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TransportTest, CertificatesAreRenewedWithoutARestart) {
  Authority("ours");
  Transport transport = *Transport::Mutual(Folder("server", "ours", true));
  Serve(transport);
  Transport client = *Transport::Mutual(Folder("client", "ours"));
  EXPECT_EQ(Ask(client), grpc::StatusCode::UNAVAILABLE);
  Folder("server", "ours");
  EXPECT_TRUE(testing::Eventually([&] { return Ask(client) == grpc::StatusCode::UNIMPLEMENTED; }, std::chrono::seconds(15)));
}

TEST_F(TransportTest, MissingFilesAreNamed) {
  auto missing = Transport::Of((root_ / "nothing").string());
  EXPECT_EQ(missing.error().reason, "CERTIFICATES_MISSING");
  EXPECT_NE(missing.error().message.find("tls.key"), std::string::npos);
  EXPECT_TRUE(Transport::Of("").ok());
}

}  // namespace
}  // namespace vefa::rpc
