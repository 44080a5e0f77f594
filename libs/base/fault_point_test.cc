#include "libs/base/fault_point.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

namespace vefa {
namespace {

// The faults are read once a process, so every case runs in a child of its own.
class FaultPointTest : public testing::Test {
 protected:
  FaultPointTest() : path_(testing::TempDir() + "faults-" + std::to_string(getpid())) {}
  ~FaultPointTest() override {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + ".hits");
  }

  void Arm(const std::string& lines) { std::ofstream(path_) << lines; }

  // How a child ended (or, with WUNTRACED, stopped) that did `work`.
  int Run(const std::function<int()>& work) {
    pid_t child = fork();
    if (child == 0) {
      setenv("VEFA_FAULTS_FILE", path_.c_str(), 1);
      _exit(work());
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) {
      kill(child, SIGCONT);
      EXPECT_EQ(waitpid(child, nullptr, 0), child);
    }
    return status;
  }

  std::string Hits() {
    std::ostringstream text;
    text << std::ifstream(path_ + ".hits").rdbuf();
    return text.str();
  }

  std::string path_;
};

TEST_F(FaultPointTest, KillsOnceAndThenNoMore) {
  Arm("relay.after_produce kill 1\n");
  auto passes = [] {
    FaultPoint("relay.after_read");
    FaultPoint("relay.after_produce");
    return 3;
  };
  int first = Run(passes);
  ASSERT_TRUE(WIFSIGNALED(first));
  EXPECT_EQ(WTERMSIG(first), SIGKILL);
  EXPECT_EQ(Hits().substr(0, 25), "relay.after_produce kill ");
  int second = Run(passes);
  ASSERT_TRUE(WIFEXITED(second));
  EXPECT_EQ(WEXITSTATUS(second), 3);
}

TEST_F(FaultPointTest, StopsUntilContinued) {
  Arm("a stop 1\n");
  int status = Run([] { return FaultPoint("a") ? 1 : 0; });
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
}

TEST_F(FaultPointTest, FailsAsOftenAsItWasTold) {
  Arm("a error 1\nb error 1000000\n");
  int status = Run([] { return FaultPoint("a") && FaultPoint("a") && !FaultPoint("b") && !FaultPoint("c") ? 7 : 1; });
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(FaultPointTest, SleepsAndGoesOn) {
  Arm("a sleep 30 1\n");
  int status = Run([] {
    auto before = std::chrono::steady_clock::now();
    bool failed = FaultPoint("a");
    return !failed && std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(30) ? 7 : 1;
  });
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(FaultPointTest, LinesThatDoNotParseAndAMissingFileArmNothing) {
  Arm("a\na error\na error 0\na sleep x 1\na sleep 99999999 1\n");
  auto passes = [] { return FaultPoint("a") ? 1 : 7; };
  EXPECT_EQ(WEXITSTATUS(Run(passes)), 7);
  std::filesystem::remove(path_);
  EXPECT_EQ(WEXITSTATUS(Run(passes)), 7);
  EXPECT_EQ(Hits(), "");
}

}  // namespace
}  // namespace vefa
