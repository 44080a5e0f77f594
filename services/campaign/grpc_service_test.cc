#include "services/campaign/grpc_service.h"

#include <grpcpp/grpcpp.h>

#include "libs/rpc/peer.h"
#include "services/campaign/engine_fixture.h"

namespace vefa::campaign {
namespace {

// The service behind a real gRPC server, called through a real channel.
class GrpcServiceTest : public EngineTest {
 protected:
  using Stub = v1::CampaignService::Stub;

  GrpcServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    stub_ = v1::CampaignService::NewStub(peer_->channel());
  }
  ~GrpcServiceTest() override { server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*peer_, *stub_, method, request, caller_, std::move(permissions), Soon());
  }
  template <typename Request, typename Response>
  std::string Reason(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     const Request& request) {
    auto answer = Call(method, request);
    return answer.ok() ? "OK" : answer.error().reason;
  }
  // A request that only has a name.
  template <typename Request, typename Response>
  Result<Response> Named(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                         const std::string& name) {
    Request request;
    request.set_name(name);
    return Call(method, request);
  }
  v1::CreateSegmentRequest Segment(const std::string& id = "worth-winning-back") {
    v1::CreateSegmentRequest request;
    request.set_segment_id(id);
    request.mutable_segment()->set_display_name("Worth winning back");
    *request.mutable_segment()->mutable_predicate() = WorthWinningBack();
    return request;
  }
  v1::CreateTemplateRequest Words(const std::string& id = "win-back") {
    v1::CreateTemplateRequest request;
    request.set_template_id(id);
    request.mutable_template_()->set_display_name("Win back");
    auto& text = (*request.mutable_template_()->mutable_texts())["en"];
    text.set_subject("We miss you, {{contact.display_name}}");
    text.set_text("Stop: {{unsubscribe_url}}");
    return request;
  }
  v1::CreateCampaignRequest Campaign(const std::string& id = "win-back") {
    v1::CreateCampaignRequest request;
    request.set_campaign_id(id);
    request.mutable_campaign()->set_display_name("Win back");
    request.mutable_campaign()->set_segment("segments/worth-winning-back");
    request.mutable_campaign()->set_template_("templates/win-back");
    request.mutable_campaign()->set_purpose("win-back");
    request.mutable_campaign()->set_channel(contact::v1::CHANNEL_EMAIL);
    return request;
  }
  void CreateAll() {
    ASSERT_EQ(Reason(&Stub::CreateSegment, Segment()), "OK");
    ASSERT_EQ(Reason(&Stub::CreateTemplate, Words()), "OK");
    ASSERT_EQ(Reason(&Stub::CreateCampaign, Campaign()), "OK");
  }
  // `leaving` people in the segment and as many who are not; one of the latter without a score.
  void AddPeople(int leaving) {
    std::vector<events::Event> events;
    for (int i = 0; i < 2 * leaving; ++i) {
      Uuid id = NewId();
      events.push_back(Contact(id, i % 2 ? "en" : "tr"));
      if (i > 0) events.push_back(Score(id, 2, i % 2 ? 0.2 : 0.9));
    }
    ASSERT_TRUE(Apply(events).ok());
  }

  Uuid caller_ = tenant();
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 'k')};
  runtime::WorkerPool pool_{4, {.waiting_max = 64}};
  rpc::TenantDirectory tenants_{database_.service()};
  rpc::Door door_{"vefa.campaign.v1.CampaignService", pool_, key_, tenants_, metrics_, clock_};
  std::atomic<int> committed_{0};
  GrpcService service_{door_, database_.service(), [this] { ++committed_; }, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<rpc::Peer> peer_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(GrpcServiceTest, ASegmentIsMadeOnce) {
  auto first = Call(&Stub::CreateSegment, Segment());
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->name(), "segments/worth-winning-back");
  EXPECT_EQ(first->expression(), "frequency >= 1 and p_alive < 0.5");
  EXPECT_EQ(first->version(), 1);
  v1::CreateSegmentRequest request = Segment();
  // Another spelling of the same rule.
  request.mutable_segment()->mutable_predicate()->mutable_all()->mutable_terms()->SwapElements(0, 1);
  auto again = Call(&Stub::CreateSegment, request);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  request.mutable_segment()->mutable_predicate()->mutable_all()->mutable_terms(0)->mutable_compare()->set_number(2);
  auto other = Call(&Stub::CreateSegment, request);
  EXPECT_EQ(other.error().code, Code::kAlreadyExists);
  EXPECT_EQ(other.error().reason, "SEGMENT_ID_TAKEN");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'segment.created'"
                            " AND subject = (SELECT 'segments/' || id FROM segment) AND aggregate_version = 1"),
            1);
  EXPECT_EQ(Named(&Stub::GetSegment, "segments/worth-winning-back")->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Call(&Stub::ListSegments, v1::ListSegmentsRequest())->segments_size(), 1);
  EXPECT_EQ(committed_, 2);
}

