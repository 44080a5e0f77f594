#include "services/contact/iys/iys_fixture.h"

namespace vefa::contact {
namespace {

class IysGaugesTest : public IysTest {
 protected:
  // Somebody else speaks for the tenant: the loop counts, and does nothing else.
  void Count(const std::vector<std::string>& lines) {
    database_.Run("UPDATE iys_account SET lease_time = 'infinity'");
    IysLoop loop(database_.pump(), database_.service(), keeper_under_test_, now_, metrics_);
    for (const std::string& line : lines)
      EXPECT_TRUE(testing::Eventually([&] { return metrics_.Expose().find("\nvefa_contact_iys_" + line + "\n") != std::string::npos; })) << line;
    loop.Stop();
  }
};

TEST_F(IysGaugesTest, WhatIsLateRefusedOrNotFetchedIsCounted) {
  Open();
  ASSERT_EQ(Pull(), "");
  const Time pull_time = now_.Now();
  const std::string ayse = Turk("1"), ali = Turk("2", "ali@deniz.example");
  Says(ayse, v1::Consent::STATE_GRANTED, 60 * 24 * 30);  // Long after its three business days: IYS refuses it.
  TurnAround(3);
  ASSERT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_REFUSED);
  Says(ali, v1::Consent::STATE_GRANTED, 5);
  Settle();
  ASSERT_EQ(Entry(ali).state(), v1::IysEntry::STATE_WAITING);
  Count({"waiting 1", "due_soon 0", "overdue 0", "refused 1", "pull_age_seconds 1980"});

  const Time due_time = rpc::FromProto(Entry(ali).due_time());
  now_.Advance(due_time - std::chrono::hours(12) - now_.Now());
  Count({"waiting 1", "due_soon 1", "overdue 0", "refused 1"});
  now_.Advance(std::chrono::hours(13));
  const int64_t age = std::chrono::duration_cast<std::chrono::seconds>(now_.Now() - pull_time).count();
  EXPECT_GT(age, 24 * 3600);
  Count({"waiting 1", "due_soon 1", "overdue 1", "refused 1"});

  // What is fetched, passed on and answered is late no more.
  ASSERT_EQ(Pull(), "");
  TurnAround(3);
  Count({"waiting 0", "due_soon 0", "overdue 0", "refused 2"});
  database_.Run("UPDATE iys_account SET enabled = false");
  Count({"waiting 0", "refused 0", "pull_age_seconds 0"});
}

}  // namespace
}  // namespace vefa::contact
