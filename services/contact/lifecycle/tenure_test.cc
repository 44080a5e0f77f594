#include "services/contact/lifecycle/tenure.h"

#include "libs/base/text.h"
#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

class TenureTest : public ContactServiceTest {
 protected:
  using Stages = v1::LifecycleService::Stub;

  // A customer since a moment, with a birthday on `born`.
  Uuid Customer(const std::string& external_id, const std::string& since, const std::string& zone = "Europe/Istanbul", int born = 0) {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_time_zone(zone);
    Uuid id = *ParseResourceName("contacts", Call(&Stub::CreateContact, request)->name());
    v1::SetLifecycleStageRequest stage;
    stage.set_contact(ResourceName("contacts", id));
    stage.set_stage(v1::LIFECYCLE_STAGE_NEW_CUSTOMER);
    stage.set_reason("FIRST_ORDER");
    EXPECT_TRUE(Call(&Stages::SetLifecycleStage, stage).ok());
    database_.Run("UPDATE customer_tenure SET customer_since = '" + since + "', year_day = 32 * extract(month FROM '" + since +
                  "'::timestamptz AT TIME ZONE 'UTC') + extract(day FROM '" + since + "'::timestamptz AT TIME ZONE 'UTC') WHERE contact_id = '" +
                  id.ToString() + "'");
    database_.Run("UPDATE contact SET attributes = '{\"birthday\": {\"days\": " + std::to_string(born) + "}}' WHERE id = '" + id.ToString() + "'");
    return id;
  }
  // `since next years days_left` of each.
  std::vector<std::string> Coming(const char* now, int days, const std::string& attribute = "") {
    AnniversaryPage page;
    page.days = days;
    page.attribute = attribute;
    auto all = ListAnniversaries(database_.service(), tenant_, page, *ParseTime(now), Soon());
    EXPECT_TRUE(all.ok()) << all.error().message;
    std::vector<std::string> texts;
    if (!all.ok()) return texts;
    for (const Anniversary& one : *all)
      texts.push_back(DateText(one.since) + " " + DateText(one.next) + " " + std::to_string(one.years) + " " + std::to_string(one.days_left));
    return texts;
  }
};

using Texts = std::vector<std::string>;

TEST_F(TenureTest, AnAnniversaryIsOnThePersonsOwnCalendar) {
  // Half past eleven at night in London is the next day in Istanbul.
  Customer("1", "2020-03-04T23:30:00Z");
  Customer("2", "2020-03-04T23:30:00Z", "UTC");
  EXPECT_EQ(Coming("2026-03-04T12:00:00Z", 1), (Texts{"2020-03-04 2026-03-04 6 0"}));
  EXPECT_EQ(Coming("2026-03-04T12:00:00Z", 2), (Texts{"2020-03-04 2026-03-04 6 0", "2020-03-05 2026-03-05 6 1"}));
  // And so is today.
  EXPECT_EQ(Coming("2026-03-04T22:00:00Z", 1), (Texts{"2020-03-04 2026-03-04 6 0", "2020-03-05 2026-03-05 6 0"}));
  // Past ones are next year's, and the first day is none.
  EXPECT_EQ(Coming("2026-03-06T12:00:00Z", 366).size(), 2u);
  EXPECT_TRUE(Coming("2020-03-04T12:00:00Z", 1).empty());
  EXPECT_EQ(Coming("2020-03-04T23:45:00Z", 366), (Texts{"2020-03-04 2021-03-04 1 365", "2020-03-05 2021-03-05 1 365"}));
}

