#include "services/interaction/order/order.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "services/interaction/order/order_proto.h"

namespace vefa::interaction {
namespace {

const Time kNow = *ParseTime("2026-01-15T12:00:00Z");

v1::Order Books() {
  v1::Order proto;
  proto.set_contact("contacts/0191e5f0-0000-7000-8000-0123456789ab");
  proto.set_external_id(" 42 ");
  proto.mutable_occur_time()->set_seconds(852076800);  // 1997-01-01
  proto.mutable_total()->set_currency_code("USD");
  proto.mutable_total()->set_units(12);
  proto.mutable_total()->set_nanos(770'000'000);
  proto.set_item_count(1);
  return proto;
}

Order Read(const v1::Order& proto, std::vector<Violation>& violations) {
  Order order = OrderFromProto(proto, "order.", violations);
  Normalise(order, "order.", kNow, violations);
  return order;
}

// The field and reason of the only broken rule.
std::string Broken(const v1::Order& proto) {
  std::vector<Violation> violations;
  Read(proto, violations);
  if (violations.size() != 1) return std::to_string(violations.size()) + " violations";
  return violations.front().field + " " + violations.front().reason;
}

TEST(OrderTest, IsBroughtToItsStoredForm) {
  std::vector<Violation> violations;
  Order order = Read(Books(), violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(order.external_id, "42");
  EXPECT_EQ(order.total, 1277);
  EXPECT_EQ(DecimalText(order.total), "12.77");
  EXPECT_EQ(MoneyToProto(order).SerializeAsString(), Books().total().SerializeAsString());
  EXPECT_EQ(order.occur_time, *ParseTime("1997-01-01"));
}

TEST(OrderTest, EveryBrokenFieldIsNamed) {
  auto broken = [](auto change) {
    v1::Order proto = Books();
    change(proto);
    return Broken(proto);
  };
  EXPECT_EQ(broken([](auto& o) { o.set_contact("contacts/42"); }), "order.contact NAME_SYNTAX");
  EXPECT_EQ(broken([](auto& o) { o.set_external_id("  "); }), "order.external_id REQUIRED");
  EXPECT_EQ(broken([](auto& o) { o.set_external_id(std::string(201, 'a')); }), "order.external_id TOO_LONG");
  EXPECT_EQ(broken([](auto& o) { o.set_external_id("a\tb"); }), "order.external_id CONTROL_CHARACTER");
  EXPECT_EQ(broken([](auto& o) { o.clear_occur_time(); }), "order.occur_time REQUIRED");
  EXPECT_EQ(broken([](auto& o) { o.mutable_occur_time()->set_seconds(INT64_MAX); }), "order.occur_time TIME_INVALID");
  EXPECT_EQ(broken([](auto& o) { o.mutable_occur_time()->set_nanos(-1); }), "order.occur_time TIME_INVALID");
  EXPECT_EQ(broken([](auto& o) { o.mutable_occur_time()->set_seconds(-2208988801); }), "order.occur_time TIME_TOO_OLD");
  EXPECT_EQ(broken([](auto& o) { o.mutable_occur_time()->set_seconds(1900000000); }), "order.occur_time TIME_IN_FUTURE");
  EXPECT_EQ(broken([](auto& o) { o.clear_total(); }), "order.total.currency_code CURRENCY_SYNTAX");
  EXPECT_EQ(broken([](auto& o) { o.mutable_total()->set_currency_code("usd"); }),
            "order.total.currency_code CURRENCY_SYNTAX");
  EXPECT_EQ(broken([](auto& o) { o.mutable_total()->set_units(-1); }), "order.total TOTAL_RANGE");
  EXPECT_EQ(broken([](auto& o) { o.mutable_total()->set_nanos(1); }), "order.total TOTAL_RANGE");
  EXPECT_EQ(broken([](auto& o) { o.set_item_count(0); }), "order.item_count ITEM_COUNT_RANGE");
}

TEST(OrderTest, AmountsHaveBounds) {
  EXPECT_EQ(Hundredths(0, 0), 0);
  EXPECT_EQ(Hundredths(0, 990'000'000), 99);
  EXPECT_EQ(Hundredths(1'000'000'000'000, 0), 100'000'000'000'000);
  EXPECT_EQ(Hundredths(1'000'000'000'001, 0), std::nullopt);
  EXPECT_EQ(Hundredths(INT64_MAX, 0), std::nullopt);
  EXPECT_EQ(Hundredths(1, 1'000'000'000), std::nullopt);
  EXPECT_EQ(DecimalText(5), "0.05");
}

}  // namespace
}  // namespace vefa::interaction
