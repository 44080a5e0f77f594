// Batches of writes and of reads.
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include <future>

#include "libs/postgres/value.h"
#include "libs/rpc/answer_keeper.h"
#include "libs/rpc/read_stage.h"
#include "libs/rpc/write_stage.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::rpc {
namespace {

using google::protobuf::StringValue;

struct Thing {
  std::string key;
  int32_t value = 0;
};

// What a call hears.
struct Heard {
  StringValue response;
  std::promise<Status> promise;
  std::future<Status> future = promise.get_future();
};
struct TestReply {
  std::shared_ptr<Heard> heard;
  void Finish(Status status) { heard->promise.set_value(std::move(status)); }
};

const postgres::Statement kWrite{
    "stage_write",
    "WITH input AS (SELECT * FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS i(key, value, ord)),"
    " added AS (INSERT INTO thing (tenant_id, key, value) SELECT $1, key, value FROM input ORDER BY key COLLATE \"C\", ord"
    "  ON CONFLICT DO NOTHING RETURNING key, value)"
    " SELECT min(i.ord)::int - 1, key FROM added JOIN input i USING (key, value) GROUP BY key"};

class StageTest : public ::testing::Test {
 protected:
  using Stage = WriteStage<Thing, StringValue, TestReply>;

  postgres::Call Write(const Uuid& tenant, std::span<const Thing* const> things) {
    gate_.wait();
    std::vector<std::string> keys;
    std::vector<int32_t> values;
    for (const Thing* thing : things) {
      keys.push_back(thing->key);
      values.push_back(thing->value);
    }
    {
      std::lock_guard lock(mutex_);
      batches_.push_back(things.size());
    }
    return {&kWrite, postgres::Bound(tenant, keys, values)};
  }
  WriteKind<Thing, StringValue> Kind() {
    WriteKind<Thing, StringValue> kind;
    kind.call = [this](const Uuid& tenant, std::span<const Thing* const> things) { return Write(tenant, things); };
    kind.read = [](const postgres::Rows& rows, std::span<const Thing* const> things) {
      std::vector<Result<StringValue>> answers(things.size(), Error{Code::kAlreadyExists, "KEY_TAKEN", "There is one."});
      for (int i = 0; i < rows.size(); ++i) {
        StringValue answer;
        answer.set_value(rows.String(i, 1));
        answers[static_cast<size_t>(rows.Int32(i, 0))] = std::move(answer);
      }
      return answers;
    };
    kind.subject = [](const StringValue&) { return std::string(); };
    kind.committed = [this] { ++commits_; };
    return kind;
  }
  std::shared_ptr<Heard> Add(Stage& stage, Thing thing, const std::string& request_id = "", Deadline deadline = Soon()) {
    auto heard = std::make_shared<Heard>();
    Attempt attempt{database_.tenant(), request_id, "Write", thing.key + " " + std::to_string(thing.value)};
    stage.Add(std::move(attempt), deadline, std::move(thing), &heard->response, {heard});
    return heard;
  }
  // Keeps the only lane busy until the gate opens, so that those after it wait for each other.
  std::shared_ptr<Heard> Hold(Stage& stage) { return Add(stage, {"first", 1}); }
  static std::string Reason(const std::shared_ptr<Heard>& heard) {
    Status status = heard->future.get();
    return status.ok() ? "" : status.error().reason;
  }

