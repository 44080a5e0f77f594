#include "services/contact/point/point.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace vefa::contact {
namespace {

using std::chrono::seconds;

ContactPoint Point(PointKind kind, const char* value, int age = 0) {
  ContactPoint point;
  point.kind = kind;
  point.value = value;
  point.create_time = Time(seconds(1'000'000 + age));
  return point;
}

std::string ReasonOf(ContactPoint point, const char* country = "TR") {
  std::vector<Violation> violations;
  Normalise(point, country, "point.", violations);
  return violations.empty() ? point.value.Reveal() : violations.front().field + " " + violations.front().reason;
}

Uuid Id(int n) {
  Uuid id;
  id.bytes[15] = static_cast<uint8_t>(n);
  id.bytes[0] = 1;
  return id;
}

TEST(Point, ValuesComeToTheNormalFormOfTheirKind) {
  EXPECT_EQ(ReasonOf(Point(PointKind::kEmail, " Ayse@DENIZ.example ")), "ayse@deniz.example");
  EXPECT_EQ(ReasonOf(Point(PointKind::kEmail, "bilgi@ışık.example")), "bilgi@xn--k-ekaa7p.example");
  EXPECT_EQ(ReasonOf(Point(PointKind::kPhone, "0532 123 45 67")), "+905321234567");
  EXPECT_EQ(ReasonOf(Point(PointKind::kWhatsapp, "+49 151 23456789")), "+4915123456789");
  EXPECT_EQ(ReasonOf(Point(PointKind::kSocial, "instagram:ayse")), "instagram:ayse");
  EXPECT_EQ(ReasonOf(Point(PointKind::kPostal, "İstiklal Cd. 1\n34000  İstanbul")), "İstiklal Cd. 1 34000 İstanbul");
}

TEST(Point, WhatIsNoneIsRefused) {
  EXPECT_EQ(ReasonOf(Point(PointKind::kNone, "a")), "point.kind REQUIRED");
  EXPECT_EQ(ReasonOf(Point(PointKind::kEmail, "ayşe@deniz.example")), "point.value EMAIL_SYNTAX");
  EXPECT_EQ(ReasonOf(Point(PointKind::kEmail, "a@b")), "point.value EMAIL_SYNTAX");
  EXPECT_EQ(ReasonOf(Point(PointKind::kEmail, "a@-b.example")), "point.value EMAIL_SYNTAX");
  EXPECT_EQ(ReasonOf(Point(PointKind::kPhone, "532"), ""), "point.value PHONE_SYNTAX");
  EXPECT_EQ(ReasonOf(Point(PointKind::kSocial, "  ")), "point.value REQUIRED");
  EXPECT_EQ(ReasonOf(Point(PointKind::kSocial, "a\u202Eb")), "point.value CONTROL_CHARACTER");
  EXPECT_EQ(ReasonOf(Point(PointKind::kPush, std::string(201, 'a').c_str())), "point.value TOO_LONG");
  EXPECT_EQ(ReasonOf(Point(PointKind::kPush, "\xFF")), "point.value NOT_UTF8");
}

TEST(Point, ThePrimaryAddressFollowsWhatIsSaid) {
  ContactPoints points;
  SetPrimaryValue(points, PointKind::kEmail, std::string("a@x.example"), Id(1), Time(seconds(1)));
  SetPrimaryValue(points, PointKind::kEmail, std::string("b@x.example"), Id(2), Time(seconds(2)));
  EXPECT_EQ(PrimaryValue(points, PointKind::kEmail).Reveal(), "b@x.example");
  EXPECT_EQ(points.size(), 2u);
  // One that is there becomes the primary one again, and is not there twice.
  SetPrimaryValue(points, PointKind::kEmail, std::string("a@x.example"), Id(3), Time(seconds(3)));
  EXPECT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].id, Id(1));
  EXPECT_TRUE(points[0].primary);
  // Without it the oldest of the others follows.
  SetPrimaryValue(points, PointKind::kEmail, std::string(), Id(4), Time(seconds(4)));
  EXPECT_EQ(PrimaryValue(points, PointKind::kEmail).Reveal(), "b@x.example");
  EXPECT_EQ(PrimaryValue(points, PointKind::kPhone).Reveal(), "");
}

TEST(Point, StatesFollowTheirMachine) {
  ContactPoint point = Point(PointKind::kEmail, "a@x.example");
  EXPECT_EQ(SetState(point, PointState::kUnreachable, Time(seconds(1))).error().reason, "POINT_STATE_TRANSITION");
  ASSERT_TRUE(SetState(point, PointState::kValid, Time(seconds(2))).ok());
  EXPECT_EQ(point.verify_time, Time(seconds(2)));
  for (PointState state : {PointState::kRisky, PointState::kInvalid, PointState::kUnreachable, PointState::kValid})
    EXPECT_TRUE(SetState(point, state, Time(seconds(3))).ok());
  EXPECT_EQ(SetState(point, PointState::kUnverified, Time(seconds(4))).error().reason, "POINT_STATE_TRANSITION");
  EXPECT_EQ(point.state, PointState::kValid);
}

// Whatever is done in whatever order: of each kind that there is, one point is primary, and no address is there twice.
TEST(Point, OneOfAKindIsPrimaryAfterAnySequence) {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    std::mt19937 random(seed);
    ContactPoints points;
    for (int step = 0; step < 30; ++step) {
      auto kind = static_cast<PointKind>(1 + random() % 3);
      std::string value(1, static_cast<char>('a' + random() % 4));
      ContactPoint point = Point(kind, value.c_str(), step);
      point.primary = random() % 2 == 0;
      switch (points.empty() ? 0 : random() % 4) {
        case 0: AddPoint(points, point, Id(step)); break;
        case 1: RemovePoint(points, random() % points.size()); break;
        case 2: MakePrimary(points, random() % points.size()); break;
        default: SetPrimaryValue(points, kind, random() % 4 == 0 ? "" : value, Id(step), point.create_time); break;
      }
      std::map<PointKind, int> primaries;
      std::set<std::pair<PointKind, std::string>> values;
      for (const ContactPoint& each : points) {
        primaries[each.kind] += each.primary ? 1 : 0;
        EXPECT_TRUE(values.emplace(each.kind, each.value.Reveal()).second) << "seed " << seed;
      }
      for (const auto& [each, count] : primaries) ASSERT_EQ(count, 1) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace vefa::contact
