#include "services/contact/relationship/relationship.h"

#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

using enum RelationshipStatus;

TEST(RelationshipTest, WhichStatusMayFollowWhich) {
  const std::vector<std::pair<RelationshipStatus, RelationshipStatus>> allowed{
      {kProposed, kActive}, {kActive, kPaused}, {kPaused, kActive}};
  for (RelationshipStatus before : {kProposed, kActive, kPaused, kEnded})
    for (RelationshipStatus after : {kProposed, kActive, kPaused, kEnded}) {
      bool listed = std::find(allowed.begin(), allowed.end(), std::pair(before, after)) != allowed.end();
      Status checked = CheckTransition(before, after);
      EXPECT_EQ(checked.ok(), listed || before == after) << static_cast<int>(before) << static_cast<int>(after);
      if (!checked.ok()) { EXPECT_EQ(checked.error().reason, "STATUS_TRANSITION"); }
    }
}

TEST(RelationshipTest, AccountabilityIsLostAndRestoredOnce) {
  const Uuid nobody;
  const Uuid user = *Uuid::Parse("0191e5f0-0000-7000-8000-0123456789ab");
  struct Case {
    RelationshipStatus status;
    bool before;
    Uuid accountable;
    AccountabilityTurn turn;
    bool after;
  };
  for (const Case& c : {Case{kActive, false, nobody, AccountabilityTurn::kLost, true},
                        Case{kActive, true, nobody, AccountabilityTurn::kNone, true},
                        Case{kActive, true, user, AccountabilityTurn::kRestored, false},
                        Case{kActive, false, user, AccountabilityTurn::kNone, false},
                        Case{kPaused, true, nobody, AccountabilityTurn::kRestored, false},
                        Case{kEnded, true, nobody, AccountabilityTurn::kRestored, false},
                        Case{kProposed, false, nobody, AccountabilityTurn::kNone, false}}) {
    Relationship relationship;
    relationship.status = c.status;
    EXPECT_EQ(SettleAccountability(c.before, c.accountable, relationship), c.turn) << static_cast<int>(c.status);
    EXPECT_EQ(relationship.unaccountable, c.after);
  }
}

TEST(RelationshipTest, ANoteMayHaveLines) {
  std::vector<Violation> violations;
  Personal<std::string> note = "  first\nsecond ";
  NormaliseNote(note, "note", violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(note.Reveal(), "first\nsecond");
  note = std::string("a\tb") + std::string(2000, 'x');
  NormaliseNote(note, "note", violations);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].reason, "TOO_LONG");
  EXPECT_EQ(violations[1].reason, "CONTROL_CHARACTER");
}

}  // namespace
}  // namespace vefa::contact
