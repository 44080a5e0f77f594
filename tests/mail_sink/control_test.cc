#include "tests/mail_sink/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vefa::mail_sink {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ControlTest : public testing::Test {
 protected:
  std::string Ask(const std::string& line) { return Control(line + " HTTP/1.1\r\n\r\n", faults_, counters_, *mailbox_); }

  SystemClock clock_;
  Faults faults_;
  Counters counters_;
  std::unique_ptr<Mailbox> mailbox_ = *Mailbox::Open("", "", clock_);
};

TEST_F(ControlTest, TellsTheCounts) {
  mailbox_->Accept({"a@b.example", {"c@d.example"}, "Message-ID: <1@x>\r\n\r\nx"});
  counters_.refused_recipients = 3;
  std::string answer = Ask("GET /stats");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("{\"accepted\":1,\"distinct\":1,\"accepted_twice\":0,"));
  EXPECT_THAT(answer, HasSubstr("\"refused_recipients\":3"));
}

TEST_F(ControlTest, SetsAndResetsFaults) {
  EXPECT_THAT(Ask("POST /fault?kind=tempfail&count=5&stage=dot"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(faults_.tempfail, 5);
  EXPECT_EQ(faults_.tempfail_stage, "dot");
  EXPECT_THAT(Ask("POST /fault?kind=slow&ms=20"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(faults_.slow_ms, 20);
  EXPECT_THAT(Ask("POST /reset"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(faults_.tempfail, 0);
  EXPECT_EQ(faults_.slow_ms, 0);
}

TEST_F(ControlTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Ask("POST /fault?kind=explode"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("POST /fault?kind=hang&count=x"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET /nowhere"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask("GET /fault?kind=hang"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Control("garbage", faults_, counters_, *mailbox_), StartsWith("HTTP/1.1 400"));
}

}  // namespace
}  // namespace vefa::mail_sink
