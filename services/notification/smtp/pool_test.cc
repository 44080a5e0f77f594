#include "services/notification/smtp/pool.h"

#include <gtest/gtest.h>

#include <map>

#include "libs/base/clock.h"
#include "tests/mail_sink/process.h"

namespace vefa::notification::smtp {
namespace {

using std::chrono::milliseconds;

// A pool against a real sink process.
class PoolTest : public testing::Test, public PoolOwner {
 protected:
  bool MayStart(uint64_t) override { return may_; }
  bool MayEnd(uint64_t ticket) override {
    ++ends_[ticket];
    return may_;
  }
  void Requeued(uint64_t) override { ++requeued_; }
  void Ended(uint64_t ticket, Outcome outcome) override {
    EXPECT_TRUE(ended_.emplace(ticket, outcome).second) << "ended twice: " << ticket;
  }

  PoolSettings Settings() {
    PoolSettings settings;
    settings.address = sink_.address();
    settings.helo_name = "client.example";
    settings.connections = 4;
    settings.mails_per_connection = 20;
    settings.reconnect_longest = milliseconds(50);
    return settings;
  }
  void Send(int n, const std::string& local = "c.") {
    std::vector<Mail> mails;
    for (int i = 0; i < n; ++i) {
      uint64_t ticket = ++last_;
      std::string id = std::to_string(ticket);
      mails.push_back({ticket, "a@b.example", local + id + "@d.example",
                       "Message-ID: <" + id + "@b.example>\r\n\r\nhello\r\n..\r\n", 0, {}});
    }
    pool_.Post(std::move(mails));
  }
  // Steps until as many messages ended; false after 20 seconds.
  bool Run(size_t ended) {
    Deadline deadline = Deadline::After(milliseconds(20'000));
    while (ended_.size() < ended && !deadline.Passed()) pool_.Step(milliseconds(20));
    return ended_.size() == ended;
  }
  int Count(Fate fate) const {
    int n = 0;
    for (const auto& [ticket, outcome] : ended_) n += outcome.verdict.fate == fate;
    return n;
  }

  mail_sink::SinkProcess sink_;
  bool may_ = true;
  int requeued_ = 0;
  uint64_t last_ = 0;
  std::map<uint64_t, int> ends_;
  std::map<uint64_t, Outcome> ended_;
  Pool pool_{Settings(), *this};
};

TEST_F(PoolTest, SendsEverythingOnce) {
  Send(500);
  ASSERT_TRUE(Run(500));
  EXPECT_EQ(Count(Fate::kAccepted), 500);
  EXPECT_EQ(sink_.Stat("accepted"), 500);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_EQ(sink_.Stat("bare_line_ends") + sink_.Stat("improper_pipelining") + sink_.Stat("syntax_errors"), 0);
  EXPECT_GE(sink_.Stat("connections"), 500 / 20);  // The limit per connection holds.
  EXPECT_EQ(sink_.Mails()[0].substr(sink_.Mails()[0].find("\r\n\r\n")), "\r\n\r\nhello\r\n.\r\n");
}

TEST_F(PoolTest, GoesOnAfterRefusedRecipients) {
  Send(3);
  Send(5, "gone.");
  Send(3);
  ASSERT_TRUE(Run(11));
  EXPECT_EQ(Count(Fate::kAccepted), 6);
  EXPECT_EQ(Count(Fate::kBounced), 5);
  EXPECT_EQ(ended_.at(4).code, 550);
  EXPECT_EQ(ended_.at(4).enhanced, "5.1.1");
  EXPECT_EQ(sink_.Stat("syntax_errors") + sink_.Stat("improper_pipelining"), 0);
}

TEST_F(PoolTest, CallsWhatWasTakenWithoutAReplyUnknown) {
  sink_.Fault("kind=close-after-dot&count=2");
  Send(40);
  ASSERT_TRUE(Run(40));
  EXPECT_EQ(Count(Fate::kUnknown), 2);
  EXPECT_EQ(Count(Fate::kAccepted), 38);
  EXPECT_EQ(sink_.Stat("accepted"), 40);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
}

TEST_F(PoolTest, CallsBrokenRepliesUnknown) {
  sink_.Fault("kind=mixed-codes&count=1");
  sink_.Fault("kind=half-reply&count=1");
  Send(10);
  ASSERT_TRUE(Run(10));
  EXPECT_EQ(Count(Fate::kUnknown), 2);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
}

TEST_F(PoolTest, DefersWhatIsNotTakenNow) {
  for (const char* stage : {"mail", "rcpt", "data", "dot"}) {
    ended_.clear();
    sink_.Fault(std::string("kind=tempfail&count=3&stage=") + stage);
    Send(10);
    ASSERT_TRUE(Run(10)) << stage;
    EXPECT_EQ(Count(Fate::kDeferred), 3) << stage;
    EXPECT_EQ(Count(Fate::kAccepted), 7) << stage;
  }
}

TEST_F(PoolTest, TriesAgainAtOnceAfter421) {
  sink_.Fault("kind=421&count=1");
  Send(10);
  ASSERT_TRUE(Run(10));
  EXPECT_EQ(Count(Fate::kAccepted), 10);
  EXPECT_GE(requeued_, 1);
}

TEST_F(PoolTest, SpeaksInLockStepToAServerWithoutPipelining) {
  sink_.Fault("kind=no-pipelining");
  Send(30);
  Send(3, "gone.");
  Send(3);
  ASSERT_TRUE(Run(36));
  EXPECT_EQ(Count(Fate::kAccepted), 33);
  EXPECT_EQ(Count(Fate::kBounced), 3);
}

TEST_F(PoolTest, WaitsForAServerThatIsAway) {
  sink_.Kill();
  Send(10);
  for (int i = 0; i < 20; ++i) pool_.Step(milliseconds(10));
  EXPECT_TRUE(ended_.empty());
  sink_.Restart();
  ASSERT_TRUE(Run(10));
  EXPECT_EQ(Count(Fate::kAccepted), 10);
}

TEST_F(PoolTest, DefersWhatWaitedTooLong) {
  PoolSettings settings = Settings();
  settings.patience = milliseconds(50);
  sink_.Kill();
  Pool pool(settings, *this);
  pool.Post({{7, "a@b.example", "c@d.example", "x\r\n", 0, {}}});
  Deadline deadline = Deadline::After(milliseconds(20'000));
  while (ended_.empty() && !deadline.Passed()) pool.Step(milliseconds(10));
  ASSERT_EQ(Count(Fate::kDeferred), 1);
  EXPECT_STREQ(ended_.at(7).verdict.reason, "net");
}

TEST_F(PoolTest, HoldsBackWhenToldTo) {
  may_ = false;
  Send(5);
  ASSERT_TRUE(Run(5));
  EXPECT_EQ(Count(Fate::kQueued), 5);
  EXPECT_EQ(sink_.Stat("accepted"), 0);
}

TEST_F(PoolTest, AsksOnceBeforeEachDot) {
  Send(100);
  ASSERT_TRUE(Run(100));
  EXPECT_EQ(ends_.size(), 100u);
  for (const auto& [ticket, times] : ends_) EXPECT_EQ(times, 1) << ticket;
}

}  // namespace
}  // namespace vefa::notification::smtp
