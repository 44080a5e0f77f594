// A consumer's own process, put to sleep until another has its work.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "libs/events/consumer_fixture.h"

extern char** environ;

namespace vefa::events {
namespace {

std::string FromParent(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// What the child runs: the subscriber of the parent's test, until it is killed.
TEST(ConsumerChild, DISABLED_Run) {
  postgres::Database pump(FromParent("VEFA_CHILD_PUMP"), 4);
  telemetry::Metrics metrics;
  EffectHandler handler;
  SubscriberSettings settings;
  settings.dead_letter_topic.clear();
  Subscriber subscriber(FromParent("VEFA_CHILD_NAME"), {FromParent("VEFA_CHILD_TOPIC")}, testing::KafkaBrokers(), pump, handler,
                        metrics, nullptr, settings);
  for (;;) pause();
}

class ConsumerSleepTest : public ConsumerFixture {
 protected:
  ConsumerSleepTest() {
    char pattern[] = "/tmp/vefa-consumer-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~ConsumerSleepTest() override {
    for (pid_t child : children_) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  pid_t Spawn(const std::string& faults) {
    std::ofstream(folder_ + "/faults") << faults;
    std::vector<std::string> variables{"VEFA_CHILD_PUMP=" + database_.pump_conninfo(), "VEFA_CHILD_NAME=" + consumer(),
                                       "VEFA_CHILD_TOPIC=" + topic_, "VEFA_FAULTS_FILE=" + folder_ + "/faults"};
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    std::vector<std::string> words{"/proc/self/exe", "--gtest_filter=ConsumerChild.DISABLED_Run",
                                   "--gtest_also_run_disabled_tests"};
    std::vector<char*> arguments, environment;
    for (std::string& word : words) arguments.push_back(word.data());
    for (std::string& variable : variables) environment.push_back(variable.data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    EXPECT_EQ(posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environment.data()), 0);
    posix_spawn_file_actions_destroy(&actions);
    children_.insert(child);
    return child;
  }
  void PublishRound(int64_t version) {
    std::vector<Event> events;
    for (int s = 0; s < 50; ++s) events.push_back(Make("things/" + std::to_string(s), version));
    Publish(events);
  }

  std::string folder_;
  std::set<pid_t> children_;
};

TEST_F(ConsumerSleepTest, ASleeperWhosePartitionsWentToAnotherAppliesNothingWhenItWakes) {
  pid_t sleeper = Spawn("");
  PublishRound(1);
  ASSERT_TRUE(Within([&] { return Count("effect") == 50; }));
  ASSERT_EQ(kill(sleeper, SIGSTOP), 0);
  PublishRound(2);
  // Kafka gives its partitions to the other once its session is over.
  Subscribe();
  EXPECT_TRUE(Within([&] { return Count("effect") == 100; }, 60));
  ASSERT_EQ(kill(sleeper, SIGCONT), 0);
  for (int64_t version = 3; version <= 10; ++version) PublishRound(version);
  EXPECT_TRUE(Within([&] { return Count("effect") == 500; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_EQ(Count("parked_subject"), 0);
}

}  // namespace
}  // namespace vefa::events