TEST_F(TenureTest, WhoCameOnTheLeapDayIsRememberedOnThe28th) {
  Customer("1", "2020-02-29T12:00:00Z");
  EXPECT_EQ(Coming("2026-02-28T12:00:00Z", 1), (Texts{"2020-02-29 2026-02-28 6 0"}));
  EXPECT_EQ(Coming("2026-02-20T12:00:00Z", 9), (Texts{"2020-02-29 2026-02-28 6 8"}));
  EXPECT_EQ(Coming("2028-02-28T12:00:00Z", 1), Texts());
  EXPECT_EQ(Coming("2028-02-29T12:00:00Z", 1), (Texts{"2020-02-29 2028-02-29 8 0"}));
  EXPECT_EQ(Coming("2027-03-01T12:00:00Z", 366), (Texts{"2020-02-29 2028-02-29 8 365"}));
}

TEST_F(TenureTest, BirthdaysAreOfADateAttribute) {
  Customer("1", "2020-06-01T12:00:00Z", "UTC", *DaysFromCivil(1990, 12, 31));
  Customer("2", "2020-06-01T12:00:00Z", "UTC", *DaysFromCivil(1992, 2, 29));
  EXPECT_EQ(Coming("2026-12-30T12:00:00Z", 2, "birthday"), (Texts{"1990-12-31 2026-12-31 36 1"}));
  EXPECT_EQ(Coming("2027-01-01T12:00:00Z", 60, "birthday"), (Texts{"1992-02-29 2027-02-28 35 58"}));
  EXPECT_EQ(Coming("2027-01-01T12:00:00Z", 366, "birthday").size(), 2u);
  // Only what is defined as a date may be asked for.
  v1::ListAnniversariesRequest request;
  request.set_attribute("birthday");
  request.set_days(400);
  EXPECT_EQ(Call(&Stages::ListAnniversaries, request).error().violations.size(), 2u);
}

// A date attribute may lie ahead; as a birthday it comes round only after it was.
TEST_F(TenureTest, ADayThatIsStillToComeIsNobodysBirthday) {
  Customer("1", "2020-06-01T12:00:00Z", "UTC", *DaysFromCivil(2030, 1, 1));
  Customer("2", "2020-06-01T12:00:00Z", "UTC", *DaysFromCivil(9999, 12, 31));
  Customer("3", "2020-06-01T12:00:00Z", "UTC", *DaysFromCivil(1, 1, 1));
  EXPECT_EQ(Coming("2026-12-30T12:00:00Z", 366, "birthday"), (Texts{"0001-01-01 2027-01-01 2026 2"}));
}

TEST_F(TenureTest, TheFirstPurchaseBeginsIt) {
  const Uuid ada = Customer("1", "2020-02-29T12:00:00Z");
  auto tenure = ReadTenure(database_.service(), tenant_, ada, *ParseTime("2026-02-28T12:00:00Z"), Soon());
  ASSERT_TRUE(tenure.ok() && *tenure);
  // As the anniversary has it.
  EXPECT_EQ((*tenure)->years, 6);
  v1::GetTenureRequest request;
  request.set_contact(ResourceName("contacts", ada));
  auto shown = Call(&Stages::GetTenure, request);
  ASSERT_TRUE(shown.ok()) << shown.error().reason;
  EXPECT_EQ(rpc::FromProto(shown->customer_since()), *ParseTime("2020-02-29T12:00:00Z"));
  EXPECT_TRUE(shown->has_stage_since());
  v1::ListAnniversariesRequest pages;
  pages.set_days(366);
  pages.set_page_size(1);
  Customer("2", "2021-05-05T12:00:00Z");
  auto first = Call(&Stages::ListAnniversaries, pages);
  ASSERT_TRUE(first.ok()) << first.error().reason;
  pages.set_page_token(first->next_page_token());
  auto second = Call(&Stages::ListAnniversaries, pages);
  ASSERT_EQ(second->anniversaries_size(), 1);
  EXPECT_NE(second->anniversaries(0).contact(), first->anniversaries(0).contact());
  EXPECT_TRUE(second->next_page_token().empty());
  ASSERT_TRUE(Erase(ResourceName("contacts", ada)).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM customer_tenure"), 1);
}

}  // namespace
}  // namespace vefa::contact
