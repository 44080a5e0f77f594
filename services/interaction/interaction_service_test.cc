#include "services/interaction/interaction_fixture.h"
#include "services/interaction/timeline/timeline_store.h"

namespace vefa::interaction {
namespace {

constexpr int32_t kDay = 9862;  // 1997-01-01

class InteractionServiceTest : public InteractionFixture {
 protected:
  void AddToTimeline(const Uuid& contact, int count) {
    std::vector<TimelineEntry> entries;
    for (int n = 0; n < count; ++n) {
      Time at = StartOfDay(kDay) + std::chrono::hours(n);
      entries.push_back({tenant_, contact, TimelineId(tenant_, "test", std::to_string(n), at), EntryKind::kOrder, at,
                         clock_.Now(), "orders/" + std::to_string(n), {{"total", std::to_string(n)}}});
    }
    for (int i = 0; i < 2; ++i) {
      auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                          [&](postgres::Transaction& tx) { return AddEntries(tx, entries); });
      ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
    }
  }
  const Uuid contact_ = NewUuidV7(clock_);
};

TEST_F(InteractionServiceTest, AnImportRejectsRowByRowAndARepeatChangesNothing) {
  std::vector<v1::Order> orders{Purchase("1", contact_, kDay, 1277), Purchase("2", contact_, kDay, 500, "usd"),
                                Purchase("3", contact_, kDay + 1, 0), Purchase("1", contact_, kDay, 1277),
                                Purchase("4", contact_, 40000, 100)};
  for (bool first : {true, false}) {
    v1::ImportOrdersResponse response = Import(orders);
    EXPECT_EQ(response.created(), first ? 2 : 0);
    EXPECT_EQ(response.unchanged(), first ? 0 : 2);
    ASSERT_EQ(response.rejects_size(), 3);
    EXPECT_EQ(response.rejects(0).line(), 2);
    EXPECT_EQ(response.rejects(0).field(), "order.total.currency_code");
    EXPECT_EQ(response.rejects(1).reason(), "EXTERNAL_ID_REPEATED");
    EXPECT_EQ(response.rejects(2).reason(), "TIME_IN_FUTURE");
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM placed_order"), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'order.placed' AND aggregate_version = 1"
                            " AND subject IN (SELECT 'orders/' || id FROM placed_order)"), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM outbox_pending"), 2);
}

TEST_F(InteractionServiceTest, AnOrderIsNotChanged) {
  EXPECT_EQ(Import({Purchase("1", contact_, kDay, 1277)}).created(), 1);
  for (const v1::Order& other :
       {Purchase("1", contact_, kDay, 1278), Purchase("1", contact_, kDay + 1, 1277),
        Purchase("1", contact_, kDay, 1277, "EUR"), Purchase("1", NewUuidV7(clock_), kDay, 1277)}) {
    v1::ImportOrdersResponse response = Import({Purchase("2", contact_, kDay, 1), other});
    ASSERT_EQ(response.rejects_size(), 1);
    EXPECT_EQ(response.rejects(0).reason(), "ORDER_DIFFERS");
    EXPECT_EQ(response.rejects(0).line(), 2);
  }
  EXPECT_EQ(database_.Count("SELECT sum(total)::bigint FROM placed_order"), 1278);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 2);
}

TEST_F(InteractionServiceTest, AChunkHasABoundAndAnotherTenantsIdsAreItsOwn) {
  grpc::ClientContext context;
  peer_->Prepare(context, tenant_, {"orders.write"}, Soon());
  auto stream = stub_->ImportOrders(&context);
  v1::ImportOrdersRequest request;
  for (int i = 0; i < 501; ++i) *request.add_rows()->mutable_order() = Purchase(std::to_string(i), contact_, kDay, 1);
  v1::ImportOrdersResponse response;
  ASSERT_TRUE(stream->Write(request));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(rpc::FromGrpc(stream->Finish()).reason, "CHUNK_SIZE");
  EXPECT_EQ(Import({Purchase("1", contact_, kDay, 1)}).created(), 1);
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Import({Purchase("1", contact_, kDay, 2)}).created(), 1);
}

