#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "libs/testing/engines.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/submission.h"
#include "services/notification/testing/contact_peer.h"
#include "services/notification/testing/requests.h"
#include "tests/mail_sink/process.h"

std::vector<vefa::postgres::Migration> vefa_notification_migrations();

namespace vefa::notification {

// Submissions go in, mails come out: a real database, a real SMTP server, contact by gRPC.
class DispatcherFixture : public ::testing::Test {
 protected:
  DispatcherFixture() {
    char pattern[] = "/tmp/vefa-dispatch-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~DispatcherFixture() override {
    dispatcher_.reset();
    std::filesystem::remove_all(folder_);
  }

  DispatcherSettings Settings(const std::string& folder) {
    DispatcherSettings settings;
    settings.smtp.address = sink_.address();
    settings.smtp.helo_name = "vefa.example";
    settings.smtp.connections = 4;
    settings.smtp.reconnect_longest = std::chrono::milliseconds(50);
    settings.mail.sender = *ParseMailbox("Vefa Demo <hello@vefa.example>");
    settings.mail.public_url = "http://127.0.0.1:18100";
    settings.schedule.steps = {std::chrono::milliseconds(1), std::chrono::milliseconds(1)};
    settings.schedule.later = std::chrono::hours(1);
    settings.state_folder = folder;
    return settings;
  }
  std::unique_ptr<Dispatcher> NewDispatcher(const std::string& folder) {
    return *Dispatcher::Start(database_.pump(), recipients_, token_key_, Settings(folder), clock_, metrics_, [] {});
  }
  void Start() { dispatcher_ = NewDispatcher(folder_); }
  std::vector<Uuid> People(int n, const std::string& local = "p.") {
    std::vector<Uuid> ids;
    for (int i = 0; i < n; ++i) {
      ids.push_back(NewUuidV7(clock_));
      contact_.Put(ids.back(), {local + ids.back().ToString() + "@d.example", "Şule " + std::to_string(i),
                                i % 2 == 0 ? "tr" : "en", ConsentState::kGranted});
    }
    return ids;
  }
  void Submit(const std::vector<Uuid>& people, const std::string& key = "k") {
    auto response = submitter_.Submit(database_.tenant(), RequestFor(people, key), Deadline::After(std::chrono::seconds(20)));
    ASSERT_TRUE(response.ok()) << response.error().message;
    for (const auto& decision : response->decisions()) ASSERT_TRUE(decision.accepted()) << decision.reason();
    if (dispatcher_) dispatcher_->Wake();
  }
  int64_t Results(int state) {
    return database_.Count("SELECT count(*) FROM send_result WHERE state = " + std::to_string(state));
  }
  bool Ends(int64_t results) {
    return testing::Eventually([&] { return database_.Count("SELECT count(*) FROM send_result WHERE state <> 7") == results; });
  }
  // Versions per subject run 1, 2, 3 without a hole, and nothing is left open.
  void ExpectSoundLedger() {
    EXPECT_EQ(database_.Count("SELECT count(*) FROM (SELECT subject FROM event_log GROUP BY tenant_id, subject"
                              " HAVING max(aggregate_version) <> count(*)) s"), 0);
    EXPECT_EQ(database_.Count("SELECT count(*) FROM (SELECT aggregate_version - lag(aggregate_version, 1, 0) OVER"
                              " (PARTITION BY tenant_id, subject ORDER BY id) AS step FROM event_log) s WHERE step <> 1"), 0);
    EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM send_chunk WHERE NOT done") == 0; }));
    EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM send_window") == 0; }));
  }

  SystemClock clock_;
  testing::TestDatabase database_{vefa_notification_migrations()};
  mail_sink::SinkProcess sink_;
  ContactPeer contact_;
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 'k')};
  TokenKey token_key_{std::string(32, 't')};
  Recipients recipients_{contact_.address(), key_};
  Submitter submitter_{database_.service(), recipients_, token_key_, clock_, metrics_};
  std::string folder_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace vefa::notification
