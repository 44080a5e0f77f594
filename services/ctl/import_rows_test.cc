#include "services/ctl/import_rows.h"

#include <gtest/gtest.h>

namespace vefa::ctl {
namespace {

CsvRecord Record(std::vector<std::string> fields) {
  CsvRecord record;
  record.line = 7;
  record.fields = std::move(fields);
  return record;
}

Columns ColumnsOf(const char* kind, std::vector<std::string> names) {
  auto columns = Columns::Read(KindOf(kind), Record(std::move(names)));
  EXPECT_TRUE(columns.ok());
  return *columns;
}

std::string ReasonOf(const Result<Json>& row) { return row.ok() ? "" : row.error().violations.at(0).reason; }

TEST(ImportRows, ColumnsMayComeInAnyOrder) {
  Columns columns = ColumnsOf("consents", {"\xEF\xBB\xBF" "occur_time", "source", "state", "channel", "purpose", "contact_external_id"});
  auto row = ConsentRow(columns, Record({"1997-02-01", "shop", "granted", "email", "win-back", "c1"}));
  ASSERT_TRUE(row.ok());
  EXPECT_EQ((*row)["line"], 7);
  EXPECT_EQ((*row)["consent"]["contactExternalId"], "c1");
}

TEST(ImportRows, EveryMistakeOfTheFirstLineIsTold) {
  auto columns = Columns::Read(KindOf("orders"), Record({"external_id", "external_id", "colour", "occur_time", "total", "currency", "item_count"}));
  ASSERT_FALSE(columns.ok());
  EXPECT_EQ(columns.error().violations.size(), 3u);
}

TEST(ImportRows, ConsentsTakeShortWords) {
  Columns columns = ColumnsOf("consents", {"contact_external_id", "purpose", "channel", "state", "source", "occur_time"});
  auto row = ConsentRow(columns, Record({"c1", "win-back", "email", "granted", "shop", "1997-02-01"}));
  ASSERT_TRUE(row.ok());
  EXPECT_EQ((*row)["consent"]["consent"]["channel"], "CHANNEL_EMAIL");
  EXPECT_EQ((*row)["consent"]["consent"]["occurTime"], "1997-02-01T00:00:00.000000Z");
  EXPECT_EQ(ReasonOf(ConsentRow(columns, Record({"c1", "w", "fax", "granted", "shop", "1997-02-01"}))), "CHANNEL_UNKNOWN");
  EXPECT_EQ(ReasonOf(ConsentRow(columns, Record({"c1", "w", "email", "maybe", "shop", "1997-02-01"}))), "STATE_UNKNOWN");
  EXPECT_EQ(ReasonOf(ConsentRow(columns, Record({"c1", "w", "email", "granted", "shop", "1997-02-30"}))), "TIME_SYNTAX");
}

TEST(ImportRows, ConsentsBringTheirEvidence) {
  Columns columns = ColumnsOf("consents", {"contact_external_id", "purpose", "channel", "state", "source", "occur_time", "text_version",
                                           "capture_source", "recipient_type"});
  auto row = ConsentRow(columns, Record({"c1", "win-back", "email", "refused", "shop", "1997-02-01", "3", "HS_WEB", "tacir"}));
  ASSERT_TRUE(row.ok());
  const Json& consent = (*row)["consent"]["consent"];
  EXPECT_EQ(consent["state"], "STATE_REFUSED");
  EXPECT_EQ(consent["textVersion"], 3);
  EXPECT_EQ(consent["captureSource"], "HS_WEB");
  EXPECT_EQ(consent["recipientType"], "RECIPIENT_TYPE_TACIR");
  auto bare = ConsentRow(columns, Record({"c1", "win-back", "email", "granted", "shop", "1997-02-01", "", "", ""}));
  ASSERT_TRUE(bare.ok());
  EXPECT_FALSE((*bare)["consent"]["consent"].contains("textVersion"));
  EXPECT_EQ(ReasonOf(ConsentRow(columns, Record({"c1", "w", "email", "granted", "s", "1997-02-01", "x", "", ""}))), "NUMBER_SYNTAX");
  EXPECT_EQ(ReasonOf(ConsentRow(columns, Record({"c1", "w", "email", "granted", "s", "1997-02-01", "", "", "kim"}))), "RECIPIENT_TYPE_UNKNOWN");
}

TEST(ImportRows, OrdersAreReadExactly) {
  Columns columns = ColumnsOf("orders", {"external_id", "contact_external_id", "occur_time", "total", "currency", "item_count"});
  auto row = OrderRow(columns, Record({"o1", "c1", "1997-09-30", "12.07", "USD", "2"}), "contacts/x");
  ASSERT_TRUE(row.ok());
  EXPECT_EQ((*row)["order"]["total"].dump(), R"({"currencyCode":"USD","units":"12","nanos":70000000})");
  EXPECT_EQ((*row)["order"]["itemCount"], 2);
  EXPECT_EQ(ReasonOf(OrderRow(columns, Record({"o1", "c1", "30.09.1997", "1", "USD", "2"}), "c")), "TIME_SYNTAX");
  EXPECT_EQ(ReasonOf(OrderRow(columns, Record({"o1", "c1", "1997-09-30", "1,5", "USD", "2"}), "c")), "AMOUNT_SYNTAX");
  EXPECT_EQ(ReasonOf(OrderRow(columns, Record({"o1", "c1", "1997-09-30", "1", "USD", "two"}), "c")), "NUMBER_SYNTAX");
}

TEST(ImportRows, MoneyKeepsItsSign) {
  auto money = MoneyFrom("-0.5", "EUR");
  ASSERT_TRUE(money.ok());
  EXPECT_EQ((*money)["nanos"], -500000000);
  EXPECT_FALSE(MoneyFrom("", "EUR").ok());
  EXPECT_FALSE(MoneyFrom("1.", "EUR").ok());
  EXPECT_FALSE(MoneyFrom("1.0000000001", "EUR").ok());
  EXPECT_FALSE(MoneyFrom("9999999999999999", "EUR").ok());
}

TEST(ImportRows, DuplicatesNameTheFirstLine) {
  Duplicates duplicates;
  EXPECT_EQ(duplicates.Meet("a", 2), 0);
  EXPECT_EQ(duplicates.Meet("b", 3), 0);
  EXPECT_EQ(duplicates.Meet("a", 4), 2);
}

}  // namespace
}  // namespace vefa::ctl
