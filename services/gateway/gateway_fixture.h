#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "libs/base/text.h"
#include "libs/http/client.h"
#include "libs/kafka/admin.h"
#include "libs/rpc/status.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"
#include "services/gateway/feed/feed_fixture.h"
#include "services/gateway/gateway.h"
#include "vefa/contact/v1/confirmation_service.grpc.pb.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"
#include "vefa/contact/v1/preference_service.grpc.pb.h"
#include "vefa/event/v1/event_log_service.grpc.pb.h"
#include "vefa/notification/v1/notification_service.grpc.pb.h"

namespace vefa::gateway {

inline constexpr char kTestKey[] = "0123456789abcdef0123456789abcdef";

inline Result<rpc::Principal> PrincipalOf(const grpc::ServerContext& context) {
  auto found = context.client_metadata().find(rpc::kPrincipalMetadata);
  std::string token = found == context.client_metadata().end() ? "" : std::string(found->second.data(), found->second.size());
  return rpc::PrincipalKey(kTestKey).Verify(token, SystemClock().Now());
}

// Small services of a test's own on a real gRPC server: they check the signed principal as ours do,
// and answer in a way the test can tell.
class TestContacts final : public contact::v1::ContactService::Service {
 public:
  grpc::Status GetContact(grpc::ServerContext* context, const contact::v1::GetContactRequest* request,
                          contact::v1::Contact* response) override {
    auto principal = PrincipalOf(*context);
    if (!principal.ok()) return rpc::ToGrpc(principal.error());
    if (request->name() == "contacts/slow") {
      // Until the caller's deadline, and no longer.
      while (!context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    if (request->name() != "contacts/17")
      return rpc::ToGrpc(NotFound("CONTACT_NOT_FOUND", "There is no such contact."));
    response->set_name(request->name());
    response->set_display_name(principal->tenant.ToString());
    response->set_external_id(principal->subject);
    response->set_source(std::to_string(principal->SeesAll() ? -1 : static_cast<int>(principal->owners->size())));
    return grpc::Status::OK;
  }
  // Of each name that ends in 1 there is one that the caller sees.
  grpc::Status BatchGetContacts(grpc::ServerContext*, const contact::v1::BatchGetContactsRequest* request,
                                contact::v1::BatchGetContactsResponse* response) override {
    for (const std::string& name : request->names())
      if (name.ends_with("1")) response->add_contacts()->set_name(name);
    return grpc::Status::OK;
  }
  grpc::Status ListContacts(grpc::ServerContext*, const contact::v1::ListContactsRequest* request,
                            contact::v1::ListContactsResponse* response) override {
    response->add_contacts()->set_display_name(request->query());
    response->set_total_size(request->page_size());
    return grpc::Status::OK;
  }
  grpc::Status CreateContact(grpc::ServerContext* context, const contact::v1::CreateContactRequest* request,
                             contact::v1::Contact* response) override {
    if (request->contact().email().empty())
      return rpc::ToGrpc(Violations({{"contact.email", "EMAIL_SYNTAX", "Give an address."}}));
    *response = request->contact();
    for (const auto& [name, value] : context->client_metadata())
      if (name == "traceparent") response->set_source(std::string(value.data(), value.size()));
    response->set_etag(request->request_id());
    return grpc::Status::OK;
  }
  grpc::Status ImportContacts(grpc::ServerContext*,
                              grpc::ServerReaderWriter<contact::v1::ImportContactsResponse,
                                                       contact::v1::ImportContactsRequest>* stream) override {
    contact::v1::ImportContactsRequest chunk;
    while (stream->Read(&chunk)) {
      if (chunk.rows_size() == 0) return rpc::ToGrpc(InvalidArgument("ROWS_MISSING", "Send 1 to 500 rows."));
      contact::v1::ImportContactsResponse response;
      response.set_contacts_created(chunk.rows_size());
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

};

class TestNotification final : public notification::v1::NotificationService::Service {
 public:
  grpc::Status ReadUnsubscribeToken(grpc::ServerContext*, const notification::v1::ReadUnsubscribeTokenRequest* request,
                                    notification::v1::ReadUnsubscribeTokenResponse* response) override {
    if (request->token() != "good") return rpc::ToGrpc(NotFound("TOKEN_INVALID", "This link is not valid."));
    response->set_language("tr");
    response->set_unsubscribed(unsubscribed > 0);
    return grpc::Status::OK;
  }
  grpc::Status Unsubscribe(grpc::ServerContext*, const notification::v1::UnsubscribeRequest* request,
                           notification::v1::UnsubscribeResponse* response) override {
    if (request->token() != "good") return rpc::ToGrpc(NotFound("TOKEN_INVALID", "This link is not valid."));
    ++unsubscribed;
    response->set_language("tr");
    return grpc::Status::OK;
  }
  grpc::Status ListMessages(grpc::ServerContext* context, const notification::v1::ListMessagesRequest*,
                            notification::v1::ListMessagesResponse*) override {
    auto principal = PrincipalOf(*context);
    if (!principal.ok()) return rpc::ToGrpc(principal.error());
    ++listed;
    if (!principal->SeesAll()) ++narrow;
    return grpc::Status::OK;
  }
  std::atomic<int> unsubscribed = 0;
  std::atomic<int> listed = 0;  // How often messages were, and by whom contact did not vouch for.
  std::atomic<int> narrow = 0;
};

class TestPreferences final : public contact::v1::PreferenceService::Service {
 public:
  grpc::Status ReadPreferencePage(grpc::ServerContext*, const contact::v1::ReadPreferencePageRequest* request,
                                  contact::v1::PreferencePage* response) override {
    return Page(request->token(), *response);
  }
  grpc::Status SavePreferencePage(grpc::ServerContext*, const contact::v1::SavePreferencePageRequest* request,
                                  contact::v1::PreferencePage* response) override {
    grpc::Status status = Page(request->token(), *response);
    if (status.ok()) saved_.Add(*request);
    return status;
  }
  std::vector<contact::v1::SavePreferencePageRequest> Saved() { return saved_.All(); }

 private:
  // What was saved, from gRPC's threads.
  struct Requests {
    void Add(const contact::v1::SavePreferencePageRequest& one) {
      std::lock_guard lock(mutex);
      all.push_back(one);
    }
    std::vector<contact::v1::SavePreferencePageRequest> All() {
      std::lock_guard lock(mutex);
      return all;
    }
    std::mutex mutex;
    std::vector<contact::v1::SavePreferencePageRequest> all;
  };
  static grpc::Status Page(const std::string& token, contact::v1::PreferencePage& page) {
    if (token != "good") return rpc::ToGrpc(NotFound("TOKEN_INVALID", "This link is not valid."));
    page.set_language("tr");
    auto& topic = *page.add_topics();
    topic.set_code("offers");
    topic.set_title("<b>Fırsatlar & \"haberler\"</b>");
    topic.set_subscribed(true);
    page.set_messages_per_week(5);
    return grpc::Status::OK;
  }
  Requests saved_;
};

class TestConfirmations final : public contact::v1::ConfirmationService::Service {
 public:
  grpc::Status ReadConfirmation(grpc::ServerContext*, const contact::v1::ReadConfirmationRequest* request,
                                contact::v1::Confirmation* response) override {
    return Answer(request->token(), *response);
  }
  grpc::Status ConfirmConsent(grpc::ServerContext*, const contact::v1::ConfirmConsentRequest* request,
                              contact::v1::Confirmation* response) override {
    if (request->token() == "old") return rpc::ToGrpc(Error{Code::kFailedPrecondition, "CONFIRMATION_EXPIRED", "Too late."});
    if (request->token() == "good" && request->origin().user_agent() == "Test") ++confirmed;
    return Answer(request->token(), *response);
  }
  std::atomic<int> confirmed = 0;

 private:
  grpc::Status Answer(const std::string& token, contact::v1::Confirmation& response) {
    if (token != "good" && token != "old") return rpc::ToGrpc(NotFound("TOKEN_INVALID", "This link is not valid."));
    response.set_language("tr");
    response.set_purpose("<b>Haberler</b>");
    response.set_text("Okudum & kabul ediyorum");
    response.set_state(token == "old" ? contact::v1::Confirmation::STATE_EXPIRED
                       : confirmed > 0 ? contact::v1::Confirmation::STATE_CONFIRMED
                                       : contact::v1::Confirmation::STATE_WAITING);
    return grpc::Status::OK;
  }
};

class TestEventLog final : public event::v1::EventLogService::Service {
  grpc::Status GetEventLogStatus(grpc::ServerContext*, const event::v1::GetEventLogStatusRequest*,
                                 event::v1::EventLogStatus* response) override {
    response->set_service("contact");
    response->set_topic("vefa.contact.v1");
    response->set_version("7");
    response->set_recorded(42);
    return grpc::Status::OK;
  }
};

// A whole gateway on real PostgreSQL, Redis and Kafka, with a console folder and services behind it.
class GatewayTest : public ::testing::Test {
 protected:

  void SetUp() override {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&contacts_);
    builder.RegisterService(&notification_);
    builder.RegisterService(&preference_pages_);
    builder.RegisterService(&confirmations_);
    builder.RegisterService(&event_log_);
    services_ = builder.BuildAndStart();
    std::string address = "127.0.0.1:" + std::to_string(port);
    web_ = std::filesystem::path(::testing::TempDir()) / ("web_" + ToHex(crypto::RandomString(6)));
    std::filesystem::create_directories(web_);
    std::ofstream(web_ / "index.html") << "<!doctype html>console";
    std::ofstream(web_ / "csp.txt") << "default-src 'none'; script-src 'self'\n";
    Settings settings;
    settings.http_address = settings.ops_address = settings.grpc_address = "127.0.0.1:0";
    settings.postgres = database_.service_conninfo();
    settings.postgres_pump = database_.pump_conninfo();
    settings.redis_address = testing::RedisAddress();
    settings.brokers = testing::KafkaBrokers();
    settings.principal_key = kTestKey;
    settings.contact = settings.notification = address;
    // Nobody is there.
    settings.interaction = settings.campaign = "127.0.0.1:1";
    settings.public_url = "http://127.0.0.1";
    settings.web_root = web_;
    // The topics of the house are shared by all tests; who needs events has topics of their own.
    settings.feed_topics.clear();
    settings.feed_consumer = "gateway.feed." + ToHex(crypto::RandomString(6));
    Change(settings);
    ASSERT_TRUE(
        PutUser(database_.owner(), {"one", "admin@example.com", "Admin", "admin", kPassword}, clock_, Soon()).ok());
    ASSERT_TRUE(
        PutUser(database_.owner(), {"one", "viewer@example.com", "Viewer", "viewer", kPassword}, clock_, Soon()).ok());
    auto gateway = Gateway::Create(settings);
    ASSERT_TRUE(gateway.ok()) << gateway.error().message;
    gateway_ = *std::move(gateway);
    ASSERT_TRUE(gateway_->Start().ok());
    client_ = std::make_unique<http::Client>(http::Url{{"127.0.0.1", gateway_->port()}, ""});
  }
  void TearDown() override {
    if (gateway_) gateway_->Stop();
    services_->Shutdown(std::chrono::system_clock::now());
    std::filesystem::remove_all(web_);
  }
  virtual void Change(Settings&) {}

  // Into the feed, past Kafka.
  void WriteEvents(const std::vector<events::Event>& events) {
    Status written = WriteFeed(database_.pump(), writer_, events);
    ASSERT_TRUE(written.ok()) << Detail(written.error());
  }
  void WriteEvents(int count, const std::string& type = "contact.created") {
    WriteEvents(maker_.Many(database_.tenant(), count, type));
  }

  http::Response Ask(const std::string& method, const std::string& target, const std::string& body = "",
                     http::Headers headers = {}) {
    size_t mark = std::min(target.find('?'), target.size());
    if (!body.empty() && !headers.Has("Content-Type")) headers.Add("Content-Type", "application/json");
    if (!token_.empty() && !headers.Has("Authorization") && !headers.Has("Cookie"))
      headers.Add("Authorization", "Bearer " + token_);
    http::Request request{
        method, target.substr(0, mark), mark < target.size() ? target.substr(mark + 1) : "", headers, body, ""};
    auto response = client_->Send(request, Soon());
    EXPECT_TRUE(response.ok()) << response.error().message;
    return response.ok() ? *std::move(response) : http::Response{};
  }
  static nlohmann::json Json(const http::Response& response) {
    return nlohmann::json::parse(response.body, nullptr, false);
  }
  // `status REASON` of a failed answer.
  static std::string Refusal(const http::Response& response) {
    auto json = Json(response);
    return std::to_string(response.status) + " " +
           (json.is_object() && json.contains("reason") ? json["reason"].get<std::string>() : "");
  }
  http::Response SignIn(const std::string& email, const std::string& password = kPassword,
                        const std::string& tenant = "one") {
    token_.clear();
    http::Response response =
        Ask("POST", "/v1/session", nlohmann::json{{"tenant", tenant}, {"email", email}, {"password", password}}.dump());
    if (response.status == 200) token_ = Json(response)["token"];
    return response;
  }

  static constexpr char kPassword[] = "correct horse battery";
  SystemClock clock_;
  testing::TestDatabase database_{vefa_gateway_migrations()};
  TestContacts contacts_;
  TestNotification notification_;
  TestPreferences preference_pages_;
  TestConfirmations confirmations_;
  TestEventLog event_log_;
  std::unique_ptr<grpc::Server> services_;
  std::filesystem::path web_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<http::Client> client_;
  std::string token_;
  telemetry::Metrics metrics_;
  FeedWriter writer_{[] {}, metrics_};
  EventMaker maker_;
};

// The same, spoken to by streams.
class GatewayStreamTest : public GatewayTest {
 protected:
  std::unique_ptr<http::ClientStream> Open(const std::string& method, const std::string& path, http::Headers headers,
                                           bool with_body, const std::string& query = "") {
    headers.Add("Authorization", "Bearer " + token_);
    auto stream = client_->Open({method, path, query, headers, "", ""}, with_body, Soon());
    VEFA_CHECK_OK(stream);
    return *std::move(stream);
  }
  // Everything to the end.
  std::string Rest(http::ClientStream& stream) {
    std::string text;
    for (auto piece = stream.Read(Soon()); piece.ok() && !piece->empty(); piece = stream.Read(Soon())) text += *piece;
    return text;
  }
};

}  // namespace vefa::gateway
