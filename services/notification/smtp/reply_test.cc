#include "services/notification/smtp/reply.h"

#include <gtest/gtest.h>

namespace vefa::notification::smtp {
namespace {

using Step = ReplyReader::Step;

TEST(ReplyReaderTest, ReadsOneLine) {
  ReplyReader reader;
  Reply reply;
  reader.Add("250 2.1.0 Ok\r\n");
  ASSERT_EQ(reader.Next(reply), Step::kReply);
  EXPECT_EQ(reply.code, 250);
  EXPECT_EQ(reply.text, "2.1.0 Ok");
  EXPECT_EQ(reply.enhanced, "2.1.0");
  EXPECT_EQ(reader.Next(reply), Step::kMore);
}

TEST(ReplyReaderTest, ReadsManyLinesInAnyPieces) {
  ReplyReader reader;
  Reply reply;
  std::string text = "250-sink\r\n250-SIZE 10\r\n250 \r\n354\r\n";
  int replies = 0;
  for (char octet : text) {
    reader.Add(std::string_view(&octet, 1));
    if (reader.Next(reply) == Step::kReply && ++replies == 1) {
      EXPECT_EQ(reply.text, "sink\nSIZE 10\n");
    }
  }
  EXPECT_EQ(replies, 2);
  EXPECT_EQ(reply.code, 354);
}

TEST(ReplyReaderTest, ReadsSeveralRepliesOfOneRead) {
  ReplyReader reader;
  Reply reply;
  reader.Add("250 a\n550 5.1.1 b\r\n");  // A lone LF is tolerated on the way in.
  ASSERT_EQ(reader.Next(reply), Step::kReply);
  EXPECT_EQ(reply.text, "a");
  ASSERT_EQ(reader.Next(reply), Step::kReply);
  EXPECT_EQ(reply.enhanced, "5.1.1");
}

class GarbageTest : public testing::TestWithParam<std::string> {};
TEST_P(GarbageTest, IsNoticed) {
  ReplyReader reader;
  Reply reply;
  reader.Add(GetParam());
  EXPECT_EQ(reader.Next(reply), Step::kGarbage);
}
INSTANTIATE_TEST_SUITE_P(Kinds, GarbageTest,
                         testing::Values("hello\r\n", "25\r\n", "\r\n", "2500 x\r\n", "650 x\r\n", "150 x\r\n",
                                         "250-a\r\n451 b\r\n", "250_a\r\n", std::string(2050, '2'),
                                         "250 " + std::string(2050, 'x') + "\r\n", [] {
                                           std::string lines;
                                           for (int i = 0; i < 65; ++i) lines += "250-x\r\n";
                                           return lines;
                                         }()));

TEST(EnhancedCodeTest, FitsTheReplyCode) {
  EXPECT_EQ(EnhancedCodeOf(550, "5.1.1 no such user"), "5.1.1");
  EXPECT_EQ(EnhancedCodeOf(550, "5.7.515"), "5.7.515");
  EXPECT_EQ(EnhancedCodeOf(550, "4.1.1 lies"), "");
  EXPECT_EQ(EnhancedCodeOf(550, "5.1 no"), "");
  EXPECT_EQ(EnhancedCodeOf(550, "5.1.1no"), "");
  EXPECT_EQ(EnhancedCodeOf(550, "5.1234.1 no"), "");
  EXPECT_EQ(EnhancedCodeOf(250, ""), "");
}

TEST(PrintableTest, ShowsAnyOctets) {
  EXPECT_EQ(Printable("a\nb\r\xC3\xBC"), "a b\\x0d\\xc3\\xbc");
  EXPECT_LE(Printable(std::string(5000, 'x')).size(), 1000u);
}

}  // namespace
}  // namespace vefa::notification::smtp
