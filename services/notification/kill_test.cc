#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "libs/base/text.h"
#include "libs/testing/engines.h"
#include "services/notification/submission.h"
#include "services/notification/testing/contact_peer.h"
#include "services/notification/testing/quiet.h"
#include "services/notification/testing/requests.h"
#include "services/notification/testing/service_process.h"
#include "tests/mail_sink/process.h"

std::vector<vefa::postgres::Migration> vefa_notification_migrations();

namespace vefa::notification {
namespace {

// The service's own process, killed in the middle of its work. Kafka is away the whole time: facts
// wait in the outbox and delivery does not mind.
class KillTest : public ::testing::Test {
 protected:
  KillTest() {
    char pattern[] = "/tmp/vefa-kill-XXXXXX";
    folder_ = mkdtemp(pattern);
    std::ofstream(folder_ + "/key") << ToHex(std::string(32, 't'));
    service_ = std::make_unique<ServiceProcess>(std::map<std::string, std::string>{
        {"VEFA_GRPC_ADDRESS", "127.0.0.1:0"},
        {"VEFA_OPS_ADDRESS", "127.0.0.1:0"},
        {"VEFA_POSTGRES", database_.service_conninfo()},
        {"VEFA_POSTGRES_PUMP", database_.pump_conninfo()},
        {"VEFA_KAFKA_BROKERS", "127.0.0.1:1"},
        {"VEFA_PRINCIPAL_KEY_FILE", folder_ + "/key"},
        {"VEFA_TOKEN_KEY_FILE", folder_ + "/key"},
        {"VEFA_CONTACT_ADDRESS", contact_.address()},
        {"VEFA_SMTP_ADDRESS", sink_.address()},
        {"VEFA_SMTP_CONNECTIONS", std::to_string(kConnections)},
        {"VEFA_PUBLIC_URL", "http://127.0.0.1:18100"},
        {"VEFA_MAIL_FROM", "Vefa Demo <hello@vefa.example>"},
        {"VEFA_STATE_DIR", folder_}}, folder_ + "/log");
  }
  ~KillTest() override {
    service_->Kill();
    if (HasFailure()) std::cerr << std::ifstream(folder_ + "/log").rdbuf();
    std::filesystem::remove_all(folder_);
  }

  void Wish(const Uuid& person, const std::string& local, const Wishes& wishes) {
    Recipient recipient{local + person.ToString() + "@d.example", "Şule", "tr", ConsentState::kGranted};
    recipient.wishes = wishes;
    contact_.Put(person, recipient);
  }
  std::vector<Uuid> Submit(int n, const std::string& local, const Wishes& wishes = {}) {
    std::vector<Uuid> people;
    for (int i = 0; i < n; ++i) {
      people.push_back(NewUuidV7(clock_));
      Wish(people.back(), local, wishes);
    }
    auto response = submitter_.Submit(database_.tenant(), RequestFor(people), Deadline::After(std::chrono::seconds(20)));
    EXPECT_TRUE(response.ok()) << response.error().message;
    submitted_ += n;
    return people;
  }
  // Message-IDs the sink took, as the text of an array of uuids.
  std::string TakenIds() const {
    std::string ids = "{";
    for (const std::string& line : sink_.Log()) {
      size_t at = line.find("\"message_id\":\"<");
      if (at == std::string::npos) continue;
      if (ids.size() > 1) ids += ',';
      ids += line.substr(at + 15, 36);
    }
    return ids + "}";
  }
  int64_t Results(const std::string& states) {
    return database_.Count("SELECT count(*) FROM send_result WHERE state IN (" + states + ")");
  }
  int64_t TakenWith(const std::string& states) {
    return database_.Count("SELECT count(*) FROM send_result WHERE state IN (" + states + ") AND message_id = ANY('" +
                           TakenIds() + "'::uuid[])");
  }

