#include "services/interaction/order/order_proto.h"

#include "libs/rpc/time.h"

namespace vefa::interaction {
namespace {

// The bounds of google.protobuf.Timestamp: years 1 to 9999.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;

bool IsTimestamp(const google::protobuf::Timestamp& proto) {
  return proto.seconds() >= kFirstSecond && proto.seconds() <= kLastSecond && proto.nanos() >= 0 &&
         proto.nanos() <= 999'999'999;
}

}  // namespace

Order OrderFromProto(const v1::Order& proto, std::string_view prefix, std::vector<Violation>& violations) {
  auto broken = [&](const char* field, const char* reason, const char* description) {
    violations.push_back({std::string(prefix) + field, reason, description});
  };
  Order order;
  auto contact = ParseResourceName("contacts", proto.contact());
  if (contact.ok()) {
    order.contact = *contact;
  } else {
    broken("contact", "NAME_SYNTAX", "Say who bought as contacts/{uuid}.");
  }
  order.external_id = proto.external_id();
  if (!proto.has_occur_time()) {
    broken("occur_time", "REQUIRED", "Say when the order was placed.");
  } else if (!IsTimestamp(proto.occur_time())) {
    broken("occur_time", "TIME_INVALID", "Give a time of the years 1900 to now.");
  } else {
    order.occur_time = rpc::FromProto(proto.occur_time());
  }
  order.currency = proto.total().currency_code();
  if (auto total = Hundredths(proto.total().units(), proto.total().nanos())) {
    order.total = *total;
  } else {
    broken("total", "TOTAL_RANGE", "Give an amount of 0 to 10^12 units with at most two decimal places.");
  }
  order.item_count = proto.item_count();
  return order;
}

google::type::Money MoneyToProto(const Order& order) {
  google::type::Money proto;
  proto.set_currency_code(order.currency);
  proto.set_units(order.total / 100);
  proto.set_nanos(static_cast<int32_t>(order.total % 100) * kNanosPerHundredth);
  return proto;
}

}  // namespace vefa::interaction
