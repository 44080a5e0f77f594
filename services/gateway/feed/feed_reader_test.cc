#include "libs/testing/soon.h"
#include "services/gateway/feed/feed_reader.h"

#include <condition_variable>
#include <future>
#include <thread>

#include "services/gateway/feed/feed_fixture.h"

namespace vefa::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Uuid kOne = *Uuid::Parse("0191e5f0-0000-7000-8000-000000000001");
const Uuid kTwo = *Uuid::Parse("0191e5f0-0000-7000-8000-000000000002");
const Uuid kLife = *Uuid::Parse("0191e5f0-0000-7000-8000-00000000000a");

FeedEntries Entries(const Uuid& tenant, int64_t from, int64_t to, size_t bytes = 10, const Uuid& life = kLife) {
  FeedEntries entries;
  for (int64_t seq = from; seq <= to; ++seq) {
    auto entry = std::make_shared<FeedEntry>(tenant, FeedPlace{life, seq});
    entry->envelope = std::string(bytes, 'x');
    entries.push_back(std::move(entry));
  }
  return entries;
}

TEST(FeedRingsTest, AnswersWhatItHoldsAndNothingElse) {
  FeedRings rings;
  EXPECT_FALSE(rings.After(kOne, {kLife, 0}, 10));
  rings.Follow(kOne);
  EXPECT_FALSE(rings.After(kOne, {kLife, 0}, 10)) << "it knows no place yet";
  rings.Begin(kOne, {kLife, 5});
  rings.Extend(kOne, Entries(kOne, 6, 9));
  EXPECT_EQ(rings.After(kOne, {kLife, 5}, 10)->size(), 4u);
  EXPECT_EQ(rings.After(kOne, {kLife, 7}, 1)->front()->seq(), 8);
  EXPECT_TRUE(rings.After(kOne, {kLife, 9}, 10)->empty());
  EXPECT_TRUE(rings.After(kOne, {kLife, 30}, 10)->empty()) << "who read further than the ring waits for it";
  EXPECT_FALSE(rings.After(kOne, {kLife, 4}, 10));
  EXPECT_FALSE(rings.After(kOne, {kTwo, 7}, 10)) << "another life";
  // What does not go on where the ring ends begins it anew: it never has a hole.
  rings.Extend(kOne, Entries(kOne, 12, 13));
  EXPECT_FALSE(rings.After(kOne, {kLife, 9}, 10));
  EXPECT_EQ(rings.After(kOne, {kLife, 11}, 10)->size(), 2u);
  rings.Leave(kOne);
  EXPECT_FALSE(rings.After(kOne, {kLife, 11}, 10)) << "nobody keeps it fresh";
}

