#include "tests/fault_proxy/commit_watch.h"

#include <gtest/gtest.h>

namespace vefa::fault_proxy {
namespace {

std::string Number(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}
std::string Message(char type, const std::string& body) {
  return type + Number(static_cast<uint32_t>(body.size() + 4)) + body;
}
std::string Text(const char* text) { return std::string(text) + '\0'; }
std::string Parse(const char* name, const char* sql) { return Message('P', Text(name) + Text(sql) + std::string(2, 0)); }
std::string Bind(const char* name) { return Message('B', Text("") + Text(name) + std::string(6, 0)); }
std::string Sync() { return Message('S', ""); }

class CommitWatchTest : public testing::Test {
 protected:
  CommitWatchTest() {
    std::string hello = Number(8) + Number(80877103);  // Asks for encryption first.
    std::string startup = Number(196608) + Text("user") + Text("x") + std::string(1, 0);
    EXPECT_EQ(watch.Feed(hello), CommitWatch::kNone);
    EXPECT_EQ(watch.Feed(Number(static_cast<uint32_t>(startup.size() + 4)) + startup), CommitWatch::kNone);
    EXPECT_EQ(watch.Feed(Message('p', Text("secret"))), CommitWatch::kNone);
  }
  CommitWatch watch;
};

TEST_F(CommitWatchTest, AReadIsNoCommitAndAWriteInOneFlushIs) {
  EXPECT_EQ(watch.Feed(Parse("scope", "SELECT set_config('a', $1, true)") + Bind("scope") + Sync()), CommitWatch::kNone);
  std::string write = Parse("add", "WITH x AS (SELECT 1) insert into t SELECT 1") + Bind("scope") + Bind("add") + Sync();
  EXPECT_EQ(watch.Feed(write), write.size());
  // Prepared by now, and more follows in the same packet.
  std::string again = Bind("scope") + Bind("add") + Sync();
  EXPECT_EQ(watch.Feed(again + Bind("scope") + Sync()), again.size());
}

TEST_F(CommitWatchTest, ABlockCommitsAtItsCommit) {
  watch.Feed(Parse("begin", "BEGIN") + Parse("commit", "COMMIT") + Parse("rollback", "ROLLBACK") +
             Parse("change", "UPDATE t SET a = 1") + Sync());
  EXPECT_EQ(watch.Feed(Bind("begin") + Bind("change") + Sync()), CommitWatch::kNone);
  std::string commit = Bind("commit") + Sync();
  EXPECT_EQ(watch.Feed(commit), commit.size());
  EXPECT_EQ(watch.Feed(Bind("begin") + Bind("change") + Sync()), CommitWatch::kNone);
  EXPECT_EQ(watch.Feed(Bind("rollback") + Sync()), CommitWatch::kNone);
  EXPECT_EQ(watch.Feed(Bind("begin") + Sync()), CommitWatch::kNone);
  EXPECT_EQ(watch.Feed(commit), CommitWatch::kNone) << "nothing was written";
}

TEST_F(CommitWatchTest, FollowsMessagesHoweverTheyAreSliced) {
  std::string large(100'000, 'x');
  std::string all = Parse("add", "INSERT INTO t VALUES ($1)") + Message('B', Text("") + Text("add") + large) + Sync();
  for (size_t i = 0; i < all.size(); ++i) {
    size_t end = watch.Feed(all.substr(i, 1));
    ASSERT_EQ(end, i + 1 == all.size() ? 1 : CommitWatch::kNone) << i;
  }
}

TEST_F(CommitWatchTest, SimpleQueriesCountAsWell) {
  std::string query = Message('Q', Text("DELETE FROM t"));
  EXPECT_EQ(watch.Feed(query), query.size());
  EXPECT_EQ(watch.Feed(Message('Q', Text("SELECT 1"))), CommitWatch::kNone);
}

}  // namespace
}  // namespace vefa::fault_proxy