  testing::TestDatabase database_{{{"0100_thing",
                                    "CREATE TABLE thing (tenant_id uuid NOT NULL, key text NOT NULL, value int CHECK (value >= 0),"
                                    "                    PRIMARY KEY (tenant_id, key));"
                                    "SELECT protect_tenant_rows('thing');"
                                    "GRANT SELECT, INSERT ON thing TO ${service};"}}};
  std::promise<void> open_;
  std::shared_future<void> gate_ = open_.get_future().share();
  std::mutex mutex_;
  std::vector<size_t> batches_;
  std::atomic<int> commits_{0};
};

TEST_F(StageTest, WritesThatComeTogetherShareAStatementAndEachHearsOfItsOwn) {
  Stage stage(database_.service(), {.lanes = 1}, Kind());
  auto first = Hold(stage);
  std::vector<std::shared_ptr<Heard>> all;
  for (int i = 0; i < 50; ++i) all.push_back(Add(stage, {"key " + std::to_string(i % 40), i}));
  open_.set_value();
  EXPECT_EQ(Reason(first), "");
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Reason(all[static_cast<size_t>(i)]), i < 40 ? "" : "KEY_TAKEN") << i;
    if (i < 40) {
      EXPECT_EQ(all[static_cast<size_t>(i)]->response.value(), "key " + std::to_string(i));
    }
  }
  stage.Stop();
  // What came before the lane took its first batch may have joined it.
  EXPECT_LE(batches_.size(), 2u);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 41);
}

TEST_F(StageTest, APoisonedItemFailsAlone) {
  Stage stage(database_.service(), {.lanes = 1}, Kind());
  auto first = Hold(stage);
  std::vector<std::shared_ptr<Heard>> all;
  for (int i = 0; i < 20; ++i) all.push_back(Add(stage, {"key " + std::to_string(i), i == 13 ? -1 : i}));
  open_.set_value();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Reason(all[static_cast<size_t>(i)]).empty(), i != 13) << i;
  stage.Stop();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 20);
}

TEST_F(StageTest, ARequestIsAnsweredOnceAlsoInOneBatch) {
  const std::string id = "0191e5f0-0000-7000-8000-0123456789ab";
  Stage stage(database_.service(), {.lanes = 1}, Kind());
  auto first = Hold(stage);
  auto one = Add(stage, {"a", 1}, id);
  auto twin = Add(stage, {"a", 1}, id);
  auto other = Add(stage, {"b", 1}, id);
  auto plain = Add(stage, {"c", 1});
  auto bad = Add(stage, {"d", 1}, "no uuid");
  open_.set_value();
  EXPECT_EQ(Reason(one), "");
  EXPECT_EQ(Reason(twin), "");
  EXPECT_EQ(twin->response.value(), "a");
  EXPECT_EQ(Reason(other), "REQUEST_ID_REUSED");
  EXPECT_EQ(Reason(plain), "");
  EXPECT_EQ(Reason(bad), "REQUEST_ID_SYNTAX");
  auto later = Add(stage, {"a", 1}, id);
  EXPECT_EQ(Reason(later), "");
  EXPECT_EQ(later->response.value(), "a");
  EXPECT_EQ(Reason(Add(stage, {"a", 1})), "KEY_TAKEN");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 3);
}

TEST_F(StageTest, AnswersAreForgottenWhenTheyAreOld) {
  open_.set_value();
  Stage stage(database_.service(), {}, Kind());
  SystemClock clock;
  std::string old = NewUuidV7(clock).ToString();
  EXPECT_EQ(Reason(Add(stage, {"old", 1}, old)), "");
  EXPECT_EQ(Reason(Add(stage, {"new", 1}, NewUuidV7(clock).ToString())), "");
  database_.Run("UPDATE idempotency SET create_time = now() - interval '25 hours' WHERE request_id = '" + old + "'");
  telemetry::Metrics metrics;
  AnswerKeeper keeper(database_.pump(), std::chrono::hours(24), metrics);
  EXPECT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM idempotency") == 1; }));
  keeper.Stop();
  EXPECT_FALSE(*keeper.ForgetSome(Soon()));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM idempotency"), 1);
  // As for a new request, then.
  EXPECT_EQ(Reason(Add(stage, {"old", 1}, old)), "KEY_TAKEN");
}