TEST(FeedRingsTest, HoldsNoMoreThanItMay) {
  FeedRings rings;
  rings.Follow(kOne);
  rings.Extend(kOne, Entries(kOne, 1, 1500));
  EXPECT_FALSE(rings.After(kOne, {kLife, 499}, 10));
  EXPECT_EQ(rings.After(kOne, {kLife, 500}, 5000)->size(), FeedRings::kRingEvents);
  rings.Extend(kOne, Entries(kOne, 1501, 1530, 900'000));
  EXPECT_FALSE(rings.After(kOne, {kLife, 1526}, 10));
  EXPECT_EQ(rings.After(kOne, {kLife, 1528}, 10)->size(), 2u);
  // Too much in all: the tenant unused longest asks PostgreSQL from now on.
  EventMaker maker;
  for (int i = 0; i < 40; ++i) {
    Uuid tenant = NewUuidV7(SystemClock());
    rings.Follow(tenant);
    rings.Extend(tenant, Entries(tenant, 1, 2, 900'000));
    EXPECT_EQ(rings.After(tenant, {kLife, 0}, 10)->size(), 2u);
  }
  EXPECT_FALSE(rings.After(kOne, {kLife, 1528}, 10));
  EXPECT_TRUE(rings.After(kOne, {kLife, 1530}, 10));
}

TEST(StreamLimitsTest, APlaceGivenBackIsFree) {
  StreamLimits limits;
  std::vector<StreamLimits::Lease> held;
  for (int i = 0; i < StreamLimits::kPerTenant; ++i)
    held.push_back(*limits.Take(kOne, "users/" + std::to_string(i / StreamLimits::kPerCaller)));
  auto refused = limits.Take(kOne, "users/new");
  EXPECT_EQ(refused.error().reason, "TOO_MANY_STREAMS");
  EXPECT_EQ(refused.error().metadata.at("limit"), "64");
  EXPECT_TRUE(limits.Take(kTwo, "users/0").ok());
  held.pop_back();
  EXPECT_TRUE(limits.Take(kOne, "users/new").ok());
  EXPECT_EQ(limits.open(), StreamLimits::kPerTenant - 1);
}

class FeedReaderTest : public ::testing::Test {
 protected:
  void Write(int count, const std::string& type = "contact.created") {
    Status written = WriteFeed(database_.pump(), writer_, maker_.Many(database_.tenant(), count, type));
    ASSERT_TRUE(written.ok()) << Detail(written.error());
  }
  double Metric(const std::string& line) {
    std::string text = metrics_.Expose();
    size_t at = text.find("\n" + line + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }
  static FeedFilter Only(const std::string& type) { return *FeedFilter::Make({type}, {}, {}); }

  testing::TestDatabase database_{vefa_gateway_migrations()};
  SystemClock clock_;
  telemetry::Metrics metrics_;
  Feed feed_{database_.service(), database_.pump(), "secret", 7, clock_, metrics_};
  FeedWriter writer_{[] {}, metrics_};  // Another gateway's: nobody pokes this feed.
  EventMaker maker_;
};

TEST_F(FeedReaderTest, WhatAnotherGatewayWroteIsNoticed) {
  FeedReader reader(feed_, database_.tenant(), "users/1", {}, {});
  auto waiting = std::async(std::launch::async, [&] { return AwaitFeed(feed_, reader, 10, Soon()); });
  ASSERT_TRUE(testing::Eventually([&] { return Metric("vefa_feed_pages_total{from=\"postgres\"}") >= 1; }));
  Write(3);
  auto page = waiting.get();
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->entries.size(), 3u);
  feed_.Stop();
}

TEST_F(FeedReaderTest, ManyWhoFollowCostOneReading) {
  constexpr int kReaders = 30, kEvents = 60;
  Write(1);
  FeedPlace head = feed_.store().Bounds(database_.tenant(), Soon())->head;
  std::atomic<int> ready = 0;
  std::vector<std::future<int64_t>> readers;
  for (int i = 0; i < kReaders; ++i)
    readers.push_back(std::async(std::launch::async, [&] {
      FeedReader reader(feed_, database_.tenant(), "users/1", {}, head);
      int64_t seen = head.seq;
      auto first = AwaitFeed(feed_, reader, 100, Deadline::After(milliseconds(0)));
      ++ready;
      while (seen < head.seq + kEvents) {
        auto page = AwaitFeed(feed_, reader, 100, Soon());
        if (!page.ok() || page->entries.empty()) return int64_t{-1};
        for (const auto& entry : page->entries)
          if (entry->seq() != ++seen) return int64_t{-1};
      }
      return seen;
    }));
  ASSERT_TRUE(testing::Eventually([&] { return ready == kReaders; }));
  double before = Metric("vefa_feed_pages_total{from=\"postgres\"}");
  for (int i = 0; i < kEvents; ++i) {
    Write(1);
    feed_.Poke();
  }
  for (auto& reader : readers) EXPECT_EQ(reader.get(), head.seq + kEvents);
  // Each asks PostgreSQL once at most, where it stood before the ring knew a place.
  EXPECT_LE(Metric("vefa_feed_pages_total{from=\"postgres\"}") - before, kReaders);
  EXPECT_GT(Metric("vefa_feed_pages_total{from=\"memory\"}"), kReaders);
  feed_.Stop();
}

TEST_F(FeedReaderTest, FromTheRingAndFromPostgresOneReadsTheSame) {
  // By every pace and filter: what a reader gets is what the feed has, in its order, once.
  Write(700);
  for (int i = 0; i < 40; ++i) Write(1, i % 4 == 0 ? "order.placed" : "contact.updated");
  Write(300);
  // Somebody follows, so that there is a ring.
  auto follower = std::make_unique<FeedReader>(feed_, database_.tenant(), "users/1", FeedFilter(), FeedPlace());
  ASSERT_TRUE(AwaitFeed(feed_, *follower, 1, Soon()).ok());
  EXPECT_EQ(Metric("vefa_feed_readers_behind"), 1);
  auto count = [&](FeedFilter filter, size_t most, FeedPlace from) {
    FeedReader reader(feed_, database_.tenant(), "users/1", std::move(filter), from);
    size_t seen = 0;
    int64_t last = from.seq;
    for (bool more = true; more;) {
      auto page = reader.Read(most, false, Soon());
      if (!page.ok()) return size_t{0};
      for (const auto& entry : page->entries) {
        EXPECT_GT(entry->seq(), last);
        last = entry->seq();
      }
      seen += page->entries.size();
      more = page->more;
    }
    return seen;
  };
  FeedPlace head = feed_.store().Bounds(database_.tenant(), Soon())->head;
  ASSERT_TRUE(testing::Eventually([&] { return feed_.rings().After(database_.tenant(), head, 1).has_value(); }));
  Write(500);
  feed_.Poke();
  head.seq += 500;
  ASSERT_TRUE(testing::Eventually([&] {
    auto tail = feed_.rings().After(database_.tenant(), {head.life, head.seq - 1}, 1);
    return tail && tail->size() == 1;
  }));
  for (size_t most : {1u, 7u, 500u}) {
    EXPECT_EQ(count({}, most, {}), 1540u);
    EXPECT_EQ(count(Only("order.*"), most, {}), 10u);
    EXPECT_EQ(count({}, most, {head.life, head.seq - 250}), 250u);
    EXPECT_EQ(count(Only("order.*"), most, {head.life, 703}), 9u);
  }
  follower.reset();
  EXPECT_EQ(Metric("vefa_feed_readers_behind"), 0);
  feed_.Stop();
}

TEST_F(FeedReaderTest, AFilterThatDropsVeryManySaysHowFarItCame) {
  for (int i = 0; i < 24; ++i) Write(500);
  FeedReader reader(feed_, database_.tenant(), "users/1", Only("order.*"), {});
  auto page = AwaitFeed(feed_, reader, 10, Soon());
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->entries.empty());
  EXPECT_TRUE(page->more);
  EXPECT_EQ(reader.place().seq, 10'000);
  feed_.Stop();
}

TEST_F(FeedReaderTest, ADatabaseInTroubleIsWaitedForWhileThereIsTime) {
  Write(2);
  FeedReader reader(feed_, database_.tenant(), "users/1", {}, {});
  std::string role = database_.service_conninfo();
  size_t at = role.find("//") + 2;
  role = role.substr(at, role.find(':', at) - at);
  database_.Run("ALTER ROLE " + role + " CONNECTION LIMIT 0");
  database_.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + role + "'");
  // A connection that was told to end may still answer once.
  ASSERT_TRUE(testing::Eventually([&] {
    FeedReader probe(feed_, database_.tenant(), "users/1", {}, {});
    auto refused = AwaitFeed(feed_, probe, 10, Deadline::After(milliseconds(0)));
    return !refused.ok() && refused.error().code == Code::kUnavailable;
  }));
  double before = Metric("vefa_feed_pages_total{from=\"postgres\"}");
  auto waiting = std::async(std::launch::async, [&] { return AwaitFeed(feed_, reader, 10, Soon()); });
  ASSERT_TRUE(testing::Eventually([&] { return Metric("vefa_feed_pages_total{from=\"postgres\"}") >= before + 2; }));
  database_.Run("ALTER ROLE " + role + " CONNECTION LIMIT -1");
  auto page = waiting.get();
  ASSERT_TRUE(page.ok()) << Detail(page.error());
  EXPECT_EQ(page->entries.size(), 2u);
  feed_.Stop();
}

TEST_F(FeedReaderTest, StoppingEndsEveryWait) {
  FeedReader reader(feed_, database_.tenant(), "users/1", {}, {});
  auto waiting = std::async(std::launch::async, [&] { return AwaitFeed(feed_, reader, 10, Soon()); });
  ASSERT_TRUE(testing::Eventually([&] { return Metric("vefa_feed_pages_total{from=\"postgres\"}") >= 1; }));
  feed_.BeginStop();
  EXPECT_EQ(waiting.get().error().reason, "DRAINING");
  EXPECT_EQ(AwaitFeed(feed_, reader, 10, Soon()).error().reason, "DRAINING");
  feed_.Stop();
}

}  // namespace
}  // namespace vefa::gateway
