#include "libs/testing/soon.h"
#include "services/gateway/feed/feed_store.h"

#include <atomic>
#include <thread>

#include "services/gateway/feed/feed_fixture.h"
#include "services/gateway/feed/subscription_store.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Scope;

class FeedStoreTest : public ::testing::Test {
 protected:

  void Write(const std::vector<events::Event>& events) {
    Status written = WriteFeed(database_.pump(), writer_, events);
    ASSERT_TRUE(written.ok()) << written.error().message << Detail(written.error());
  }
  void Write(int count) { Write(maker_.Many(database_.tenant(), count)); }
  FeedPlace Head() { return store_.Bounds(database_.tenant(), Soon())->head; }
  std::string ReasonAt(const FeedPlace& place) {
    auto page = store_.Read(database_.tenant(), place, Soon());
    return page.ok() ? "" : page.error().reason;
  }
  FeedPlace PlaceIn(const Error& error, const char* key) {
    auto place = codec_.Decode(error.metadata.at(key), database_.tenant());
    EXPECT_TRUE(place.ok());
    return *place;
  }
  // As after a restore to an earlier point: the newest events are gone, and the database begins another life.
  void Restore(int64_t seq) {
    std::string tenant = "tenant_id = '" + database_.tenant().ToString() + "'";
    database_.Run("DELETE FROM feed_event WHERE " + tenant + " AND seq > " + std::to_string(seq));
    database_.Run("UPDATE feed_tenant SET seq = " + std::to_string(seq) + " WHERE " + tenant);
  }
  void BeginLife() { database_.Run("SELECT check_incarnation(true)"); }
  // Moves all events as if they had come `days` ago.
  void Age(int days) {
    std::string ago = "(now() AT TIME ZONE 'UTC')::date - " + std::to_string(days);
    database_.Run("SELECT add_feed_day(" + ago + ")");
    database_.Run("UPDATE feed_event SET day = " + ago);
    database_.Run("UPDATE feed_tenant SET day = " + ago);
  }
  int Keep(int days) {
    auto dropped = KeepFeedDays(database_.pump(), SystemClock().Now(), days, Soon());
    EXPECT_TRUE(dropped.ok()) << Detail(dropped.error());
    return dropped.ok() ? *dropped : -1;
  }

  testing::TestDatabase database_{vefa_gateway_migrations()};
  telemetry::Metrics metrics_;
  CursorCodec codec_{"a secret"};
  FeedStore store_{database_.service(), codec_};
  SubscriptionStore subscriptions_{database_.service()};
  FeedWriter writer_{[] {}, metrics_};
  EventMaker maker_;
};

TEST_F(FeedStoreTest, EventsAreNumberedInTheirOrderPerTenant) {
  std::vector<events::Event> mixed;
  for (int i = 0; i < 10; ++i)
    mixed.push_back(
        maker_.Make(i % 3 == 0 ? database_.other_tenant() : database_.tenant(), "contact.n" + std::to_string(i)));
  Write(mixed);
  auto page = store_.Read(database_.tenant(), {}, Soon());
  ASSERT_EQ(page->entries.size(), 6u);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(page->entries[i]->seq(), static_cast<int64_t>(i + 1));
  EXPECT_EQ(page->entries[0]->type, "contact.n1");
  EXPECT_EQ(page->entries[5]->type, "contact.n8");
  EXPECT_EQ(page->next, page->head);
  EXPECT_EQ(store_.Read(database_.other_tenant(), {}, Soon())->entries.size(), 4u);
  auto nobody = store_.Read(NewUuidV7(SystemClock()), {}, Soon());
  EXPECT_TRUE(nobody.ok() && nobody->entries.empty());
}

TEST_F(FeedStoreTest, NumbersHaveNoGapUnderConcurrentWritersAndRollbacks) {
  constexpr int kWriters = 4, kBatches = 40, kBatch = 25;
  std::atomic<bool> done = false;
  std::atomic<int64_t> written = 0;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w)
    writers.emplace_back([&, w] {
      FeedWriter writer([] {}, metrics_);
      EventMaker maker;
      for (int b = 0; b < kBatches; ++b) {
        std::vector<events::Event> events;
        for (int i = 0; i < kBatch; ++i)
          events.push_back(maker.Make((i + w) % 2 == 0 ? database_.tenant() : database_.other_tenant()));
        auto begun = database_.pump().Begin(Scope::Tenants({database_.tenant(), database_.other_tenant()}), Soon());
        ASSERT_TRUE(begun.ok());
        ASSERT_TRUE(writer.Apply(*begun, events).ok());
        // A third of the batches is tried again, as after a lost connection.
        if (b % 3 == 1) continue;
        ASSERT_TRUE(begun->Commit().ok());
        written += kBatch;
      }
    });
  // A reader that goes along sees every number once, in order, whatever commits around it.
  int64_t seen = 0;
  std::thread reader([&] {
    FeedPlace place;
    while (true) {
      bool last = done;
      auto page = store_.Read(database_.tenant(), place, Soon());
      ASSERT_TRUE(page.ok()) << page.error().reason;
      for (const auto& entry : page->entries) ASSERT_EQ(entry->seq(), ++seen);
      place = page->next;
      if (last && page->entries.empty()) return;
    }
  });
  for (auto& writer : writers) writer.join();
  done = true;
  reader.join();
  int64_t other = store_.Bounds(database_.other_tenant(), Soon())->head.seq;
  EXPECT_EQ(seen, Head().seq);
  EXPECT_EQ(seen + other, written);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM (SELECT tenant_id, count(*) AS n, max(seq) AS last, min(seq) AS first"
                            " FROM feed_event GROUP BY tenant_id) t WHERE n <> last OR first <> 1"),
            0);
}