TEST_F(InteractionServiceTest, ATimelineHasNoGapsAndNobodyElseSeesIt) {
  AddToTimeline(contact_, 25);
  AddToTimeline(NewUuidV7(clock_), 3);
  v1::ListTimelineRequest request;
  request.set_contact(ResourceName("contacts", contact_));
  request.set_page_size(10);
  std::vector<std::string> subjects;
  std::string token;
  do {
    request.set_page_token(token);
    auto page = Call(&Stub::ListTimeline, request);
    ASSERT_TRUE(page.ok()) << page.error().message;
    for (const auto& entry : page->entries()) subjects.push_back(entry.subject());
    token = page->next_page_token();
    if (subjects.size() == 10) {
      EXPECT_EQ(page->entries(0).facts().at("total"), "24");
      EXPECT_EQ(page->entries(0).kind(), v1::TimelineEntry::KIND_ORDER);
      EXPECT_TRUE(page->entries(0).name().starts_with(request.contact() + "/timeline/"));
      v1::ListTimelineRequest stolen = request;
      stolen.set_contact(ResourceName("contacts", NewUuidV7(clock_)));
      stolen.set_page_token(token);
      EXPECT_EQ(Call(&Stub::ListTimeline, stolen).error().reason, "PAGE_TOKEN_INVALID");
    }
  } while (!token.empty());
  ASSERT_EQ(subjects.size(), 25u);
  for (size_t i = 0; i < subjects.size(); ++i) EXPECT_EQ(subjects[i], "orders/" + std::to_string(24 - i));
  request.set_page_token("");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Call(&Stub::ListTimeline, request)->entries_size(), 0);
}

TEST_F(InteractionServiceTest, ARunIsAskedForOnce) {
  auto first = AskForRun("spring", 39, {1997, 9, 30});
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->state(), v1::ScoringRun::STATE_PENDING);
  EXPECT_EQ(AskForRun("spring", 39, {1997, 9, 30})->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(AskForRun("spring", 40, {1997, 9, 30}).error().reason, "SCORING_RUN_DIFFERS");
  EXPECT_EQ(AskForRun("spring", 39, {1997, 10, 1}).error().code, Code::kAlreadyExists);
  EXPECT_EQ(AskForRun("autumn", 0, {1997, 9, 30}).error().reason, "HORIZON_RANGE");
  EXPECT_EQ(AskForRun("autumn", 39, {1997, 2, 30}).error().reason, "DATE_INVALID");
  EXPECT_EQ(AskForRun("Autumn", 39, {1997, 9, 30}).error().reason, "SCORING_RUN_ID_SYNTAX");
  ASSERT_TRUE(AskForRun("winter", 39, {1997, 12, 31}).ok());
  auto runs = Call(&Stub::ListScoringRuns, v1::ListScoringRunsRequest());
  ASSERT_EQ(runs->scoring_runs_size(), 2);
  EXPECT_EQ(runs->scoring_runs(0).name(), "scoringRuns/winter");
  tenant_ = database_.other_tenant();
  v1::GetScoringRunRequest get;
  get.set_name("scoringRuns/spring");
  EXPECT_EQ(Call(&Stub::GetScoringRun, get).error().reason, "SCORING_RUN_NOT_FOUND");
}

TEST_F(InteractionServiceTest, RefusesWithTheRightCodeAndReason) {
  v1::GetScoreRequest get;
  get.set_name(ResourceName("contacts", contact_) + "/score");
  EXPECT_EQ(Call(&Stub::GetScore, get).error().reason, "SCORE_NOT_FOUND");
  EXPECT_EQ(Call(&Stub::GetScore, get, {"scores.write"}).error().reason, "PERMISSION_MISSING");
  for (const char* name : {"", "/score", "contacts/42/score", "contacts"}) {
    get.set_name(name);
    EXPECT_EQ(Call(&Stub::GetScore, get).error().reason, "NAME_SYNTAX") << name;
  }
  v1::BatchGetScoresRequest batch;
  for (int i = 0; i < 1001; ++i) batch.add_contacts(ResourceName("contacts", contact_));
  EXPECT_EQ(Call(&Stub::BatchGetScores, batch).error().reason, "BATCH_TOO_LARGE");
  v1::ListScoresRequest list;
  list.set_page_size(-1);
  EXPECT_EQ(Call(&Stub::ListScores, list).error().reason, "PAGE_SIZE_NEGATIVE");
}

}  // namespace
}  // namespace vefa::interaction
