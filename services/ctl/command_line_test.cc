#include <gtest/gtest.h>
#include <stdlib.h>

#include <sstream>
#include <string>
#include <vector>

#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

int Outcome(std::vector<std::string> words, std::string* output = nullptr) {
  words.insert(words.begin(), "vefactl");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  int code = RunCommandLine(static_cast<int>(arguments.size()), arguments.data());
  std::string out = testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  if (output != nullptr) *output = out;
  return code;
}

TEST(CommandLine, EveryVerbHasAnExample) {
  const std::vector<std::vector<std::string>> verbs = {
      {"migrate"},          {"topics", "apply"},    {"tenants", "add"},   {"users", "add"}, {"import", "contacts"},
      {"import", "consents"}, {"import", "orders"}, {"import", "list"}, {"import", "show"}, {"import", "pause"}, {"import", "undo"}, {"events", "tail"}, {"status"},       {"demo", "win-back"},
      {"outbox", "stats"},  {"outbox", "kick"},     {"relay", "replay"},  {"relay", "renew-incarnation"},
      {"consumer", "list"}, {"consumer", "pause"},  {"consumer", "resume"}, {"consumer", "seek"},
      {"parked", "list"},   {"parked", "show"},     {"parked", "replay"}, {"parked", "skip"},
      {"projection", "rebuild"}, {"projection", "verify"}, {"projection", "list"}, {"events", "get"},
      {"events", "verify"}, {"topics", "diff"},     {"doctor"},
      {"contacts", "erase"}, {"identities", "list"}, {"identities", "identify"}, {"identities", "link"}, {"identities", "unlink"},
      {"notes", "list"}, {"notes", "add"}, {"notes", "remove"}, {"ratings", "export"}, {"ratings", "apply"}, {"consent", "key"}, {"consent", "export"}, {"consent", "verify"}, {"consent", "profiles"}, {"history"},
      {"rights", "receive"}, {"rights", "list"}, {"rights", "show"}, {"rights", "ask"}, {"rights", "confirm"}, {"rights", "extend"},
      {"rights", "fulfill"}, {"rights", "close"}, {"rights", "report"}, {"rights", "export"}, {"rights", "limits"}, {"rights", "lift"},
      {"rights", "hold"}, {"rights", "release"}, {"rights", "affected"}, {"rights", "inventory"}, {"retention", "set"}, {"retention", "list"}, {"retention", "preview"}, {"retention", "run"}, {"iys", "set"}, {"iys", "status"}, {"iys", "list"}, {"iys", "compare"}, {"iys", "retry"}};
  for (std::vector<std::string> words : verbs) {
    std::string name = words.back();
    words.push_back("--help");
    std::string page;
    EXPECT_EQ(Outcome(words, &page), kOk) << name;
    EXPECT_NE(page.find("Example:\n  vefactl "), page.npos) << name << "\n" << page;
  }
}

TEST(CommandLine, WrongUseEndsWithTwo) {
  EXPECT_EQ(Outcome({}), kUsage);
  EXPECT_EQ(Outcome({"fly"}), kUsage);
  EXPECT_EQ(Outcome({"migrate", "payments", "--postgres", "x"}), kUsage);
  EXPECT_EQ(Outcome({"import", "orders"}), kUsage);
  EXPECT_EQ(Outcome({"events", "tail", "--count", "0"}), kUsage);
  EXPECT_EQ(Outcome({"identities", "unlink", "contacts/01890a5d-ac96-774b-bcce-b302099a8057/identities/../notes"}), kUsage);
  EXPECT_EQ(Outcome({"notes", "add", "contacts/01890a5d-ac96-774b-bcce-b302099a8057"}), kUsage);
}

TEST(CommandLine, AConnectionAsOwnerMayComeFromTheEnvironment) {
  EXPECT_EQ(Outcome({"migrate", "contact"}), kUsage);
  setenv("VEFA_POSTGRES_OWNER", "host=/nowhere", 1);
  EXPECT_EQ(Outcome({"migrate", "contact"}), kFailure);
  unsetenv("VEFA_POSTGRES_OWNER");
}

TEST(CommandLine, ReplicationIsANumberOfBrokers) {
  EXPECT_EQ(Outcome({"topics", "apply", "--kafka", "x:1", "--replication", "0"}), kUsage);
}

TEST(CommandLine, AFailureEndsWithOne) {
  EXPECT_EQ(Outcome({"import", "orders", "/nowhere/orders.csv"}), kFailure);
  EXPECT_EQ(Outcome({"tenants", "add", "Not A Slug", "--id", "x", "--postgres", "y"}), kFailure);
}

}  // namespace
}  // namespace vefa::ctl