TEST_F(FeedStoreTest, APageIsBoundedByEventsAndByBytes) {
  Write(1200);
  auto page = store_.Read(database_.tenant(), {}, Soon());
  EXPECT_EQ(page->entries.size(), 500u);
  EXPECT_EQ(page->head.seq, 1200);
  FeedPlace at = Head();
  std::vector<events::Event> large = maker_.Many(database_.tenant(), 6);
  for (auto& event : large) event.payload = std::string(400'000, 'x');
  Write(large);
  auto heavy = store_.Read(database_.tenant(), at, Soon());
  EXPECT_EQ(heavy->entries.size(), 3u);
  EXPECT_EQ(store_.Read(database_.tenant(), heavy->next, Soon())->entries.size(), 3u);
}

TEST_F(FeedStoreTest, DaysAreDroppedWholeAndReadersAreToldNotSkipped) {
  Write(5);
  FeedPlace third{Head().life, 3}, fifth = Head();
  Age(8);
  Write(2);
  EXPECT_EQ(Keep(8), 0);
  EXPECT_EQ(ReasonAt({}), "");
  EXPECT_EQ(Keep(7), 1);
  EXPECT_EQ(ReasonAt(fifth), "");
  auto expired = store_.Read(database_.tenant(), third, Soon());
  ASSERT_FALSE(expired.ok());
  EXPECT_EQ(expired.error().code, Code::kOutOfRange);
  EXPECT_EQ(expired.error().reason, "CURSOR_EXPIRED");
  EXPECT_EQ(PlaceIn(expired.error(), "earliest_cursor"), fifth);
  EXPECT_EQ(ReasonAt({}), "CURSOR_EXPIRED");
  EXPECT_EQ(store_.Bounds(database_.tenant(), Soon())->earliest, fifth);
  // When nothing is left, the end is the only place to go on from.
  Age(9);
  EXPECT_EQ(Keep(7), 1);
  EXPECT_EQ(ReasonAt(fifth), "CURSOR_EXPIRED");
  EXPECT_EQ(ReasonAt(Head()), "");
  EXPECT_EQ(store_.Bounds(database_.tenant(), Soon())->earliest, Head());
  Write(1);
  EXPECT_EQ(Head().seq, 8);
}

TEST_F(FeedStoreTest, ADayThatNobodyMadeIsMadeByWhoeverWrites) {
  database_.Run(
      "DO $$ DECLARE name text; BEGIN FOR name IN SELECT inhrelid::regclass::text FROM pg_inherits"
      " WHERE inhparent = 'feed_event'::regclass LOOP EXECUTE 'DROP TABLE ' || name; END LOOP; END $$");
  Write(3);
  EXPECT_EQ(Head().seq, 3);
}

TEST_F(FeedStoreTest, ACursorOfAnEarlierLifeIsGoodUpToWhereItEnded) {
  Write(10);
  FeedPlace first = Head(), seventh{first.life, 7}, eighth{first.life, 8};
  Restore(7);
  // Nobody wrote since: the place is ahead of the feed.
  auto ahead = store_.Read(database_.tenant(), eighth, Soon());
  EXPECT_EQ(ahead.error().reason, "CURSOR_UNKNOWN");
  EXPECT_EQ(PlaceIn(ahead.error(), "resume_cursor"), seventh);
  BeginLife();
  Write(5);
  FeedPlace second = Head();
  EXPECT_NE(second.life, first.life);
  EXPECT_EQ(second.seq, 12);
  EXPECT_EQ(ReasonAt(first), "CURSOR_UNKNOWN");
  EXPECT_EQ(ReasonAt(eighth), "CURSOR_UNKNOWN");
  auto shared = store_.Read(database_.tenant(), seventh, Soon());
  ASSERT_TRUE(shared.ok());
  EXPECT_EQ(shared->entries.size(), 5u);
  EXPECT_EQ(shared->next, second);
  // A third life, from further back than the second began: of both only what all share is known.
  Restore(4);
  BeginLife();
  Write(20);
  EXPECT_EQ(ReasonAt({first.life, 4}), "");
  EXPECT_EQ(ReasonAt({first.life, 5}), "CURSOR_UNKNOWN");
  EXPECT_EQ(ReasonAt({second.life, 5}), "CURSOR_UNKNOWN");
  EXPECT_EQ(ReasonAt({NewUuidV7(SystemClock()), 1}), "CURSOR_UNKNOWN");
  EXPECT_EQ(ReasonAt({}), "");
  EXPECT_EQ(ReasonAt({Head().life, 25}), "CURSOR_UNKNOWN");
}

TEST_F(FeedStoreTest, AnEventIsFoundByItsIdAndNeverByAnotherTenant) {
  auto events = maker_.Many(database_.tenant(), 3);
  Write(events);
  auto found = store_.Find(database_.tenant(), events[1].id, Soon());
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->seq(), 2);
  EXPECT_EQ(store_.Find(database_.other_tenant(), events[1].id, Soon()).error().reason, "EVENT_NOT_FOUND");
  // The rows themselves are out of reach, whatever a query asks for.
  static const postgres::Statement kAll{"test_all_feed", "SELECT count(*) FROM feed_event"};
  EXPECT_EQ(database_.service().Run(Scope::Tenant(database_.other_tenant()), kAll, {}, Soon())->Int64(0, 0), 0);
  EXPECT_EQ(database_.service().Run(Scope::Tenant(database_.tenant()), kAll, {}, Soon())->Int64(0, 0), 3);
}

