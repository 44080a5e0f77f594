// Somebody is erased while an import speaks of them: they stay erased, the import goes on, and who is said to be them afterwards is
// somebody new, whose suppressed address is not written to.
#include <atomic>
#include <future>
#include <random>

#include "services/contact/consent/consent_check.h"
#include "services/contact/contact_erase.h"
#include "services/contact/importing/import_fixture.h"

namespace vefa::contact {
namespace {

constexpr char kWaiting[] = "SELECT count(*) FROM pg_locks WHERE NOT granted";

class ImportEraseTest : public ImportServiceTest {
 protected:
  static Uuid IdOf(const v1::Contact& contact) { return *ParseResourceName("contacts", contact.name()); }
  // Nothing that names them, no key, and nothing that an undo could put back.
  void ExpectGone(const std::string& name) {
    auto erased = Get(name);
    ASSERT_TRUE(erased.ok());
    EXPECT_TRUE(erased->has_erase_time());
    EXPECT_EQ(erased->display_name() + erased->email() + erased->phone(), "");
    const std::string of = " WHERE contact_id = '" + name.substr(9) + "'";
    for (const char* table : {"contact_point", "pii_key", "contact_import_change", "contact_own"})
      EXPECT_EQ(database_.Count("SELECT count(*) FROM " + std::string(table) + of), 0) << table;
  }
  bool WaitForWaiting(int64_t many) {
    return testing::Eventually([&] { return database_.Count(kWaiting) >= many; });
  }
};

TEST_F(ImportEraseTest, WhoIsErasedBetweenTwoChunksComesBackAsSomebodyNew) {
  const std::string import = Begin(Plan({"external_id", "display_name", "email"}));
  ASSERT_EQ(Sent(import, 1, {{"c1", "Ada", "ada@deniz.example"}, {"c2", "Bea", ""}}), "2 0 0 0 0 0");
  const v1::Contact first = Person("c1");
  ASSERT_TRUE(Erase(first.name()).ok());
  EXPECT_EQ(Sent(import, 2, {{"c1", "Ada L.", "ada@deniz.example"}, {"c2", "Bea L.", ""}}), "1 1 0 0 0 0");
  ExpectGone(first.name());
  const v1::Contact second = Person("c1");
  EXPECT_NE(second.name(), first.name());
  EXPECT_EQ(second.display_name(), "Ada L.");
  // Undone, the new one goes as well, and of the first there is nothing to put back.
  const int64_t version = Get(first.name())->version();
  EXPECT_EQ(Undo(import)->left_count(), 0);
  ExpectGone(second.name());
  EXPECT_EQ(Get(first.name())->version(), version);
}

TEST_F(ImportEraseTest, WhoIsFoundByAnAddressComesBackAndIsNotWrittenTo) {
  const v1::Contact first = Make("c1", "ada@deniz.example");
  const std::string import =
      Begin(Plan({"email", "display_name", "consents.win-back.email"}, v1::Import::POLICY_OVERWRITE, v1::Import::MATCH_EMAIL));
  const Rows rows{{"ada@deniz.example", "Ada L.", "yes"}};
  ASSERT_EQ(Sent(import, 1, rows), "0 1 0 0 0 1");
  ASSERT_TRUE(Erase(first.name()).ok());
  EXPECT_EQ(Sent(import, 2, rows), "1 0 0 0 0 1");
  ExpectGone(first.name());
  const v1::Contact second = Person("import-" + import.substr(8) + "-2001");
  ASSERT_EQ(second.email(), "ada@deniz.example");
  auto decisions = CheckConsents(database_.service(), tenant_, {{IdOf(second), "win-back", Channel::kEmail}}, clock_.Now(), Soon());
  ASSERT_TRUE(decisions.ok());
  EXPECT_EQ(decisions->front().reason, ConsentReason::kSuppressed);
}

// The erasure has the record; the chunk waits for it, and then there is nobody of that id.
TEST_F(ImportEraseTest, AChunkThatWaitsForAnErasureMakesSomebodyNew) {
  const v1::Contact first = Make("c1", "ada@deniz.example");
  Make("c2", "bea@deniz.example");
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  auto sealer = *keys_.ForTenant(tenant_, Soon());
  auto erasing = *database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon());
  ASSERT_TRUE(EraseRecord(erasing, *sealer, IdOf(first), {"TEST", false, true}, clock_).ok());
  auto chunk = std::async(std::launch::async, [&] { return Sent(import, 1, {{"c1", "Ada L."}, {"c2", "Bea L."}}); });
  ASSERT_TRUE(WaitForWaiting(1));
  ASSERT_TRUE(erasing.Commit().ok());
  EXPECT_EQ(chunk.get(), "1 1 0 0 0 0");
  ExpectGone(first.name());
  EXPECT_EQ(Person("c1").display_name(), "Ada L.");
}

// The chunk has the record; the erasure waits for it, and takes what the chunk has just written along.
TEST_F(ImportEraseTest, AnErasureThatWaitsForAChunkTakesItsWordsAlong) {
  const v1::Contact first = Make("c1", "ada@deniz.example");
  Make("c2", "bea@deniz.example");
  const std::string import = Begin(Plan({"external_id", "display_name", "email"}));
  static const postgres::Statement kHold{"test_hold", "SELECT 1 FROM contact WHERE external_id = 'c2' FOR UPDATE"};
  auto holder = *database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon());
  ASSERT_TRUE(holder.Execute(kHold).ok());
  auto chunk = std::async(std::launch::async, [&] { return Sent(import, 1, {{"c1", "Ada L.", "new@deniz.example"}, {"c2", "Bea L.", ""}}); });
  ASSERT_TRUE(WaitForWaiting(1));
  auto erasing = std::async(std::launch::async, [&] { return Erase(first.name()).ok(); });
  ASSERT_TRUE(WaitForWaiting(2));
  ASSERT_TRUE(holder.Commit().ok());
  EXPECT_EQ(chunk.get(), "0 2 0 0 0 0");
  EXPECT_TRUE(erasing.get());
  ExpectGone(first.name());
  EXPECT_EQ(Person("c1").name(), "");
  EXPECT_EQ(Undo(import)->left_count(), 0);
  ExpectGone(first.name());
}

