#include "services/ctl/csv.h"

#include <gtest/gtest.h>

#include <sstream>

namespace vefa::ctl {
namespace {

std::vector<CsvRecord> ReadAll(const std::string& text) {
  std::istringstream input(text);
  CsvReader reader(input);
  std::vector<CsvRecord> records;
  while (auto record = reader.Next()) records.push_back(std::move(*record));
  return records;
}

using Cells = std::vector<std::string>;

TEST(Csv, ReadsFieldsQuotesAndLineEnds) {
  auto records = ReadAll("a,b\r\n\"1,5\",\"say \"\"hi\"\"\"\n,\n\"two\nlines\",x");
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].fields, (Cells{"a", "b"}));
  EXPECT_EQ(records[1].fields, (Cells{"1,5", "say \"hi\""}));
  EXPECT_EQ(records[2].fields, (Cells{"", ""}));
  EXPECT_EQ(records[3].fields, (Cells{"two\nlines", "x"}));
  EXPECT_EQ(records[3].line, 4);
}

TEST(Csv, CountsLinesAcrossQuotedLineEndsAndEmptyLines) {
  auto records = ReadAll("\"a\r\nb\"\r\n\r\n\nc\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].fields, (Cells{"a\r\nb"}));
  EXPECT_EQ(records[1].line, 5);
}

TEST(Csv, RejectsAMisplacedQuoteAndGoesOn) {
  auto records = ReadAll("a\"b,c\n\"d\"e\nok\n");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].reject->reason, "QUOTE_MISPLACED");
  EXPECT_EQ(records[1].reject->reason, "QUOTE_MISPLACED");
  EXPECT_EQ(records[1].reject->line, 2);
  EXPECT_EQ(records[2].fields, (Cells{"ok"}));
}

TEST(Csv, AQuoteLeftOpenCostsOneLine) {
  auto records = ReadAll("x,\"open\ngood,1\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].reject->reason, "QUOTE_NOT_CLOSED");
  EXPECT_EQ(records[1].fields, (Cells{"good", "1"}));
  EXPECT_EQ(records[1].line, 2);
}

TEST(Csv, RejectsWhatIsNotUtf8) {
  auto records = ReadAll("a\nb\xFF\nc\n");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].reject->reason, "NOT_UTF8");
  EXPECT_FALSE(records[2].reject);
}

// A source of 64 MiB in one line that is never in memory as a whole.
class EndlessLine : public std::streambuf {
 public:
  int_type underflow() override {
    if (left_ == 0) return traits_type::eof();
    --left_;
    block_.assign(1 << 16, 'x');
    if (left_ == 0) block_ = "\nnext,line\n";
    setg(block_.data(), block_.data(), block_.data() + block_.size());
    return traits_type::to_int_type(*gptr());
  }

 private:
  int left_ = 1025;
  std::string block_;
};

TEST(Csv, AHugeLineIsRejectedAndTheNextOneRead) {
  EndlessLine source;
  std::istream input(&source);
  CsvReader reader(input);
  auto huge = reader.Next();
  ASSERT_TRUE(huge && huge->reject);
  EXPECT_EQ(huge->reject->reason, "RECORD_TOO_LONG");
  EXPECT_EQ(huge->reject->line, 1);
  auto next = reader.Next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->fields, (Cells{"next", "line"}));
  EXPECT_EQ(next->line, 2);
  EXPECT_FALSE(reader.Next());
}

TEST(Csv, ARecordMayEndAnywhereInABlock) {
  // Every length around the block's size, so that each byte once is the first of a new block.
  for (size_t length = 65530; length < 65542; ++length) {
    auto records = ReadAll(std::string(length, 'a') + ",\"b\"\"c\"\r\nd,e\r\n");
    ASSERT_EQ(records.size(), 2u) << length;
    EXPECT_EQ(records[0].fields[1], "b\"c") << length;
    EXPECT_EQ(records[1].fields, (Cells{"d", "e"})) << length;
  }
}

TEST(Csv, WritesFieldsThatItCanRead) {
  std::string line = CsvField("a,b") + "," + CsvField("say \"hi\"") + "," + CsvField("two\nlines") + "\n";
  EXPECT_EQ(ReadAll(line)[0].fields, (Cells{"a,b", "say \"hi\"", "two\nlines"}));
}

}  // namespace
}  // namespace vefa::ctl