TEST_F(FeedStoreTest, WhatNobodyCouldReadIsRefusedWhenWritten) {
  for (auto spoil : {+[](events::Event& event) { event.traceparent = "\xff\xfe"; },
                     +[](events::Event& event) { event.data_schema = std::string("a\0b", 3); },
                     +[](events::Event& event) { event.record_time = Time(std::chrono::hours(-24 * 366 * 1980)); }}) {
    auto events = maker_.Many(database_.tenant(), 2);
    spoil(events[1]);
    Status written = WriteFeed(database_.pump(), writer_, events);
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().code, Code::kInvalidArgument);
    EXPECT_FALSE(postgres::IsTrouble(written.error()));
  }
  EXPECT_EQ(Head().seq, 0);
}

TEST_F(FeedStoreTest, ASubscriptionGoesForwardAndBackOnlyWhenTold) {
  Write(10);
  Uuid life = Head().life, tenant = database_.tenant();
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {life, 5}, false, Soon())->place.seq, 5);
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {life, 4}, false, Soon()).error().reason, "COMMIT_BEHIND");
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {life, 5}, false, Soon())->place.seq, 5);
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {life, 4}, true, Soon())->place.seq, 4);
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {life, 9}, false, Soon())->place.seq, 9);
  EXPECT_FALSE(subscriptions_.Find(database_.other_tenant(), "crm", Soon())->has_value());
  EXPECT_EQ(subscriptions_.Delete(database_.other_tenant(), "crm", Soon()).error().reason, "SUBSCRIPTION_NOT_FOUND");
  // What it stood on never happened: it may go back to what did.
  Restore(6);
  BeginLife();
  Write(1);
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {Head().life, 6}, false, Soon())->place, (FeedPlace{Head().life, 6}));
  EXPECT_EQ(subscriptions_.Commit(tenant, "crm", {Head().life, 5}, false, Soon()).error().reason, "COMMIT_BEHIND");
  EXPECT_TRUE(subscriptions_.Delete(tenant, "crm", Soon()).ok());
  EXPECT_TRUE(subscriptions_.List(tenant, Soon())->empty());
}

TEST_F(FeedStoreTest, ATenantHasAHundredSubscriptionsAlsoWhenManyAskAtOnce) {
  std::vector<std::thread> makers;
  std::atomic<int> made = 0, refused = 0;
  for (int t = 0; t < 4; ++t)
    makers.emplace_back([&, t] {
      for (int i = 0; i < 30; ++i) {
        auto stored = subscriptions_.Commit(database_.tenant(), "s" + std::to_string(t * 100 + i), {}, false, Soon());
        if (stored.ok())
          ++made;
        else if (stored.error().reason == "TOO_MANY_SUBSCRIPTIONS")
          ++refused;
      }
    });
  for (auto& maker : makers) maker.join();
  EXPECT_EQ(made, 100);
  EXPECT_EQ(refused, 20);
  EXPECT_EQ(subscriptions_.List(database_.tenant(), Soon())->size(), 100u);
  EXPECT_TRUE(subscriptions_.Commit(database_.other_tenant(), "s1", {}, false, Soon()).ok());
}

}  // namespace
}  // namespace vefa::gateway