  static constexpr int kConnections = 4;
  SystemClock clock_;
  testing::TestDatabase database_{vefa_notification_migrations()};
  mail_sink::SinkProcess sink_;
  ContactPeer contact_;
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 't')};
  TokenKey token_key_{std::string(32, 't')};
  Recipients recipients_{contact_.address(), key_};
  Submitter submitter_{database_.service(), recipients_, token_key_, clock_, metrics_};
  std::string folder_;
  std::unique_ptr<ServiceProcess> service_;
  int submitted_ = 0;
};

TEST_F(KillTest, NobodyIsWrittenToTwiceAndNobodyIsSkipped) {
  constexpr int kRounds = 10;
  constexpr int kPerRound = 800;
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < 2; ++i) Submit(kPerRound / 2 - 20, "p.");
    Submit(40, "gone.");
    int64_t taken = sink_.Stat("accepted");
    auto target = taken + static_cast<int64_t>(random() % (kPerRound - 40));
    service_->Start();
    ASSERT_TRUE(testing::Eventually([&] { return sink_.Stat("accepted") >= target; }));
    service_->Kill();
    EXPECT_LE(Results("6"), kConnections * (round + 1)) << "unknown after round " << round;
  }
  service_->Start();
  ASSERT_TRUE(testing::Eventually([&] { return Results("3, 4, 5, 6") == submitted_; }, std::chrono::seconds(60)));

  int64_t delivered = Results("3"), unknown = Results("6"), taken = sink_.Stat("accepted");
  RecordProperty("delivered", std::to_string(delivered));
  RecordProperty("unknown", std::to_string(unknown));
  std::printf("killed %d times: %d messages, %ld taken by the server, %ld delivered, %ld unknown\n", kRounds, submitted_,
              static_cast<long>(taken), static_cast<long>(delivered), static_cast<long>(unknown));
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_EQ(Results("4"), 40 * kRounds);
  EXPECT_LE(unknown, kConnections * kRounds);
  EXPECT_EQ(TakenWith("3"), delivered);   // What is called delivered was taken,
  EXPECT_EQ(TakenWith("3, 6"), taken);    // and what was taken is delivered or unknown.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type <> 'suppression.added'"), 2 * submitted_);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM suppression"), 40 * kRounds);
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM send_chunk WHERE NOT done") == 0; }));
  EXPECT_EQ(service_->Stop(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_window"), 0);
}

TEST_F(KillTest, WhatIsHeldSurvivesAndLeavesOnce) {
  constexpr int kHeld = 300;
  const Wishes asleep = QuietAround(clock_.Now());
  std::vector<Uuid> people = Submit(kHeld, "p.", asleep);
  Submit(100, "q.");
  service_->Start();
  ASSERT_TRUE(testing::Eventually([&] { return sink_.Stat("accepted") > 50; }));
  service_->Kill();
  // They come due while nobody is there, still asleep: each is held again, and killed while it is.
  database_.Run("UPDATE send_chunk SET due_time = clock_timestamp() WHERE NOT done");
  service_->Start();
  ASSERT_TRUE(testing::Eventually([&] { return Results("7") > 0; }));
  service_->Kill();
  service_->Start();
  ASSERT_TRUE(testing::Eventually([&] { return Results("7") == kHeld && Results("3, 6") == 100; }, std::chrono::seconds(60)));
  EXPECT_EQ(database_.Count("SELECT sum(cardinality(messages)) FROM send_chunk WHERE due_time > clock_timestamp()"), kHeld);
  service_->Kill();
  for (const Uuid& person : people) Wish(person, "p.", {});
  database_.Run("UPDATE send_chunk SET due_time = clock_timestamp() WHERE NOT done");
  service_->Start();
  ASSERT_TRUE(testing::Eventually([&] { return Results("3, 4, 5, 6") == submitted_; }, std::chrono::seconds(60)));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM message_hold"), kHeld);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_LE(Results("6"), 2 * kConnections);
  EXPECT_EQ(TakenWith("3, 6"), sink_.Stat("accepted"));
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM send_chunk WHERE NOT done") == 0; }));
  EXPECT_EQ(service_->Stop(), 0);
}

}  // namespace
}  // namespace vefa::notification
