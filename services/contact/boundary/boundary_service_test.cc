// Boundaries through the door: set, lifted, listed, and whom they bind.
#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "libs/base/text.h"
#include "libs/telemetry/tracer.h"
#include "services/contact/party/party_fixture.h"

namespace vefa::contact {
namespace {

class BoundaryServiceTest : public PartyTest {
 protected:
  static v1::SetBoundaryRequest About(const std::string& about, const std::string& rule = R"({"topic":{"topics":["price"]}})") {
    v1::SetBoundaryRequest request;
    request.mutable_boundary()->set_about(about);
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(rule, request.mutable_boundary()->mutable_rule()).ok());
    return request;
  }
  Result<v1::Boundary> Set(const v1::SetBoundaryRequest& request) {
    return Ask(boundaries_, &Boundaries::SetBoundary, request);
  }
  Result<v1::Boundary> Lift(const std::string& name) {
    v1::LiftBoundaryRequest request;
    request.set_name(name);
    return Ask(boundaries_, &Boundaries::LiftBoundary, request);
  }
  Result<v1::Boundary> Get(const std::string& name) {
    v1::GetBoundaryRequest request;
    request.set_name(name);
    return Ask(boundaries_, &Boundaries::GetBoundary, request);
  }
  Result<v1::EvaluateBoundariesResponse> Evaluate(const v1::EvaluateBoundariesRequest& request) {
    return Ask(boundaries_, &Boundaries::EvaluateBoundaries, request);
  }
  static v1::BoundaryQuestion Price(const std::string& party) {
    v1::BoundaryQuestion question;
    question.set_party(party);
    question.set_topic("price");
    return question;
  }
  // By which boundaries a word about prices is forbidden now, or then.
  std::vector<std::string> Forbidding(const std::string& party, std::optional<Time> moment = {}) {
    v1::EvaluateBoundariesRequest request;
    *request.add_questions() = Price(party);
    if (moment) *request.mutable_questions(0)->mutable_moment() = rpc::ToProto(*moment);
    auto heard = Evaluate(request);
    EXPECT_TRUE(heard.ok()) << heard.error().message;
    const v1::BoundaryAnswer& answer = heard->answers(0);
    EXPECT_EQ(answer.allowed(), answer.forbidden_by().empty());
    return {answer.forbidden_by().begin(), answer.forbidden_by().end()};
  }
  std::vector<std::string> Names(v1::ListBoundariesRequest request) {
    std::vector<std::string> names;
    for (;;) {
      auto page = Ask(boundaries_, &Boundaries::ListBoundaries, request);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) return names;
      for (const v1::Boundary& each : page->boundaries()) names.push_back(each.name());
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
    }
  }
};

using Texts = std::vector<std::string>;

TEST_F(BoundaryServiceTest, SetsOnceLiftsOnceAndKeepsTheHistory) {
  std::string company = NewOrganization("A");
  v1::SetBoundaryRequest request = About(company);
  request.mutable_boundary()->set_reason("Ayşe Hanım asked in May.");
  request.set_request_id(kNobody);
  auto set = Set(request);
  ASSERT_TRUE(set.ok()) << set.error().message;
  EXPECT_EQ(set->set_by(), "services/test");
  EXPECT_EQ(Set(request)->SerializeAsString(), set->SerializeAsString());
  EXPECT_EQ(Get(set->name())->SerializeAsString(), set->SerializeAsString());
  auto lifted = Lift(set->name());
  ASSERT_TRUE(lifted.ok());
  EXPECT_TRUE(lifted->has_lift_time());
  EXPECT_EQ(lifted->lifted_by(), "services/test");
  EXPECT_EQ(lifted->version(), 2);
  EXPECT_EQ(Lift(set->name())->SerializeAsString(), lifted->SerializeAsString());
  EXPECT_EQ(Types(set->name()), (Texts{"boundary.set", "boundary.lifted"}));
  auto facts = Facts(set->name());
  EXPECT_EQ(facts[0].second.boundary_set().state().rule().topic().topics(0), "price");
  EXPECT_EQ(facts[0].second.SerializeAsString().find("Ayşe"), std::string::npos);
  std::string other = Set(About(company))->name();
  ASSERT_TRUE(Set(About(NewOrganization("B"))).ok());
  v1::ListBoundariesRequest list;
  list.set_about(company);
  list.set_page_size(1);
  EXPECT_EQ(Names(list), (Texts{other}));
  list.set_include_lifted(true);
  EXPECT_EQ(Names(list), (Texts{set->name(), other}));
  list.clear_about();
  EXPECT_EQ(Names(list).size(), 3u);
}

