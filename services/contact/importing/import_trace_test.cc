#include "services/contact/importing/import_trace.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

SystemClock trace_clock;

Contact Somebody(const std::string& name, const std::string& email, const std::string& phone, const std::string& city) {
  Contact contact;
  contact.external_id = "c1";
  contact.display_name = name;
  contact.language = "en";
  contact.email = email;
  contact.phone = phone;
  if (!city.empty()) contact.attributes["city"] = city;
  SettlePoints(contact, trace_clock);
  return contact;
}

std::string OneOf(const std::vector<std::string>& texts) { return *rc::gen::elementOf(texts); }

void Change(Contact& contact) {
  contact.display_name = OneOf({"Ada", "Bea", "Cem"});
  contact.email = OneOf({"a@deniz.example", "b@deniz.example", "c@deniz.example"});
  contact.phone = OneOf({"+905321234567", "+905321234568"});
  contact.country = OneOf({"TR", "DE", ""});
  contact.attributes["city"] = OneOf({"İzmir", "Bonn"});
  contact.tags = {OneOf({"new", "old"})};
  SettlePoints(contact, trace_clock);
}

TEST(ImportTrace, WhatNobodyTouchedSinceIsAsBefore) {
  EXPECT_TRUE(rc::check("put back", [] {
    const Contact before = Somebody(OneOf({"Ada", "Bea"}), OneOf({"", "a@deniz.example", "b@deniz.example"}), OneOf({"", "+905321234567"}),
                                    OneOf({"", "İzmir"}));
    Contact after = before;
    Change(after);
    v1::ImportTrace trace = MakeTrace(before, after);
    if (*rc::gen::arbitrary<bool>()) {
      Contact later = after;
      Change(later);
      trace = JoinTraces(trace, MakeTrace(after, later));
      after = later;
    }
    RC_ASSERT(PutBack(trace, after).empty());
    RC_ASSERT(after.display_name == before.display_name && after.country == before.country && after.tags == before.tags);
    RC_ASSERT(after.attributes == before.attributes);
    RC_ASSERT(after.email == before.email && after.phone == before.phone);
    RC_ASSERT(after.points.size() == before.points.size());
  }));
}

TEST(ImportTrace, AnAddressThatOnlyTheImportBroughtGoes) {
  const Contact before = Somebody("Ada", "a@deniz.example", "", "");
  Contact after = before;
  after.email = std::string("b@deniz.example");
  SettlePoints(after, trace_clock);
  const v1::ImportTrace trace = MakeTrace(before, after);
  Contact back = after;
  EXPECT_TRUE(PutBack(trace, back).empty());
  EXPECT_EQ(back.points, before.points);
  // Verified since: it stays, and is not the primary one.
  for (ContactPoint& point : after.points) point.state = PointState::kValid;
  EXPECT_TRUE(PutBack(trace, after).empty());
  EXPECT_EQ(after.points.size(), 2u);
  EXPECT_EQ(after.email, before.email);
}

TEST(ImportTrace, WhatWasChangedSinceStaysAndIsNamed) {
  const Contact before = Somebody("Ada", "", "", "");
  Contact after = Somebody("Bea", "", "", "İzmir");
  after.country = "TR";
  const v1::ImportTrace trace = MakeTrace(before, after);
  EXPECT_FALSE(trace.before().has_create_time() || !trace.before().email().empty());
  after.display_name = std::string("Cem");
  after.attributes["city"] = std::string("Bonn");
  EXPECT_EQ(PutBack(trace, after), (std::vector<std::string>{"display_name", "attributes.city"}));
  EXPECT_EQ(after.country, "");
}

}  // namespace
}  // namespace vefa::contact