TEST_F(StageTest, WhatTwoReplicasAreAskedAtOnceIsWrittenOnce) {
  open_.set_value();
  Stage here(database_.service(), {}, Kind());
  Stage there(database_.service(), {}, Kind());
  SystemClock clock;
  for (int i = 0; i < 30; ++i) {
    std::string id = NewUuidV7(clock).ToString();
    auto one = Add(here, {"key " + std::to_string(i), i}, id);
    auto twin = Add(there, {"key " + std::to_string(i), i}, id);
    EXPECT_EQ(Reason(one), "");
    EXPECT_EQ(Reason(twin), "");
    EXPECT_EQ(one->response.value(), twin->response.value());
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 30);
}

TEST_F(StageTest, WhatCannotBeDoneInTimeIsRefused) {
  Stage stage(database_.service(), {.lanes = 1, .queue = {.waiting_max = 2, .tenant_max = 2}}, Kind());
  auto first = Hold(stage);
  ASSERT_TRUE(testing::Eventually([&] {
    // Until the lane has taken it, it waits as well.
    auto late = Add(stage, {"late", 1}, "", Deadline::After(std::chrono::milliseconds(0)));
    auto next = Add(stage, {"next", 1});
    auto full = Add(stage, {"full", 1});
    return full->future.wait_for(std::chrono::seconds(0)) == std::future_status::ready && Reason(full) == "AT_CAPACITY";
  }));
  open_.set_value();
  EXPECT_EQ(Reason(first), "");
  stage.Stop();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing WHERE key = 'late'"), 0);
  EXPECT_EQ(Reason(Add(stage, {"after", 1})), "AT_CAPACITY");
}

TEST_F(StageTest, ASecondLaneBeginsForAnotherTenant) {
  std::atomic<int> begun{0};
  auto tenant_of = [](const std::pair<Uuid, int>& item) -> const Uuid& { return item.first; };
  Gather<std::pair<Uuid, int>> gather({.lanes = 2}, tenant_of, [&](const Uuid&, std::vector<std::pair<Uuid, int>>) {
    ++begun;
    gate_.wait();
  });
  ASSERT_TRUE(gather.TryAdd({database_.tenant(), 1}));
  ASSERT_TRUE(testing::Eventually([&] { return begun == 1; }));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(gather.TryAdd({database_.tenant(), i}));
  EXPECT_EQ(begun, 1);
  ASSERT_TRUE(gather.TryAdd({database_.other_tenant(), 1}));
  EXPECT_TRUE(testing::Eventually([&] { return begun == 2; }));
  open_.set_value();
  gather.Stop();
  EXPECT_EQ(begun, 3);
}

TEST_F(StageTest, ReadsThatComeTogetherAreOneAndEachHearsOfItsOwn) {
  std::vector<size_t> batches;
  ReadStage<int, StringValue, TestReply> stage(
      {.lanes = 1}, [&](const Uuid&, const std::vector<int>& keys, Deadline) -> Result<std::vector<Result<StringValue>>> {
        gate_.wait();
        batches.push_back(keys.size());
        if (keys.front() == -1) return Unavailable("DATABASE_UNAVAILABLE", "It does not answer.");
        std::vector<Result<StringValue>> answers;
        for (int key : keys) {
          StringValue answer;
          answer.set_value(std::to_string(key));
          answers.push_back(key == 7 ? Result<StringValue>(NotFound("NO_SEVEN", "There is none.")) : answer);
        }
        return answers;
      });
  auto add = [&](int key) {
    auto heard = std::make_shared<Heard>();
    stage.Add(database_.tenant(), Soon(), key, &heard->response, {heard});
    return heard;
  };
  std::vector<std::shared_ptr<Heard>> all;
  for (int i = 0; i < 20; ++i) all.push_back(add(i));
  open_.set_value();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Reason(all[static_cast<size_t>(i)]), i == 7 ? "NO_SEVEN" : "");
    if (i != 7) {
      EXPECT_EQ(all[static_cast<size_t>(i)]->response.value(), std::to_string(i));
    }
  }
  EXPECT_EQ(Reason(add(-1)), "DATABASE_UNAVAILABLE");
  stage.Stop();
  EXPECT_LE(batches.size(), 3u);
}

}  // namespace
}  // namespace vefa::rpc
