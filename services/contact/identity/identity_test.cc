#include "services/contact/identity/identity.h"

#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

TEST(IdentityTest, WhatIsToBeDoneFollowsFromWhoIsThereAndWhoIsNamed) {
  using enum IdentifyStep;
  using enum Named;
  struct Row {
    bool linked, anonymous;
    Named named;
    IdentifyStep step;
  };
  for (const Row& row : std::initializer_list<Row>{{false, false, kNobody, kCreateVisitor},
                                                   {false, false, kSomebodyNew, kCreateContact},
                                                   {false, false, kAnother, kLink},
                                                   {true, true, kNobody, kKnown},
                                                   {true, true, kTheSame, kKnown},
                                                   {true, true, kSomebodyNew, kComplete},
                                                   {true, true, kAnother, kMerge},
                                                   {true, false, kNobody, kKnown},
                                                   {true, false, kTheSame, kKnown},
                                                   {true, false, kSomebodyNew, kRefuse},
                                                   {true, false, kAnother, kRefuse}})
    EXPECT_EQ(StepOf(row.linked, row.anonymous, row.named), row.step) << row.linked << row.anonymous << static_cast<int>(row.named);
}

TEST(IdentityTest, SaysAllThatIsWrong) {
  std::vector<Violation> violations;
  Check({{}, {}, "Web", std::string(201, 'x') + "\n", false, {}}, "identity.", violations);
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations[0].field, "identity.source");
  EXPECT_EQ(violations[1].reason, "TOO_LONG");
  EXPECT_EQ(violations[2].reason, "CONTROL_CHARACTER");
  violations.clear();
  Check({{}, {}, "web", "\xC3\x87i\xC4\x9F""dem|42", false, {}}, "", violations);
  EXPECT_TRUE(violations.empty());
}

}  // namespace
}  // namespace vefa::contact