TEST_F(BoundaryServiceTest, RefusesWhatItCannotSet) {
  v1::SetBoundaryRequest bad = About("users/1", "{}");
  bad.mutable_boundary()->set_reason(std::string(501, 'x'));
  bad.mutable_boundary()->mutable_valid_to()->set_seconds(1);
  EXPECT_EQ(Broken(Set(bad).error()),
            (Texts{"boundary.about NAME_SYNTAX", "boundary.rule REQUIRED", "boundary.reason TOO_LONG",
                    "boundary.valid_to TIME_ORDER"}));
  for (auto [collection, reason] : {std::pair{"contacts/", "CONTACT_NOT_FOUND"}, {"organizations/", "ORGANIZATION_NOT_FOUND"},
                                    {"relationships/", "RELATIONSHIP_NOT_FOUND"}})
    EXPECT_EQ(Set(About(std::string(collection) + kNobody)).error().reason, reason);
  std::string gone = NewOrganization("Gone"), person = NewContact();
  std::string relationship = Open(Between(NewOrganization("A"), person))->name();
  ASSERT_TRUE(Archive(gone).ok());
  ASSERT_TRUE(Erase(person).ok());
  EXPECT_EQ(Set(About(gone)).error().reason, "ORGANIZATION_ARCHIVED");
  EXPECT_EQ(Set(About(person)).error().reason, "CONTACT_ERASED");
  EXPECT_EQ(Set(About(relationship)).error().reason, "CONTACT_ERASED");
  std::string ended = Open(Between(NewOrganization("B"), NewOrganization("C")))->name();
  v1::CloseRelationshipRequest close;
  close.set_name(ended);
  close.set_reason("DONE");
  ASSERT_TRUE(Ask(relationships_, &Relationships::CloseRelationship, close).ok());
  EXPECT_EQ(Set(About(ended)).error().reason, "RELATIONSHIP_ENDED");
  EXPECT_EQ(Lift(std::string("boundaries/") + kNobody).error().reason, "BOUNDARY_NOT_FOUND");
  EXPECT_EQ(Get(std::string("boundaries/") + kNobody).error().reason, "BOUNDARY_NOT_FOUND");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM boundary"), 0);
}

TEST_F(BoundaryServiceTest, AtMost200StandAboutOne) {
  std::string company = NewOrganization("A");
  std::string first = Set(About(company))->name();
  database_.Run("INSERT INTO boundary SELECT tenant_id, gen_random_uuid(), about, rule, '', '', valid_from, NULL, NULL, '', 1, now()"
                " FROM boundary, generate_series(1, 199)");
  EXPECT_EQ(Set(About(company)).error().reason, "TOO_MANY_BOUNDARIES");
  ASSERT_TRUE(Lift(first).ok());
  EXPECT_TRUE(Set(About(company)).ok());
}

TEST_F(BoundaryServiceTest, AnOrganisationsBindsItsPeopleAndWhatIsBelowIt) {
  std::string holding = NewOrganization("Holding"), company = NewOrganization("Company", holding);
  std::string other = NewOrganization("Other"), person = NewContact("1"), stranger = NewContact("2");
  v1::CreateAffiliationRequest until = Belongs(person, company);
  until.mutable_affiliation()->mutable_valid_to()->set_year(2030);
  until.mutable_affiliation()->mutable_valid_to()->set_month(6);
  until.mutable_affiliation()->mutable_valid_to()->set_day(30);
  ASSERT_TRUE(Affiliate(until).ok());
  std::string relationship = Open(Between(other, person))->name();
  std::string line = Set(About(holding))->name();
  EXPECT_EQ(Forbidding(holding), (Texts{line}));
  EXPECT_EQ(Forbidding(company), (Texts{line})) << "it is below";
  EXPECT_EQ(Forbidding(person), (Texts{line})) << "works below";
  EXPECT_EQ(Forbidding(relationship), (Texts{line})) << "a party of it works below";
  EXPECT_EQ(Forbidding(other), (Texts{}));
  EXPECT_EQ(Forbidding(stranger), (Texts{}));
  EXPECT_EQ(Forbidding(std::string("contacts/") + kNobody), (Texts{}));
  // On the last day still, and on the next no more.
  EXPECT_EQ(Forbidding(person, *ParseTime("2030-06-30T23:59:59Z")), (Texts{line}));
  EXPECT_EQ(Forbidding(person, *ParseTime("2030-07-01T00:00:00Z")), (Texts{}));
  // A person's own binds the person, and not the company; a relationship's only what is asked of it.
  std::string own = Set(About(person))->name(), between = Set(About(relationship))->name();
  EXPECT_EQ(Forbidding(person), (Texts{line, own}));
  EXPECT_EQ(Forbidding(company), (Texts{line}));
  EXPECT_EQ(Forbidding(relationship), (Texts{line, own, between}));
  ASSERT_TRUE(Lift(line).ok());
  EXPECT_EQ(Forbidding(company), (Texts{}));
  EXPECT_EQ(Forbidding(relationship), (Texts{own, between}));
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Forbidding(relationship), (Texts{}));
  EXPECT_EQ(Get(own).error().reason, "BOUNDARY_NOT_FOUND");
  EXPECT_EQ(Lift(own).error().reason, "BOUNDARY_NOT_FOUND");
  EXPECT_TRUE(Names({}).empty());
}

