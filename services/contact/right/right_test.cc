#include "services/contact/right/right.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "services/contact/consent/consent_check.h"
#include "services/contact/right/right_profile.h"

namespace vefa::contact {
namespace {

Time At(const char* text) { return *ParseTime(text); }

std::string Due(const char* code, const char* received, bool extended = false) {
  return ToRfc3339(DueTime(*FindRightProfile(code, At(received)), At(received), extended)).substr(0, 16);
}

TEST(RightProfileTest, TheClockEndsWithTheLastDayOnTheWallOfTheLaw) {
  // Istanbul is three hours ahead: what comes in at 22:00 UTC is of the day after.
  EXPECT_EQ(Due("TR", "2026-01-05T10:00:00Z"), "2026-02-04T21:00");
  EXPECT_EQ(Due("TR", "2026-01-05T22:00:00Z"), "2026-02-05T21:00");
  EXPECT_EQ(Due("EU", "2026-03-15T10:00:00Z"), "2026-04-15T22:00") << "in summer, as it is then";
  EXPECT_EQ(Due("DE", "2026-01-31T10:00:00Z"), "2026-02-28T23:00") << "a month that lacks the day";
  EXPECT_EQ(Due("EU", "2026-01-31T10:00:00Z", true), "2026-04-30T22:00") << "three months from the beginning, not from the 28th";
  EXPECT_EQ(Due("US", "2026-01-01T12:00:00Z"), "2026-02-16T08:00");
  EXPECT_EQ(Due("US", "2026-01-01T12:00:00Z", true), "2026-04-02T07:00");
  EXPECT_EQ(Due("DEFAULT", "2026-01-01T00:00:00Z"), "2026-02-01T00:00");
}

TEST(RightProfileTest, EveryVersionIsFoundAndHasAClock) {
  EXPECT_EQ(FindRightProfile("XX", At("2026-01-01")), nullptr);
  for (const RightProfile& profile : RightProfiles()) {
    EXPECT_EQ(FindRightProfile(profile.code, profile.version), &profile);
    EXPECT_NE((profile.months == 0), (profile.days == 0)) << profile.code;
    EXPECT_NE(FindRightProfile(profile.code, At("1990-01-01")), nullptr) << "older than the law";
  }
}

TEST(RightTest, ThereAreTheseStepsAndNoOthers) {
  using enum RightState;
  const RightState all[] = {kReceived, kIdentityCheck, kInProgress, kFulfilled, kRejected, kWithdrawn};
  auto allowed = [&](RightKind kind) {
    std::string steps;
    for (RightState from : all)
      for (RightState to : all)
        if (MayStep(kind, from, to)) steps += std::to_string(static_cast<int>(from)) + std::to_string(static_cast<int>(to)) + " ";
    return steps;
  };
  EXPECT_EQ(allowed(RightKind::kErasure), "12 13 15 16 23 25 26 34 35 36 ");
  EXPECT_EQ(allowed(RightKind::kObjection), "12 13 14 15 16 23 24 25 26 34 35 36 ") << "what only stops things need not wait";
}

TEST(RightTest, EverythingThatIsWrongIsSaid) {
  RightsRequest request;
  request.kind = RightKind::kAccess;
  request.intake = 9;
  request.receive_time = At("2026-01-02");
  request.purposes = {"Not a code"};
  request.note = std::string(2001, 'x');
  std::vector<Violation> violations;
  Normalise(request, At("2026-01-01"), violations);
  std::string said;
  for (const Violation& one : violations) said += one.field + " " + one.reason + "\n";
  EXPECT_EQ(said,
            "rights_request.intake REQUIRED\nrights_request.receive_time IN_THE_FUTURE\nrights_request.note TOO_LONG\n"
            "rights_request.purposes NOT_AN_OBJECTION\nrights_request.purposes PURPOSE_SYNTAX\n");
}

TEST(RightTest, LongerOnceAndInTime) {
  RightsRequest request;
  request.profile = "EU";
  request.profile_version = 1;
  request.receive_time = At("2026-01-10T10:00:00Z");
  request.due_time = DueTime(*FindRightProfile("EU", 1), request.receive_time, false);
  EXPECT_EQ(Extended(request, request.due_time).error().reason, "EXTENSION_LATE");
  auto longer = Extended(request, At("2026-02-01"));
  ASSERT_TRUE(longer.ok());
  EXPECT_EQ(ToRfc3339(*longer).substr(0, 10), "2026-04-10");
  request.extend_time = At("2026-02-01");
  EXPECT_EQ(Extended(request, At("2026-02-02")).error().reason, "EXTENSION_USED");
  request.extend_time.reset();
  request.profile = "TR";
  EXPECT_EQ(Extended(request, At("2026-02-01")).error().reason, "EXTENSION_NONE");
  request.state = RightState::kRejected;
  EXPECT_EQ(Extended(request, At("2026-02-01")).error().reason, "RIGHTS_STEP");
}

TEST(RightTest, WhoObjectsToEverythingStillGetsTheBill) {
  ConsentKnowledge known{.contact_exists = true, .state = ConsentState::kGranted, .since = {}};
  known.objected_since = At("2026-01-01");
  for (int basis = 0; basis <= 6; ++basis) {
    known.basis = static_cast<LawfulBasis>(basis);
    const bool may_object = basis < 2 || basis > 4;
    known.objects_to_purpose = false;
    EXPECT_EQ(Decide(known).reason, may_object ? ConsentReason::kObjected : ConsentReason::kGranted) << basis;
    known.objects_to_purpose = true;
    EXPECT_EQ(Decide(known).reason, ConsentReason::kObjected) << basis;
  }
  known.restricted_since = At("2026-01-02");
  EXPECT_EQ(Decide(known).reason, ConsentReason::kRestricted);
  EXPECT_FALSE(Decide(known).allowed);
}

}  // namespace
}  // namespace vefa::contact