TEST_F(GrpcServiceTest, ABadSegmentIsRefusedWithEveryReason) {
  v1::CreateSegmentRequest request = Segment("Not A Slug");
  request.mutable_segment()->clear_display_name();
  request.mutable_segment()->mutable_predicate()->mutable_all()->add_terms();
  auto answer = Call(&Stub::CreateSegment, request);
  ASSERT_EQ(answer.error().code, Code::kInvalidArgument);
  ASSERT_EQ(answer.error().violations.size(), 3u);
  EXPECT_EQ(answer.error().violations[0].reason, "ID_SYNTAX");
  EXPECT_EQ(answer.error().violations[2].field, "segment.predicate.all.terms[2]");
  EXPECT_EQ(Named(&Stub::GetSegment, "segments/none").error().reason, "SEGMENT_NOT_FOUND");
  EXPECT_EQ(Named(&Stub::GetSegment, "contacts/none").error().reason, "NAME_SYNTAX");
  EXPECT_EQ(Call(&Stub::CreateSegment, Segment(), {"segments.read"}).error().reason, "PERMISSION_MISSING");
  caller_ = NewId();
  EXPECT_EQ(Named(&Stub::GetSegment, "segments/none").error().reason, "TENANT_UNKNOWN");
}

TEST_F(GrpcServiceTest, CountsAStoredRuleAndOneStillBeingWritten) {
  ASSERT_EQ(Reason(&Stub::CreateSegment, Segment()), "OK");
  AddPeople(7);
  auto stored = Named(&Stub::CountSegment, "segments/worth-winning-back");
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->size(), 7);
  EXPECT_EQ(stored->contacts_known(), 14);
  EXPECT_EQ(stored->scores_known(), 13);
  EXPECT_GT(stored->as_of_time().seconds(), 0);
  // Somebody of it may only be kept from now on, and is kept.
  static const postgres::Statement kMember{"test_member", "SELECT contact_id FROM contact_state WHERE frequency >= 1 AND p_alive < 0.5 LIMIT 1"};
  auto member = database_.service().Run(postgres::Scope::Tenant(tenant()), kMember, {}, Soon());
  ASSERT_TRUE(member.ok() && !member->empty());
  const Uuid somebody = member->Id(0, 0);
  versions_[ResourceName("contacts", somebody)] = 100;
  ASSERT_TRUE(Apply({Limited(somebody, true)}).ok());
  EXPECT_EQ(Named(&Stub::CountSegment, "segments/worth-winning-back")->size(), 6);
  EXPECT_EQ(Named(&Stub::CountSegment, "segments/worth-winning-back")->contacts_known(), 13);
  ASSERT_TRUE(Apply({Limited(somebody, false)}).ok());
  v1::CountSegmentRequest written;
  *written.mutable_predicate()->mutable_not_() = WorthWinningBack();
  EXPECT_EQ(Call(&Stub::CountSegment, written)->size(), 7);
  written.set_name("segments/worth-winning-back");
  EXPECT_EQ(Reason(&Stub::CountSegment, written), "ONE_OF");
  EXPECT_EQ(Reason(&Stub::CountSegment, v1::CountSegmentRequest()), "ONE_OF");
  v1::CountSegmentRequest broken;
  broken.mutable_predicate()->mutable_presence()->set_attribute("x");
  EXPECT_EQ(Call(&Stub::CountSegment, broken).error().violations.at(0).reason, "ATTRIBUTE_UNKNOWN");
  caller_ = database_.other_tenant();
  EXPECT_EQ(Named(&Stub::CountSegment, "segments/worth-winning-back").error().reason, "SEGMENT_NOT_FOUND");
}

TEST_F(GrpcServiceTest, MembersComeInPagesWithoutGaps) {
  ASSERT_EQ(Reason(&Stub::CreateSegment, Segment()), "OK");
  AddPeople(25);
  v1::ListSegmentMembersRequest request;
  request.set_name("segments/worth-winning-back");
  request.set_page_size(10);
  std::set<std::string> seen;
  int pages = 0;
  do {
    auto page = Call(&Stub::ListSegmentMembers, request);
    ASSERT_TRUE(page.ok()) << page.error().message;
    seen.insert(page->contacts().begin(), page->contacts().end());
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 25u);
  request.set_page_token("nonsense");
  EXPECT_EQ(Reason(&Stub::ListSegmentMembers, request), "PAGE_TOKEN_INVALID");
}

