#include "services/notification/smtp/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace vefa::notification::smtp {
namespace {

using std::chrono::seconds;

constexpr char kPipelining[] = "250-sink\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250 ENHANCEDSTATUSCODES\r\n";

class SessionTest : public testing::Test, public Host {
 protected:
  std::optional<Mail> Next() override {
    if (mails_.empty()) return std::nullopt;
    Mail mail = mails_.front();
    mails_.pop_front();
    return mail;
  }
  bool MayEnd(uint64_t) override { return may_end_; }
  void Ended(Mail mail, Outcome outcome) override {
    EXPECT_TRUE(ended_.emplace(mail.ticket, outcome).second) << "ended twice: " << mail.ticket;
  }

  void Queue(int n) {
    for (int i = 0; i < n; ++i) {
      uint64_t ticket = ++last_;
      mails_.push_back({ticket, "a@b.example", "c" + std::to_string(ticket) + "@d.example", "S: x\r\n\r\nhi\r\n", 0, {}});
    }
  }
  void Open(const char* hello = kPipelining) {
    EXPECT_EQ(Hear("220-sink\r\n220 hello\r\n"), "EHLO client.example\r\n");
    opened_ = Hear(hello);
  }
  // What the client says when it hears `replies`.
  std::string Hear(std::string_view replies) {
    session_.Receive(replies, now_);
    return Said();
  }
  std::string Said() {
    std::string said(session_.output());
    session_.Written(said.size());
    return said;
  }
  Fate fate(uint64_t ticket) { return ended_.at(ticket).verdict.fate; }

