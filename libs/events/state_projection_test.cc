#include <google/protobuf/wrappers.pb.h>

#include "libs/events/projection_fixture.h"
#include "libs/events/state_table.h"

namespace vefa::events {
namespace {

using Text = google::protobuf::StringValue;

// The state is every payload so far, so that an event applied twice or not at all shows.
Status FoldText(const Event& event, google::protobuf::Message& state, bool&) {
  auto& text = static_cast<Text&>(state);
  text.set_value(text.value() + event.payload + ";");
  return Ok();
}

// States of a service as the projection they are: declared, followed live, verified and rebuilt.
class StateProjectionTest : public ProjectionFixture {
 protected:
  StateProjectionTest() {
    info_ = StateTable::Info(Source{topic_, topic_, "vefa.toy.v1"});
    database_.Run("SELECT declare_projection('" + info_.consumer + "', 'aggregate_state')");
    relay_ = MakeRelay();
    live_ = std::make_unique<Subscriber>(info_.consumer, info_.topics, testing::KafkaBrokers(), database_.pump(), states_,
                                         metrics_);
  }
  ProjectionRun DoStates(RunKind kind) {
    ProjectionWorker worker(database_.pump(), {{info_, &states_}}, &ledger_, testing::KafkaBrokers(),
                            std::chrono::minutes(0), clock_, metrics_);
    ProjectionRun asked = Ask(kind);
    worker.Wake();
    return Finished(asked.id);
  }
  int64_t Dirty() { return database_.Count("SELECT count(*) FROM aggregate_state WHERE dirty_since IS NOT NULL"); }

  StateTable states_{Text::default_instance(), FoldText, [] {}};
  std::unique_ptr<Subscriber> live_;
};

TEST_F(StateProjectionTest, IsVerifiedWhateverIsPublishedOfItAndBuiltAnewWhenItIsWrong) {
  Append("things", 500);
  Append(database_.other_tenant(), "theirs", 50, 5, "toy.added");
  ASSERT_TRUE(EventuallyCaughtUp());
  database_.Run("UPDATE aggregate_state SET dirty_since = NULL WHERE subject LIKE 'things%'");
  ProjectionRun clean = DoStates(RunKind::kVerify);
  ASSERT_EQ(clean.state, RunState::kDone) << clean.error;
  EXPECT_EQ(clean.rows_compared, 110);
  EXPECT_EQ(clean.rows_missing + clean.rows_unexpected, 0);

  // As a bug would: a state is another, a state is gone.
  database_.Run(
      "UPDATE aggregate_state SET state = '\\x0a0178' WHERE subject = 'things/3';"
      "DELETE FROM aggregate_state WHERE subject = 'theirs/4'");
  ProjectionRun spoilt = DoStates(RunKind::kVerify);
  ASSERT_EQ(spoilt.state, RunState::kDone) << spoilt.error;
  EXPECT_EQ(spoilt.rows_missing, 2);
  EXPECT_EQ(spoilt.rows_unexpected, 1);

  ProjectionRun rebuilt = DoStates(RunKind::kRebuild);
  ASSERT_EQ(rebuilt.state, RunState::kDone) << rebuilt.error;
  // What readers of the topic hold may be what was wrong: everything is published again.
  EXPECT_EQ(Dirty(), 110);
  ProjectionRun again = DoStates(RunKind::kVerify);
  EXPECT_EQ(again.rows_compared, 110);
  EXPECT_EQ(again.rows_missing + again.rows_unexpected, 0) << again.error;
  // And it goes on live.
  Append("later", 20);
  ASSERT_TRUE(EventuallyCaughtUp());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM aggregate_state"), 114);
}

}  // namespace
}  // namespace vefa::events
