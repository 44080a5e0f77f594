#include "libs/testing/soon.h"
#include "services/contact/contact_store.h"

#include <gtest/gtest.h>

#include "libs/testing/engines.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::contact {
namespace {

class ContactStoreTest : public ::testing::Test {
 protected:
  Contact Person(int n) {
    Contact contact;
    contact.external_id = std::to_string(n);
    contact.display_name = "Person " + std::to_string(n);
    contact.email = "person." + std::to_string(n) + "@cdnow.example";
    contact.language = n % 2 == 0 ? "tr" : "en";
    return contact;
  }
  std::vector<Upserted> Upsert(const std::vector<Contact>& contacts) {
    auto sealer = *keys_.ForTenant(database_.tenant(), Soon());
    auto done = postgres::InTransaction(
        database_.service(), postgres::Scope::Tenant(database_.tenant()), Soon(),
        [&](postgres::Transaction& tx) { return UpsertContacts(tx, *sealer, {}, contacts, clock_); });
    EXPECT_TRUE(done.ok());
    return *done;
  }
  std::vector<Recorded> Record(const std::vector<ConsentOf>& consents) {
    auto done = postgres::InTransaction(
        database_.service(), postgres::Scope::Tenant(database_.tenant()), Soon(),
        [&](postgres::Transaction& tx) { return RecordConsents(tx, database_.tenant(), consents, clock_); });
    EXPECT_TRUE(done.ok());
    std::vector<Recorded> outcomes;
    for (const RecordedConsent& one : *done) outcomes.push_back(one.outcome);
    return outcomes;
  }

  SystemClock clock_;
  testing::TestDatabase database_{vefa_contact_migrations()};
  PiiKeys keys_{database_.service(), clock_, std::string(32, 'k')};
};

TEST_F(ContactStoreTest, EveryChangeIsOneEventAndARepeatIsNone) {
  EXPECT_EQ(Upsert({Person(1), Person(2)}).size(), 2u);
  EXPECT_TRUE(Upsert({Person(1), Person(2)}).empty());
  Contact changed = Person(2);
  changed.display_name = "İnci";
  auto again = Upsert({Person(1), changed, Person(3)});
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM outbox_pending"), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'contact.updated' AND aggregate_version = 2"), 1);
}

TEST_F(ContactStoreTest, ConsentLinesAppendOnceAndTheLatestRules) {
  Upsert({Person(1)});
  Time now = clock_.Now();
  Consent granted{"win-back", Channel::kEmail, ConsentState::kGranted, "checkout", now - std::chrono::hours(2), {}};
  Consent withdrawn = granted;
  withdrawn.state = ConsentState::kWithdrawn;
  withdrawn.occur_time = now - std::chrono::hours(1);
  auto first = Record({{"1", {}, withdrawn, {}, {}}, {"nobody", {}, granted, {}, {}}});
  EXPECT_EQ(first[0], Recorded::kNew);
  EXPECT_EQ(first[1], Recorded::kNoContact);
  // The grant is older than the withdrawal, though it is recorded later.
  EXPECT_EQ(Record({{"1", {}, granted, {}, {}}})[0], Recorded::kNew);
  EXPECT_EQ(Record({{"1", {}, granted, {}, {}}})[0], Recorded::kRepeated);
  EXPECT_EQ(database_.Count("SELECT state FROM consent_state"), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_log"), 2);
  EXPECT_EQ(database_.Count("SELECT max(aggregate_version) FROM event_log"), 3);
}

TEST_F(ContactStoreTest, PagesHaveNoGapsInEveryOrder) {
  std::vector<Contact> people;
  for (int n = 0; n < 25; ++n) people.push_back(Person(n));
  people[3].display_name = "Çağla";
  people[4].display_name = "Cem";
  people[5].display_name = "Dağ";
  Upsert(people);
  for (const char* order : {"create_time", "display_name", "external_id"}) {
    for (bool descending : {false, true}) {
      ContactPage page{order, descending, {}, {}, 7};
      std::vector<std::string> seen;
      for (;;) {
        auto rows = ListContacts(database_.service(), database_.tenant(), page, Soon());
        ASSERT_TRUE(rows.ok());
        for (const Contact& contact : *rows) seen.push_back(contact.external_id);
        if (rows->size() < 7) break;
        page.after = PageKeys(rows->back(), order);
      }
      EXPECT_EQ(seen.size(), 25u) << order;
      EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 25u) << order;
    }
  }
  ContactPage by_name{"display_name", false, {}, {}, 3};
  auto rows = ListContacts(database_.service(), database_.tenant(), by_name, Soon());
  EXPECT_EQ((*rows)[0].display_name, "Cem");
  EXPECT_EQ((*rows)[1].display_name, "Çağla");
}

TEST_F(ContactStoreTest, AnotherTenantSeesNothing) {
  auto done = Upsert({Person(1)});
  auto other = GetContacts(database_.service(), database_.other_tenant(), {done[0].id}, {"1"}, Soon());
  ASSERT_TRUE(other.ok());
  EXPECT_TRUE(other->empty());
  // Row-level security holds even where a statement forgets the tenant.
  static const postgres::Statement kAll{"test_all", "SELECT count(*) FROM contact"};
  auto rows = database_.service().Run(postgres::Scope::Tenant(database_.other_tenant()), kAll, {}, Soon());
  EXPECT_EQ(rows->Int64(0, 0), 0);
}

}  // namespace
}  // namespace vefa::contact