  SteadyTime now_ = std::chrono::steady_clock::now();
  std::deque<Mail> mails_;
  uint64_t last_ = 0;
  bool may_end_ = true;
  std::map<uint64_t, Outcome> ended_;
  SessionSettings settings_{"client.example", {}, 100, false};
  std::string opened_;
  Session session_{settings_, *this, now_};
};

std::string Envelope(int n) {
  return "MAIL FROM:<a@b.example> SIZE=12\r\nRCPT TO:<c" + std::to_string(n) + "@d.example>\r\nDATA\r\n";
}

TEST_F(SessionTest, SendsNextEnvelopeWithTheDot) {
  Queue(3);
  Open();
  EXPECT_EQ(opened_, Envelope(1));
  EXPECT_EQ(Hear("250 ok\r\n250 ok\r\n354 go\r\n"), "S: x\r\n\r\nhi\r\n.\r\n" + Envelope(2));
  EXPECT_EQ(Hear("250 2.0.0 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n"), "S: x\r\n\r\nhi\r\n.\r\n" + Envelope(3));
  EXPECT_EQ(Hear("250 2.0.0 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n"), "S: x\r\n\r\nhi\r\n.\r\n");
  EXPECT_EQ(Hear("250 2.0.0 taken\r\n"), "");
  EXPECT_TRUE(session_.idle());
  for (uint64_t ticket : {1, 2, 3}) EXPECT_EQ(fate(ticket), Fate::kAccepted);
  EXPECT_EQ(ended_.at(1).text, "2.0.0 taken");
  EXPECT_EQ(session_.deadline(), SteadyTime::max());
}

TEST_F(SessionTest, WaitsForEachReplyWithoutPipelining) {
  Queue(2);
  Open("250-sink\r\n250 \r\n");  // An empty last line is seen in the wild.
  EXPECT_EQ(opened_, "MAIL FROM:<a@b.example>\r\n");
  EXPECT_EQ(Hear("250 ok\r\n"), "RCPT TO:<c1@d.example>\r\n");
  EXPECT_EQ(Hear("550 5.1.1 gone\r\n"), "RSET\r\n");
  EXPECT_EQ(Hear("250 ok\r\n"), "MAIL FROM:<a@b.example>\r\n");
  EXPECT_EQ(Hear("250 ok\r\n"), "RCPT TO:<c2@d.example>\r\n");
  EXPECT_EQ(Hear("250 ok\r\n"), "DATA\r\n");
  EXPECT_EQ(Hear("354 go\r\n"), "S: x\r\n\r\nhi\r\n.\r\n");
  Hear("250 taken\r\n");
  EXPECT_EQ(fate(1), Fate::kBounced);
  EXPECT_EQ(fate(2), Fate::kAccepted);
}

TEST_F(SessionTest, FallsBackToHelo) {
  Queue(1);
  Hear("220 old\r\n");
  EXPECT_EQ(Hear("502 what\r\n"), "HELO client.example\r\n");
  EXPECT_EQ(Hear("250 old\r\n"), "MAIL FROM:<a@b.example>\r\n");
}

TEST_F(SessionTest, ResetsAfterARefusedRecipient) {
  Queue(2);
  Open();
  EXPECT_EQ(Hear("250 ok\r\n550 5.1.1 no such user\r\n554 5.5.1 nobody\r\n"), "RSET\r\n" + Envelope(2));
  EXPECT_EQ(fate(1), Fate::kBounced);
  EXPECT_TRUE(ended_.at(1).verdict.suppress);
  EXPECT_EQ(ended_.at(1).code, 550);
  EXPECT_EQ(Hear("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), "S: x\r\n\r\nhi\r\n.\r\n");
}

TEST_F(SessionTest, ClosesWhenResetIsRefused) {
  Queue(2);
  Open();
  Hear("250 ok\r\n550 5.1.1 no such user\r\n554 5.5.1 nobody\r\n");
  Hear("500 what\r\n");
  EXPECT_TRUE(session_.over());
  EXPECT_EQ(fate(2), Fate::kQueued);
}

TEST_F(SessionTest, NeedsNoResetAfterARefusedSender) {
  Queue(2);
  Open();
  EXPECT_EQ(Hear("550 5.1.8 no\r\n503 mail first\r\n503 mail first\r\n"), Envelope(2));
  EXPECT_EQ(fate(1), Fate::kFailed);
}

TEST_F(SessionTest, EndsAMistaken354WithALoneDot) {
  Queue(2);
  Open();
  EXPECT_EQ(Hear("250 ok\r\n550 5.1.1 gone\r\n354 go\r\n"), ".\r\n");
  EXPECT_EQ(fate(1), Fate::kBounced);
  EXPECT_EQ(Hear("554 nothing to do\r\n"), "");
  EXPECT_TRUE(session_.over());
  EXPECT_EQ(ended_.size(), 1u);
}

TEST_F(SessionTest, KnowsWhetherTheDotWasWritten) {
  Queue(2);
  Open();
  session_.Receive("250 ok\r\n250 ok\r\n354 go\r\n", now_);
  session_.Written(session_.output().size() - Envelope(2).size() - 1);  // The last octet stays behind.
  session_.Disconnected();
  EXPECT_EQ(fate(1), Fate::kQueued);
  EXPECT_EQ(fate(2), Fate::kQueued);
}

TEST_F(SessionTest, CallsALostAnswerUnknown) {
  Queue(2);
  Open();
  Hear("250 ok\r\n250 ok\r\n354 go\r\n");
  session_.Disconnected();
  EXPECT_EQ(fate(1), Fate::kUnknown);
  EXPECT_EQ(fate(2), Fate::kQueued);
}

TEST_F(SessionTest, CallsABrokenAnswerUnknown) {
  Queue(1);
  Open();
  Hear("250 ok\r\n250 ok\r\n354 go\r\n");
  Hear("250-2.0.0 taken\r\n451 or not\r\n");
  EXPECT_EQ(fate(1), Fate::kUnknown);
  EXPECT_TRUE(session_.over());
}

TEST_F(SessionTest, HoldsTheDotBack) {
  Queue(1);
  may_end_ = false;
  Open();
  EXPECT_EQ(Hear("250 ok\r\n250 ok\r\n354 go\r\n"), "");
  EXPECT_EQ(fate(1), Fate::kQueued);
  EXPECT_STREQ(ended_.at(1).verdict.reason, "held");
  EXPECT_TRUE(session_.over());
}

TEST_F(SessionTest, Takes421AnywhereAsTheEnd) {
  Queue(2);
  Open();
  Hear("250 ok\r\n250 ok\r\n354 go\r\n");
  Hear("250 taken\r\n421 enough\r\n");
  EXPECT_EQ(fate(1), Fate::kAccepted);
  EXPECT_EQ(fate(2), Fate::kQueued);
  EXPECT_TRUE(session_.over());
}

TEST_F(SessionTest, EndsAtAnUnsolicitedReply) {
  Open();
  Hear("250 surprise\r\n");
  EXPECT_TRUE(session_.over());
}

TEST_F(SessionTest, NoticesAServerThatLosesCommands) {
  Queue(1);
  Open();
  session_.TimedOut(now_ + seconds(301));
  EXPECT_TRUE(session_.pipelining_failed());
  EXPECT_EQ(fate(1), Fate::kQueued);
}

TEST_F(SessionTest, WaitsTenMinutesForTheDot) {
  Queue(1);
  Open();
  Hear("250 ok\r\n250 ok\r\n354 go\r\n");
  EXPECT_EQ(session_.deadline(), now_ + seconds(600));
  session_.TimedOut(session_.deadline());
  EXPECT_EQ(fate(1), Fate::kUnknown);
  EXPECT_FALSE(session_.pipelining_failed());
}

TEST_F(SessionTest, KeepsBadAddressesOffTheWire) {
  for (const char* to : {"x@y\r\nRCPT TO:<z@y>", "", "x", "a b@c", "\xC3\xBC@y.example"})
    mails_.push_back({++last_, "a@b.example", to, "S: x\r\n\r\n", 0, {}});
  mails_.push_back({++last_, "a@b.example", "x@y.example", std::string(2000, 'x') + "\r\n", 0, {}});
  Open();
  EXPECT_EQ(opened_, "");
  for (uint64_t ticket = 1; ticket <= 5; ++ticket) EXPECT_EQ(ended_.at(ticket).enhanced, "5.1.3");
  EXPECT_EQ(ended_.at(6).enhanced, "5.3.4");
}

TEST_F(SessionTest, QuitsAtTheServersLimit) {
  Queue(3);
  Open("250-sink\r\n250-PIPELINING\r\n250 LIMITS MAILMAX=1 RCPTMAX=9\r\n");
  Hear("250 ok\r\n250 ok\r\n354 go\r\n");
  EXPECT_EQ(Hear("250 taken\r\n"), "QUIT\r\n");
  Hear("221 bye\r\n");
  EXPECT_TRUE(session_.over());
  EXPECT_EQ(mails_.size(), 2u);
}

TEST_F(SessionTest, ToldAwayInTheGreeting) {
  EXPECT_EQ(Hear("554 not you\r\n"), "");
  EXPECT_TRUE(session_.refused());
  EXPECT_TRUE(session_.over());
}

}  // namespace
}  // namespace vefa::notification::smtp
