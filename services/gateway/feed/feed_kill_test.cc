#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "libs/config/environment.h"
#include "libs/http/lines.h"
#include "libs/kafka/producer.h"
#include "libs/testing/sanitizer.h"
#include "libs/testing/soon.h"
#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kSubjects = 40;
constexpr int64_t kVersions = 150;
constexpr int kKills = 6;

// What a gateway of its own process serves: the test below starts this program again with this one test.
TEST(GatewayProcess, DISABLED_Serve) {
  config::Environment environment;
  Settings settings = ReadSettings(environment);
  settings.feed_topics = {environment.Require("TEST_TOPIC")};
  settings.feed_consumer = environment.Require("TEST_CONSUMER");
  std::string port_file = environment.Require("TEST_PORT_FILE");
  ASSERT_TRUE(environment.Check().ok()) << environment.Check().error().message;
  auto gateway = Gateway::Create(settings);
  ASSERT_TRUE(gateway.ok() && (*gateway)->Start().ok());
  std::ofstream(port_file + ".new") << (*gateway)->port();
  std::filesystem::rename(port_file + ".new", port_file);
  // Until it is killed.
  while (true) pause();
}

// Two gateways on one database and one topic, each a process that is killed and started again.
class FeedKillTest : public ::testing::Test {
 protected:

  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / ("feed_kill_" + ToHex(crypto::RandomString(6)));
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "key") << ToHex(kTestKey);
    auto user = PutUser(database_.owner(), {"one", "admin@example.com", "Admin", "admin", kPassword}, clock_, Soon());
    ASSERT_TRUE(user.ok());
  }
  void TearDown() override {
    for (int i = 0; i < 2; ++i) Kill(i);
    std::filesystem::remove_all(folder_);
  }

  void Launch(int i) {
    std::filesystem::path port_file = folder_ / ("port" + std::to_string(i));
    std::filesystem::remove(port_file);
    std::vector<std::string> environment{"VEFA_HTTP_ADDRESS=127.0.0.1:0",
                                         "VEFA_OPS_ADDRESS=127.0.0.1:0",
                                         "VEFA_GRPC_ADDRESS=127.0.0.1:0",
                                         "VEFA_POSTGRES=" + database_.service_conninfo(),
                                         "VEFA_POSTGRES_PUMP=" + database_.pump_conninfo(),
                                         "VEFA_REDIS_ADDRESS=" + testing::RedisAddress(),
                                         "VEFA_KAFKA_BROKERS=" + testing::KafkaBrokers(),
                                         "VEFA_PRINCIPAL_KEY_FILE=" + (folder_ / "key").string(),
                                         "VEFA_CONTACT_ADDRESS=127.0.0.1:1",
                                         "VEFA_INTERACTION_ADDRESS=127.0.0.1:1",
                                         "VEFA_CAMPAIGN_ADDRESS=127.0.0.1:1",
                                         "VEFA_NOTIFICATION_ADDRESS=127.0.0.1:1",
                                         "TEST_TOPIC=" + topic_,
                                         "TEST_CONSUMER=" + consumer_,
                                         "TEST_PORT_FILE=" + port_file.string()};
    for (std::string& option : SanitizerOptions()) environment.push_back(std::move(option));
    std::vector<char*> variables;
    for (auto& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    char name[] = "gateway", filter[] = "--gtest_filter=GatewayProcess.DISABLED_Serve",
         disabled[] = "--gtest_also_run_disabled_tests";
    char* arguments[] = {name, filter, disabled, nullptr};
    pids_[i] = fork();
    ASSERT_GE(pids_[i], 0);
    if (pids_[i] == 0) {
      // What a test says of itself is of no use here; what goes wrong comes by standard error.
      dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
      execve("/proc/self/exe", arguments, variables.data());
      _exit(127);
    }
    ASSERT_TRUE(testing::Eventually([&] { return std::filesystem::exists(port_file); }, seconds(30)));
    std::ifstream(port_file) >> ports_[i];
  }
  void Kill(int i) {
    if (pids_[i] <= 0) return;
    kill(pids_[i], SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(pids_[i], &status, 0), pids_[i]);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
    pids_[i] = 0;
  }
  // Every subject's versions, mixed as several services would record them.
  void PublishAll() {
    kafka::Producer producer(testing::KafkaBrokers(), "feed-kill-test");
    std::vector<std::string> subjects;
    for (int i = 0; i < kSubjects; ++i) subjects.push_back(ResourceName("contacts", NewUuidV7(clock_)));
    for (int64_t version = 1; version <= kVersions; ++version) {
      std::vector<kafka::Record> records;
      for (const std::string& subject : subjects) {
        events::Event event = maker_.Make(database_.tenant(), "contact.updated", subject);
        event.aggregate_version = version;
        records.push_back(events::ToRecord(event, {"contact", topic_, "vefa.contact.v1.ContactEvent"}));
      }
      auto published = producer.Publish(records, Deadline::After(seconds(60)), [] { return false; });
      ASSERT_EQ(std::count(published.begin(), published.end(), true), kSubjects);
    }
  }
  std::string SignIn() {
    std::string token;
    EXPECT_TRUE(testing::Eventually([&] {
      http::Client client(http::Url{{"127.0.0.1", ports_[0]}, ""});
      std::string body =
          nlohmann::json{{"tenant", "one"}, {"email", "admin@example.com"}, {"password", kPassword}}.dump();
      auto response =
          client.Send({"POST", "/v1/session", "", {{"Content-Type", "application/json"}}, body, ""}, Soon());
      if (response.ok() && response->status == 200) token = nlohmann::json::parse(response->body)["token"];
      return !token.empty();
    }));
    return token;
  }

  static constexpr char kPassword[] = "correct horse battery";
  SystemClock clock_;
  EventMaker maker_;
  testing::TestDatabase database_{vefa_gateway_migrations()};
  const std::string topic_ = testing::TestTopic("vefa.feedkill", 4);
  const std::string consumer_ = "gateway.feed." + ToHex(crypto::RandomString(6));
  std::filesystem::path folder_;
  pid_t pids_[2] = {0, 0};
  uint16_t ports_[2] = {0, 0};
};