// Whenever it happens: every chunk goes in, and of whoever is erased nothing is left.
TEST_F(ImportEraseTest, WhateverIsErasedMeanwhileEveryChunkGoesIn) {
  constexpr int kPeople = 10, kChunks = 30;
  const std::string import = Begin(Plan({"external_id", "display_name", "email", "consents.win-back.email"}));
  std::atomic<bool> over{false};
  auto eraser = std::async(std::launch::async, [&] {
    std::mt19937 random(7);
    int erased = 0;
    while (!over) {
      const v1::Contact one = Person("c" + std::to_string(random() % kPeople));
      erased += !one.name().empty() && Erase(one.name()).ok();
    }
    return erased;
  });
  for (int chunk = 1; chunk <= kChunks; ++chunk) {
    Rows rows;
    for (int i = 0; i < kPeople; ++i)
      rows.push_back({"c" + std::to_string(i), "Ada " + std::to_string(chunk), "a" + std::to_string(i) + "@deniz.example", "yes"});
    auto sent = Send(import, chunk, rows, chunk == kChunks);
    EXPECT_TRUE(sent.ok()) << sent.error().reason;
    if (!sent.ok()) break;
    EXPECT_EQ(sent->counts().created() + sent->counts().updated(), kPeople);
  }
  over = true;
  EXPECT_GT(eraser.get(), 0);
  EXPECT_EQ(Look(import).state(), v1::Import::STATE_COMPLETED);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact WHERE erase_time IS NOT NULL AND (display_name <> '' OR email <> '')"), 0);
  for (const char* table : {"contact_point", "pii_key", "contact_import_change"})
    EXPECT_EQ(database_.Count("SELECT count(*) FROM " + std::string(table) + " t JOIN contact c ON c.id = t.contact_id WHERE c.erase_time IS NOT NULL"), 0)
        << table;
}

}  // namespace
}  // namespace vefa::contact