TEST_F(GrpcServiceTest, ATemplateIsMadeOnceAndKeepsItsWords) {
  v1::CreateTemplateRequest request = Words();
  auto& turkish = (*request.mutable_template_()->mutable_texts())["tr"];
  turkish.set_subject("Özledik");
  turkish.set_text("Çıkmak için: {{unsubscribe_url}}");
  auto first = Call(&Stub::CreateTemplate, request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  auto read = Named(&Stub::GetTemplate, "templates/win-back");
  EXPECT_EQ(read->texts().at("tr").text(), turkish.text());
  EXPECT_EQ(Call(&Stub::CreateTemplate, request)->create_time().nanos(), first->create_time().nanos());
  turkish.set_subject("Başka");
  EXPECT_EQ(Reason(&Stub::CreateTemplate, request), "TEMPLATE_ID_TAKEN");
  request.set_template_id("other");
  turkish.set_text("no way out");
  EXPECT_EQ(Call(&Stub::CreateTemplate, request).error().violations.at(0).reason, "UNSUBSCRIBE_MISSING");
  EXPECT_EQ(Named(&Stub::GetTemplate, "templates/other").error().reason, "TEMPLATE_NOT_FOUND");
  ASSERT_EQ(Reason(&Stub::CreateTemplate, Words("another")), "OK");
  auto list = Call(&Stub::ListTemplates, v1::ListTemplatesRequest());
  ASSERT_EQ(list->templates_size(), 2);
  EXPECT_EQ(list->templates(0).name(), "templates/another");
  EXPECT_EQ(list->templates(1).texts_size(), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'template.created'"), 2);
}

TEST_F(GrpcServiceTest, ACampaignNeedsItsSegmentAndTemplate) {
  EXPECT_EQ(Reason(&Stub::CreateCampaign, Campaign()), "SEGMENT_NOT_FOUND");
  ASSERT_EQ(Reason(&Stub::CreateSegment, Segment()), "OK");
  EXPECT_EQ(Reason(&Stub::CreateCampaign, Campaign()), "TEMPLATE_NOT_FOUND");
  ASSERT_EQ(Reason(&Stub::CreateTemplate, Words()), "OK");
  auto made = Call(&Stub::CreateCampaign, Campaign());
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->state(), v1::Campaign::STATE_DRAFT);
  EXPECT_EQ(Call(&Stub::CreateCampaign, Campaign())->SerializeAsString(), made->SerializeAsString());
  v1::CreateCampaignRequest other = Campaign();
  other.mutable_campaign()->set_purpose("news");
  EXPECT_EQ(Reason(&Stub::CreateCampaign, other), "CAMPAIGN_ID_TAKEN");
  other.mutable_campaign()->set_channel(contact::v1::CHANNEL_SMS);
  other.mutable_campaign()->set_segment("segments");
  EXPECT_EQ(Call(&Stub::CreateCampaign, other).error().violations.size(), 2u);
  ASSERT_EQ(Reason(&Stub::CreateCampaign, Campaign("later")), "OK");
  auto list = Call(&Stub::ListCampaigns, v1::ListCampaignsRequest());
  ASSERT_EQ(list->campaigns_size(), 2);
  EXPECT_EQ(list->campaigns(0).name(), "campaigns/later");
}

TEST_F(GrpcServiceTest, StartTakesTheAudienceOfThatMomentAndOnce) {
  CreateAll();
  AddPeople(6);
  auto started = Named(&Stub::StartCampaign, "campaigns/win-back");
  ASSERT_TRUE(started.ok()) << started.error().message;
  EXPECT_EQ(started->state(), v1::Campaign::STATE_RUNNING);
  EXPECT_EQ(started->progress().audience(), 6);
  EXPECT_EQ(started->progress().requested(), 0);
  EXPECT_EQ(started->version(), 2);
  EXPECT_TRUE(started->has_start_time());
  AddPeople(3);
  auto again = Named(&Stub::StartCampaign, "campaigns/win-back");
  EXPECT_EQ(again->SerializeAsString(), started->SerializeAsString());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM campaign_recipient"), 6);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'campaign.started' AND aggregate_version = 2"), 1);
  EXPECT_EQ(Named(&Stub::StartCampaign, "campaigns/none").error().reason, "CAMPAIGN_NOT_FOUND");
}

TEST_F(GrpcServiceTest, PauseAndResumeOnlyFromTheRightState) {
  CreateAll();
  EXPECT_EQ(Named(&Stub::PauseCampaign, "campaigns/none").error().reason, "CAMPAIGN_NOT_FOUND");
  EXPECT_EQ(Named(&Stub::PauseCampaign, "campaigns/win-back").error().reason, "CAMPAIGN_NOT_RUNNING");
  EXPECT_EQ(Named(&Stub::ResumeCampaign, "campaigns/win-back").error().reason, "CAMPAIGN_NOT_PAUSED");
  ASSERT_TRUE(Named(&Stub::StartCampaign, "campaigns/win-back").ok());
  auto resumed = Named(&Stub::ResumeCampaign, "campaigns/win-back");
  EXPECT_EQ(resumed.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(Named(&Stub::PauseCampaign, "campaigns/win-back")->state(), v1::Campaign::STATE_PAUSED);
  EXPECT_EQ(Named(&Stub::PauseCampaign, "campaigns/win-back").error().reason, "CAMPAIGN_NOT_RUNNING");
  EXPECT_EQ(Named(&Stub::StartCampaign, "campaigns/win-back")->state(), v1::Campaign::STATE_PAUSED);
  EXPECT_EQ(Named(&Stub::ResumeCampaign, "campaigns/win-back")->state(), v1::Campaign::STATE_RUNNING);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE subject LIKE 'campaigns/%'"), 4);
  EXPECT_EQ(database_.Count("SELECT max(aggregate_version) FROM event_log WHERE subject LIKE 'campaigns/%'"), 4);
  EXPECT_EQ(database_.Count("SELECT version FROM campaign"), 4);
}

}  // namespace
}  // namespace vefa::campaign
