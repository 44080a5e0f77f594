#include "tests/mail_sink/session.h"

#include <gtest/gtest.h>

namespace vefa::mail_sink {
namespace {

class SessionTest : public testing::Test {
 protected:
  SessionTest() : session_(settings_, faults_, counters_, *mailbox_) { session_.output().clear(); }

  // What the sink answers to `bytes`.
  std::string Say(std::string_view bytes) {
    session_.Receive(bytes);
    std::string answer = session_.output();
    session_.output().clear();
    return answer;
  }
  void Open() { Say("EHLO client.example\r\n"); }
  void Envelope() {
    EXPECT_EQ(Say("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"),
              "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End with CR LF . CR LF\r\n");
  }

  SystemClock clock_;
  Settings settings_{.refuse_prefixes = {"gone."}};
  Faults faults_;
  Counters counters_;
  std::unique_ptr<Mailbox> mailbox_ = *Mailbox::Open("", "", clock_);
  Session session_;
};

TEST_F(SessionTest, OffersItsExtensions) {
  EXPECT_EQ(Say("EHLO client.example\r\n"),
            "250-sink.vefa.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n"
            "250 ENHANCEDSTATUSCODES\r\n");
  EXPECT_EQ(Say("HELO client.example\r\n"), "250 sink.vefa.example\r\n");
  EXPECT_EQ(Say("EHLO\r\n"), "501 5.5.4 Say your name\r\n");
}

TEST_F(SessionTest, TakesMailAfterMailInOneGroup) {
  Open();
  Envelope();
  EXPECT_EQ(Say("Subject: x\r\n\r\nhello\r\n.\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<e@d.example>\r\nDATA\r\n"),
            "250 2.0.0 Ok: queued as 1\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End with CR LF . CR LF\r\n");
  EXPECT_EQ(Say("Subject: y\r\n\r\nhello\r\n.\r\n"), "250 2.0.0 Ok: queued as 2\r\n");
  EXPECT_EQ(mailbox_->accepted(), 2);
  EXPECT_EQ(Say("QUIT\r\n"), "221 2.0.0 Bye\r\n");
  EXPECT_TRUE(session_.closing());
}

TEST_F(SessionTest, TakesMailInAnyPieces) {
  Open();
  Envelope();
  std::string mail = "Message-ID: <1@x>\r\n\r\n..dot\r\n.\r\n";
  std::string answer;
  for (char octet : mail) answer += Say(std::string(1, octet));
  EXPECT_EQ(answer, "250 2.0.0 Ok: queued as 1\r\n");
  EXPECT_EQ(mailbox_->bytes(), static_cast<int64_t>(std::string("Message-ID: <1@x>\r\n\r\n.dot\r\n").size()));
}

TEST_F(SessionTest, NoticesASecondCopy) {
  Open();
  for (int i = 0; i < 2; ++i) {
    Envelope();
    Say("Message-ID: <1@x>\r\n\r\nhello\r\n.\r\n");
  }
  EXPECT_EQ(mailbox_->accepted(), 2);
  EXPECT_EQ(mailbox_->distinct(), 1);
  EXPECT_EQ(mailbox_->repeated(), 1);
}

class SmugglingTest : public SessionTest, public testing::WithParamInterface<const char*> {};

TEST_P(SmugglingTest, IsRefusedAndTheConnectionEnds) {
  Open();
  Envelope();
  EXPECT_EQ(Say(GetParam()), "554 5.6.0 Lines end with CR LF, and neither stands alone\r\n");
  EXPECT_TRUE(session_.closing());
  EXPECT_EQ(mailbox_->accepted(), 0);
  EXPECT_EQ(counters_.bare_line_ends, 1);
}
INSTANTIATE_TEST_SUITE_P(BareOctets, SmugglingTest,
                         testing::Values("x\n.\nMAIL FROM:<evil@b.example>\r\n", "x\n.\r\nMAIL FROM:<e@b.example>\r\n",
                                         "x\r\n.\nMAIL FROM:<e@b.example>\r\n", "x\r.\r\n.\r\n", "x\ry\r\n.\r\n",
                                         "x\r\r\n.\r\n"));

TEST_F(SessionTest, RefusesABareLineFeedInACommand) {
  EXPECT_EQ(Say("EHLO client.example\n"), "500 5.5.2 Lines end with CR LF, and neither stands alone\r\n");
  EXPECT_TRUE(session_.closing());
}

TEST_F(SessionTest, RefusesTextBeforeIts354) {
  Open();
  Say("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n");
  EXPECT_EQ(Say("DATA\r\nSubject: early\r\n"), "503 5.5.1 Improper pipelining\r\n");
  EXPECT_EQ(counters_.improper_pipelining, 1);
}

TEST_F(SessionTest, RefusesARecipientAndThenTheData) {
  Open();
  EXPECT_EQ(Say("MAIL FROM:<a@b.example>\r\nRCPT TO:<gone.7@d.example>\r\nDATA\r\n"),
            "250 2.1.0 Ok\r\n550 5.1.1 No such mailbox\r\n554 5.5.1 No valid recipients\r\n");
  EXPECT_EQ(Say("MAIL FROM:<a@b.example>\r\n"), "503 5.5.1 Nested MAIL\r\n");
  EXPECT_EQ(Say("RSET\r\nMAIL FROM:<a@b.example>\r\n"), "250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n");
  EXPECT_EQ(counters_.refused_recipients, 1);
}

TEST_F(SessionTest, KnowsWhatAnAddressIs) {
  Open();
  EXPECT_EQ(Say("MAIL FROM:<>\r\n"), "250 2.1.0 Ok\r\n");
  for (const char* bad : {"RCPT TO:<>", "RCPT TO:<a>", "RCPT TO:<a@>", "RCPT TO:<a..b@c.example>", "RCPT TO: <a@b.c>",
                          "RCPT TO:a@b.c", "RCPT TO:<a b@c.d>", "RCPT TO:<a@b.c> X=1", "RCPT TO:<\xC3\xBC@b.c>"})
    EXPECT_EQ(Say(std::string(bad) + "\r\n"), "501 5.1.3 Bad recipient\r\n") << bad;
  EXPECT_EQ(Say("RCPT TO:<\"a b\"@c.example>\r\n"), "250 2.1.5 Ok\r\n");
}

TEST_F(SessionTest, HoldsItsLimits) {
  Open();
  EXPECT_EQ(Say("MAIL FROM:<a@b.example> SIZE=99999999\r\n"), "552 5.3.4 Too large\r\n");
  EXPECT_EQ(Say("MAIL FROM:<a@b.example> HOLDFOR=1\r\n"), "555 5.5.4 Parameter not known\r\n");
  Envelope();
  EXPECT_EQ(Say(std::string(999, 'a') + "\r\n.\r\n"), "554 5.6.0 A line is longer than 998 octets\r\n");
  Envelope();
  EXPECT_EQ(Say(std::string(998, 'a') + "\r\n.\r\n"), "250 2.0.0 Ok: queued as 1\r\n");
  Envelope();
  EXPECT_EQ(Say(std::string(3000, 'a')), "");
  EXPECT_EQ(Say(std::string(3000, 'a') + "\r\n.\r\n"), "554 5.6.0 A line is longer than 998 octets\r\n");
  Envelope();
  EXPECT_EQ(Say("\xC5\x9Eule\r\n.\r\n"), "554 5.6.1 Octets that were not declared\r\n");
  EXPECT_EQ(Say(std::string(5000, 'a')), "500 5.5.2 Command line too long\r\n");
}

TEST_F(SessionTest, MisbehavesWhenTold) {
  Open();
  faults_.tempfail = 1;
  EXPECT_EQ(Say("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRSET\r\n"),
            "250 2.1.0 Ok\r\n451 4.3.0 Try again later\r\n250 2.0.0 Ok\r\n");
  faults_.mixed_codes = 1;
  Envelope();
  EXPECT_EQ(Say("x\r\n.\r\n"), "250-2.0.0 Ok: queued as 1\r\n451 4.3.0 Or not\r\n");
  faults_.close_after_dot = 1;
  Envelope();
  EXPECT_EQ(Say("x\r\n.\r\n"), "");
  EXPECT_TRUE(session_.abandoned());
  EXPECT_EQ(mailbox_->accepted(), 2);
  EXPECT_EQ(counters_.closed_after_dot, 1);
}

}  // namespace
}  // namespace vefa::mail_sink
