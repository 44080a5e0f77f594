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

// A source that is never in memory as a whole: a beginning, one block again and again, an end.
class Endless : public std::streambuf {
 public:
  Endless(std::string first, std::string block, int blocks, std::string last)
      : blocks_(blocks + 1), first_(std::move(first)), block_(std::move(block)), last_(std::move(last)) {}
  int_type underflow() override {
    if (left_ < 0) return traits_type::eof();
    std::string& now = left_ == blocks_ ? first_ : left_ == 0 ? last_ : block_;
    --left_;
    setg(now.data(), now.data(), now.data() + now.size());
    return traits_type::to_int_type(*gptr());
  }

 private:
  const int blocks_;
  int left_ = blocks_;
  std::string first_, block_, last_;
};

TEST(Csv, AHugeLineIsRejectedAndTheNextOneRead) {
  Endless source("x", std::string(1 << 16, 'x'), 1024, "\nnext,line\n");
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

// What is behind it may be a quoted field of many lines for as long as a record may be, and is then read line by line.
TEST(Csv, AQuoteLeftOpenInAHugeFileCostsOneLine) {
  std::string lines;
  while (lines.size() < (1 << 16)) lines += "good,1\n";
  Endless source("x,\"open\n", lines, 64, "last,2\n");
  std::istream input(&source);
  CsvReader reader(input);
  auto open = reader.Next();
  ASSERT_TRUE(open && open->reject);
  EXPECT_EQ(open->reject->reason, "RECORD_TOO_LONG");
  EXPECT_EQ(open->reject->line, 1);
  int64_t line = 1;
  std::optional<CsvRecord> last;
  while (auto record = reader.Next()) {
    ASSERT_FALSE(record->reject);
    ASSERT_EQ(record->line, ++line);
    last = std::move(record);
  }
  EXPECT_EQ(last->fields, (Cells{"last", "2"}));
  EXPECT_GT(line, 500'000);
}

TEST(Csv, ALoneReturnIsToldWhereverABlockEnds) {
  for (size_t length = 65530; length < 65542; ++length) {
    auto records = ReadAll(std::string(length, 'a') + "\rb,c\r\nd,e\r");
    ASSERT_EQ(records.size(), 2u) << length;
    ASSERT_TRUE(records[0].reject) << length;
    EXPECT_EQ(records[0].reject->reason, "LINE_END");
    EXPECT_EQ(records[1].fields, (Cells{"d", "e"})) << "the last line needs no end";
  }
}

TEST(Csv, AMarkOfTheFilesEncodingIsNoColumn) {
  for (const auto& [text, rest] : {std::pair{"\xEF\xBB\xBFid,x\n", "id,x\n"}, std::pair{"id,x\n", "id,x\n"}, std::pair{"i", "i"}, std::pair{"", ""}}) {
    std::istringstream input(text);
    ASSERT_TRUE(SkipByteOrderMark(input).ok());
    std::ostringstream left;
    left << input.rdbuf();
    EXPECT_EQ(left.str(), rest);
  }
  for (const char* text : {"\xFF\xFEi", "\xFE\xFFi"}) {
    std::istringstream input(text);
    EXPECT_EQ(SkipByteOrderMark(input).error().reason, "NOT_UTF8");
  }
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