// Reads the stream of server-sent events by cursor, from whichever gateway lives, and keeps what came.
class Follower {
 public:
  // From the beginning, before anything was published.
  Follower(std::string token, uint16_t port) : token_(std::move(token)) {
    http::Client client(http::Url{{"127.0.0.1", port}, ""});
    auto page = client.Send({"GET", "/v1/events", "", {{"Authorization", "Bearer " + token_}}, "", ""},
                            Deadline::After(seconds(5)));
    VEFA_CHECK_OK(page);
    cursor_ = nlohmann::json::parse(page->body)["nextCursor"];
  }

  // Reads from one gateway until it is gone, or `done`.
  void Read(uint16_t port, const std::function<bool()>& done) {
    http::Client client(http::Url{{"127.0.0.1", port}, ""});
    http::Headers headers{{"Authorization", "Bearer " + token_}, {"Last-Event-ID", cursor_}};
    auto stream = client.Open({"GET", "/v1/events:stream", "", headers, "", ""}, false, Deadline::After(seconds(5)));
    if (!stream.ok()) return;
    auto head = (*stream)->ReadHead(Deadline::After(seconds(5)));
    if (!head.ok() || head->status != 200) return;
    http::LineCutter lines(1 << 20);
    http::EventAssembler assembler;
    while (!done()) {
      auto bytes = (*stream)->Read(Deadline::After(seconds(2)));
      if (!bytes.ok() || bytes->empty()) return;
      lines.Feed(*bytes);
      while (auto line = *lines.Next())
        if (auto event = assembler.Take(*line)) Take(*event);
    }
  }
  size_t count() const { return ids_.size(); }
  int repeats() const { return repeats_; }
  int disorder() const { return disorder_; }
  int gaps() const { return gaps_; }

 private:
  void Take(const http::ServerSentEvent& event) {
    cursor_ = event.id;
    if (event.type == "gap") {
      ++gaps_;
      return;
    }
    auto data = nlohmann::json::parse(event.data);
    if (!ids_.insert(data["id"]).second) ++repeats_;
    int64_t& version = versions_[data["subject"]];
    if (std::stoll(data["aggregateVersion"].get<std::string>()) != ++version) ++disorder_;
  }

  const std::string token_;
  std::string cursor_;
  std::set<std::string> ids_;
  std::map<std::string, int64_t> versions_;
  int repeats_ = 0, disorder_ = 0, gaps_ = 0;
};

TEST_F(FeedKillTest, AReaderGoesOnAtAnyGatewayWithoutLossOrRepeat) {
  Launch(0);
  Launch(1);
  Follower follower(SignIn(), ports_[0]);
  std::thread publisher([&] { PublishAll(); });
  std::atomic<bool> killing = true;
  std::thread killer([&] {
    std::mt19937 random(17);
    for (int i = 0; i < kKills; ++i) {
      // Each gateway dies in the middle of something: when the feed has grown by a random share.
      int64_t at = database_.Count("SELECT coalesce(max(seq), 0)::bigint FROM feed_tenant") +
                   static_cast<int64_t>(random() % 800);
      testing::Eventually(
          [&] { return database_.Count("SELECT coalesce(max(seq), 0)::bigint FROM feed_tenant") >= at; }, seconds(3));
      int victim = static_cast<int>(random() % 2);
      Kill(victim);
      Launch(victim);
    }
    killing = false;
  });
  auto all = [&] { return follower.count() == static_cast<size_t>(kSubjects * kVersions); };
  auto deadline = Deadline::After(seconds(180));
  for (int turn = 0; !all() && !deadline.Passed(); ++turn) follower.Read(ports_[turn % 2], all);
  publisher.join();
  killer.join();
  EXPECT_EQ(follower.count(), static_cast<size_t>(kSubjects * kVersions));
  EXPECT_EQ(follower.repeats(), 0);
  EXPECT_EQ(follower.disorder(), 0);
  EXPECT_EQ(follower.gaps(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM feed_event"), kSubjects * kVersions);
  EXPECT_EQ(database_.Count("SELECT max(seq) FROM feed_event"), kSubjects * kVersions);
  EXPECT_EQ(database_.Count("SELECT count(DISTINCT event_id) FROM feed_event"), kSubjects * kVersions);
}

}  // namespace
}  // namespace vefa::gateway
