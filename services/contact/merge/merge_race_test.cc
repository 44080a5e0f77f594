// Merges, their ends and erasures at the same time: whoever is first is right, and no record is a part of nothing or of itself.
#include <future>
#include <random>
#include <set>

#include "services/contact/merge/merge_fixture.h"

namespace vefa::contact {
namespace {

class MergeRaceTest : public MergeServiceTest {
 protected:
  static std::string Heard(const Result<v1::Merge>& merge) { return merge.ok() ? "" : merge.error().reason; }
  // What is said of merges is said alike by the records and by the list of merges, and leads to somebody who is there.
  void ExpectSound(const std::string& when) {
    EXPECT_EQ(database_.Count("SELECT count(*) FROM contact c WHERE absorbed <> (SELECT count(*) FROM contact_merge m"
                              " WHERE m.survivor_id = c.id AND m.undo_time IS NULL)"),
              0)
        << when << ": as many parts as merges";
    EXPECT_EQ(database_.Count("SELECT count(*) FROM contact c WHERE merged_into IS DISTINCT FROM (SELECT m.survivor_id FROM contact_merge m"
                              " WHERE m.merged_id = c.id AND m.undo_time IS NULL)"),
              0)
        << when << ": each a part of whom its merge names";
    EXPECT_EQ(database_.Count("WITH RECURSIVE up AS (SELECT id AS start, merged_into, 1 AS level FROM contact WHERE merged_into IS NOT NULL"
                              " UNION ALL SELECT u.start, c.merged_into, u.level + 1 FROM up u JOIN contact c ON c.id = u.merged_into"
                              " WHERE u.level < 50) SELECT count(*) FROM up WHERE level >= 50"),
              0)
        << when << ": nobody is a part of themselves";
    EXPECT_EQ(database_.Count("SELECT count(*) FROM contact p JOIN contact s ON s.id = p.merged_into"
                              " WHERE (p.erase_time IS NULL) <> (s.erase_time IS NULL)"),
              0)
        << when << ": erased with the whole, or not at all";
    EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_own o JOIN contact c ON c.id = o.contact_id WHERE c.absorbed = 0 OR c.erase_time IS NOT NULL"), 0)
        << when << ": only survivors have a record of their own";
  }
};

// Any of them alone is right; all together they would make a ring.
TEST_F(MergeRaceTest, CrossingMergesMakeNoRing) {
  for (int round = 0; round < 12; ++round) {
    const std::string mark = std::to_string(round) + "-";
    std::vector<std::string> people;
    for (int i = 0; i < 4; ++i) people.push_back(Create(mark + std::to_string(i), mark + std::to_string(i) + "@deniz.example"));
    std::vector<std::future<std::string>> tries;
    for (size_t i = 0; i < people.size(); ++i)
      for (size_t step : {1u, 2u})
        tries.push_back(std::async(std::launch::async, [&, i, step] { return Heard(Merge(people[i], people[(i + step) % people.size()])); }));
    int merged = 0;
    for (auto& each : tries) {
      const std::string heard = each.get();
      merged += heard.empty();
      EXPECT_TRUE(heard.empty() || heard == "CONTACT_MERGED") << heard;
    }
    EXPECT_GE(merged, 1);
    EXPECT_LE(merged, 3) << "of four at least one is left";
    ExpectSound("round " + std::to_string(round));
  }
}

TEST_F(MergeRaceTest, AMergeIsUndoneOnceHoweverOftenAtOnce) {
  const std::string ayse = Create("1", ""), twin = Create("2", "twin@deniz.example");
  const std::string merge = Merge(ayse, twin)->name();
  std::vector<std::future<std::string>> tries;
  for (int i = 0; i < 8; ++i)
    tries.push_back(std::async(std::launch::async, [&] {
      auto undone = Unmerge(merge);
      return undone.ok() ? undone->undo_time().SerializeAsString() : undone.error().reason;
    }));
  std::set<std::string> heard;
  for (auto& each : tries) heard.insert(each.get());
  EXPECT_EQ(heard.size(), 1u) << "all are told when it was";
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'contact.unmerged'"), 1);
  EXPECT_EQ(Get(ayse)->email(), "");
  EXPECT_EQ(Get(twin)->email(), "twin@deniz.example");
  ExpectSound("afterwards");
}

// Either the merge is first, and the part is not erased but the whole; or the erasure is, and there is nothing to merge.
TEST_F(MergeRaceTest, AnErasureBesideAMergeLeavesNoHalf) {
  for (int round = 0; round < 16; ++round) {
    const std::string mark = std::to_string(round);
    const std::string ayse = Create("a" + mark, "a" + mark + "@deniz.example"), twin = Create("b" + mark, "b" + mark + "@deniz.example");
    const std::string& erased = round % 2 == 0 ? ayse : twin;
    auto erasing = std::async(std::launch::async, [&] {
      auto done = Erase(erased);
      return done.ok() ? std::string() : done.error().reason;
    });
    const std::string merge = Heard(Merge(ayse, twin)), erase = erasing.get();
    EXPECT_TRUE(merge.empty() || merge == "CONTACT_ERASED") << merge;
    EXPECT_TRUE(erase.empty() || (erase == "CONTACT_MERGED" && erased == twin && merge.empty())) << erase;
    if (merge.empty() && erase.empty()) {
      EXPECT_TRUE(Get(ayse)->has_erase_time() && Get(twin)->has_erase_time());
    } else if (erase.empty()) {
      EXPECT_FALSE(Get(erased == ayse ? twin : ayse)->has_erase_time()) << "who was not merged is not erased with the other";
    }
    ExpectSound("round " + mark);
  }
}

// All of it at once, by five callers, among six people.
TEST_F(MergeRaceTest, WhateverHappensAtOnceTheRecordsAgree) {
  std::vector<std::string> people;
  for (int i = 0; i < 6; ++i) people.push_back(Create(std::to_string(i), std::to_string(i) + "@deniz.example"));
  auto call = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::string> merges, strange;
    auto any = [&]() -> const std::string& { return people[random() % people.size()]; };
    for (int step = 0; step < 40; ++step) {
      const std::string one = any(), other = any();
      std::string heard;
      switch (random() % 4) {
        case 0:
        case 1: {
          auto merge = Merge(one, other);
          if (merge.ok()) merges.push_back(merge->name());
          heard = Heard(merge);
          break;
        }
        case 2:
          if (!merges.empty()) heard = Heard(Unmerge(merges[random() % merges.size()]));
          break;
        default: {
          auto changed = Update(one, [&](v1::Contact& contact) { contact.set_given_name("Name " + std::to_string(step)); });
          heard = changed.ok() ? "" : changed.error().reason;
        }
      }
      if (!heard.empty() && heard != "CONTACT_MERGED" && heard != "SAME_CONTACT") strange.push_back(heard);
    }
    return strange;
  };
  std::vector<std::future<std::vector<std::string>>> callers;
  for (unsigned seed = 1; seed <= 5; ++seed) callers.push_back(std::async(std::launch::async, call, seed));
  for (auto& caller : callers)
    for (const std::string& reason : caller.get()) ADD_FAILURE() << reason;
  ExpectSound("afterwards");
}

}  // namespace
}  // namespace vefa::contact