TEST_F(BoundaryServiceTest, SaysWhenItWillBeAllowed) {
  std::string company = NewOrganization("A");
  v1::SetBoundaryRequest request = About(
      company, R"({"timeWindow":{"zone":"Europe/Istanbul","windows":[{"weekdays":["WEEKDAY_MONDAY"],"startMinute":540,"endMinute":1080}]}})");
  request.mutable_boundary()->mutable_valid_from()->set_seconds(1);
  ASSERT_TRUE(Set(request).ok());
  v1::EvaluateBoundariesRequest ask;
  *ask.add_questions() = Price(company);
  *ask.mutable_questions(0)->mutable_moment() = rpc::ToProto(*ParseTime("2026-05-05T12:00:00Z"));
  *ask.add_questions() = Price(company);
  *ask.mutable_questions(1)->mutable_moment() = rpc::ToProto(*ParseTime("2026-05-04T12:00:00Z"));
  auto heard = Evaluate(ask);
  ASSERT_TRUE(heard.ok()) << heard.error().message;
  EXPECT_FALSE(heard->answers(0).allowed());
  EXPECT_EQ(rpc::FromProto(heard->answers(0).next_allowed_time()), *ParseTime("2026-05-11T06:00:00Z"));
  EXPECT_TRUE(heard->answers(1).allowed());
  EXPECT_FALSE(heard->answers(1).has_next_allowed_time());
}

TEST_F(BoundaryServiceTest, RefusesQuestionsItCannotRead) {
  EXPECT_EQ(Broken(Evaluate({}).error()), (Texts{"questions REQUIRED"}));
  v1::EvaluateBoundariesRequest ask;
  *ask.add_questions() = Price(NewOrganization("A"));
  v1::BoundaryQuestion& bad = *ask.add_questions();
  bad.set_party("users/1");
  bad.set_channel(static_cast<v1::Channel>(99));
  bad.set_topic("No Code");
  bad.set_user("me");
  bad.set_purpose("No Code");
  bad.set_product("No Code");
  bad.set_region("No Code");
  EXPECT_EQ(Broken(Evaluate(ask).error()),
            (Texts{"questions[1].party NAME_SYNTAX", "questions[1].channel VALUE_UNKNOWN", "questions[1].topic CODE_SYNTAX",
                    "questions[1].user NAME_SYNTAX", "questions[1].purpose CODE_SYNTAX", "questions[1].product CODE_SYNTAX",
                    "questions[1].region CODE_SYNTAX"}));
  v1::EvaluateBoundariesRequest many;
  for (int i = 0; i < 1001; ++i) *many.add_questions() = ask.questions(0);
  EXPECT_EQ(Evaluate(many).error().reason, "BATCH_TOO_LARGE");
}

// However much is asked, the database hears the same few statements.
TEST_F(BoundaryServiceTest, AThousandQuestionsAreAsFewStatementsAsOne) {
  std::string holding = NewOrganization("Holding");
  std::vector<std::string> parties;
  for (int i = 0; i < 20; ++i) {
    std::string company = NewOrganization("C" + std::to_string(i), holding), person = NewContact(std::to_string(i));
    ASSERT_TRUE(Affiliate(Belongs(person, company)).ok());
    parties.push_back(person);
    parties.push_back(Open(Between(holding, person))->name());
    ASSERT_TRUE(Set(About(company)).ok());
  }
  auto statements = [&](int questions) {
    v1::EvaluateBoundariesRequest ask;
    for (int i = 0; i < questions; ++i) *ask.add_questions() = Price(parties[static_cast<size_t>(i) % parties.size()]);
    telemetry::Tracer tracer(*telemetry::Sampler::Of("parentbased_always_off", ""), metrics_);
    telemetry::TracerScope scope(tracer);
    telemetry::TraceScope traced(telemetry::Trace::New().Sampled(true));
    auto heard = Evaluate(ask);
    EXPECT_TRUE(heard.ok());
    EXPECT_EQ(heard->answers_size(), questions);
    for (const v1::BoundaryAnswer& answer : heard->answers()) EXPECT_EQ(answer.forbidden_by_size(), 1);
    int64_t count = 0;
    for (auto& span : tracer.Take(1000, std::chrono::milliseconds(0))) count += span->name.starts_with("boundary_");
    return count;
  };
  EXPECT_EQ(statements(1), 5);
  EXPECT_EQ(statements(1000), 5);
}

}  // namespace
}  // namespace vefa::contact
