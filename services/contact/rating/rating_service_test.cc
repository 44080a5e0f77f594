#include "services/contact/rating/rating_fixture.h"

namespace vefa::contact {
namespace {

using Scores = v1::ScoreService::Stub;
using PersonaStub = v1::PersonaService::Stub;

class ScoreTest : public RatingTest {
 protected:
  // 40 for Turkey, 10 a weight of coffee up to 50, B from 40 and A from 80.
  static v1::ScoreDefinition Lead() {
    v1::ScoreDefinition definition;
    definition.set_name("scoreDefinitions/lead");
    v1::ScoreRule& turkey = *definition.add_rules();
    turkey.set_code("in-turkey");
    turkey.set_points(40);
    turkey.set_filter("country = TR");
    v1::ScoreRule& coffee = *definition.add_rules();
    coffee.set_code("coffee");
    coffee.set_points(10);
    coffee.mutable_signals()->set_topic("coffee");
    coffee.mutable_signals()->set_half_life_days(10);
    coffee.mutable_signals()->set_cap(50);
    for (auto [name, at_least] : {std::pair("A", 80), std::pair("B", 40)}) {
      definition.add_grades()->set_grade(name);
      definition.mutable_grades(definition.grades_size() - 1)->set_at_least(at_least);
    }
    return definition;
  }
  Result<v1::ScoreDefinition> Set(const v1::ScoreDefinition& definition) {
    v1::SetScoreDefinitionRequest request;
    *request.mutable_score_definition() = definition;
    return Ask(&Scores::SetScoreDefinition, request);
  }
  v1::ContactScore ScoreOf(const std::string& contact) {
    v1::ListContactScoresRequest request;
    request.set_contact(contact);
    auto scores = Ask(&Scores::ListContactScores, request);
    EXPECT_TRUE(scores.ok()) << scores.error().reason;
    return scores.ok() && scores->scores_size() == 1 ? scores->scores(0) : v1::ContactScore();
  }
};

TEST_F(ScoreTest, EachRulesShareMakesUpTheScore) {
  const std::string ada = Somebody("1", "TR"), bob = Somebody("2", "DE");
  Signal(ada, "coffee", 2, 10);
  auto set = Set(Lead());
  ASSERT_TRUE(set.ok()) << set.error().reason;
  EXPECT_EQ(set->version(), 1);
  Rate();
  v1::ContactScore score = ScoreOf(ada);
  ASSERT_EQ(score.shares_size(), 2);
  EXPECT_EQ(score.shares(0).points(), 40);
  EXPECT_NEAR(score.shares(1).points(), 10, 0.01);
  EXPECT_NEAR(score.score(), 50, 0.01);
  EXPECT_EQ(score.grade(), "B");
  EXPECT_EQ(ScoreOf(bob).score(), 0);
  EXPECT_TRUE(ScoreOf(bob).has_count_time());
  EXPECT_EQ(Events("lead_score.crossed"), 1);
  // More points are no event, another grade is one.
  Signal(ada, "coffee", 1);
  Rate();
  EXPECT_NEAR(ScoreOf(ada).score(), 60, 0.01);
  EXPECT_EQ(Events("lead_score.crossed"), 1);
  Signal(ada, "coffee", 90);
  Rate();
  EXPECT_NEAR(ScoreOf(ada).score(), 90, 0.01);
  EXPECT_EQ(ScoreOf(ada).grade(), "A");
  EXPECT_EQ(Events("lead_score.crossed"), 2);
  EXPECT_EQ(Get(ada)->version(), 6);
  // Nothing changed, so nothing is written.
  Hear(ada);
  Rate();
  EXPECT_EQ(Get(ada)->version(), 6);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM rating_due"), 0);
}

TEST_F(ScoreTest, ANewVersionCountsEverybodyAnewAndADeletedOneNobody) {
  std::vector<std::string> people;
  for (int i = 0; i < 250; ++i) people.push_back(Somebody(std::to_string(i), i % 2 == 0 ? "TR" : "DE"));
  ASSERT_TRUE(Set(Lead()).ok());
  // A page, and then another process goes on.
  ASSERT_TRUE(rater_.SweepPage(tenant_).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_score"), 200);
  Rate();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_score"), 250);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_score WHERE grade = 'B'"), 125);
  v1::ScoreDefinition changed = Lead();
  changed.set_etag("\"1\"");
  changed.mutable_rules(0)->set_points(90);
  EXPECT_EQ(Set(changed)->version(), 2);
  EXPECT_EQ(Set(changed).error().reason, "ETAG_MISMATCH");
  changed.clear_etag();
  EXPECT_EQ(Set(changed)->version(), 2);
  Rate();
  EXPECT_EQ(ScoreOf(people[0]).grade(), "A");
  EXPECT_EQ(Events("lead_score.crossed"), 250);
  v1::DeleteScoreDefinitionRequest gone;
  gone.set_name("scoreDefinitions/lead");
  ASSERT_TRUE(Ask(&Scores::DeleteScoreDefinition, gone).ok());
  EXPECT_EQ(ScoreOf(people[0]).definition(), "");
  Rate();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_score"), 0);
  EXPECT_EQ(Ask(&Scores::DeleteScoreDefinition, gone).error().reason, "SCORE_DEFINITION_NOT_FOUND");
  EXPECT_EQ(Set(Lead())->version(), 4);
}

TEST_F(ScoreTest, ContactsAreListedByTheirScore) {
  for (int i = 0; i < 5; ++i) Signal(Somebody(std::to_string(i), i < 2 ? "TR" : "DE"), "coffee", 1 + i % 3);
  ASSERT_TRUE(Set(Lead()).ok());
  Rate();
  v1::ListScoredContactsRequest request;
  request.set_definition("scoreDefinitions/lead");
  request.set_page_size(2);
  std::vector<double> scores;
  do {
    auto page = Ask(&Scores::ListScoredContacts, request);
    ASSERT_TRUE(page.ok()) << page.error().reason;
    for (const v1::ContactScore& score : page->scores()) scores.push_back(std::round(score.score()));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(scores, (std::vector<double>{60, 50, 30, 20, 10}));
  request.set_grade("B");
  EXPECT_EQ(Ask(&Scores::ListScoredContacts, request)->scores_size(), 2);
  request.set_definition("scoreDefinitions/none");
  EXPECT_EQ(Ask(&Scores::ListScoredContacts, request).error().reason, "SCORE_DEFINITION_NOT_FOUND");
}

TEST_F(ScoreTest, EveryBrokenRuleIsNamed) {
  v1::ScoreDefinition wrong = Lead();
  wrong.mutable_rules(0)->set_filter("colour = red");
  wrong.mutable_rules(1)->set_code("in-turkey");
  wrong.mutable_rules(1)->set_points(0);
  wrong.mutable_rules(1)->mutable_signals()->set_cap(-1);
  wrong.set_maximum(-5);
  wrong.mutable_grades(1)->set_at_least(80);
  auto refused = Set(wrong);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().violations.size(), 6u);
  wrong = Lead();
  wrong.set_name("scores/lead");
  EXPECT_EQ(Set(wrong).error().reason, "NAME_SYNTAX");
}

TEST_F(ScoreTest, ErasureForgetsAndNobodyElsesTenantIsTouched) {
  const std::string ada = Somebody("1", "TR");
  ASSERT_TRUE(Set(Lead()).ok());
  Rate();
  EXPECT_EQ(ScoreOf(ada).grade(), "B");
  ASSERT_TRUE(Erase(ada).ok());
  Hear(ada, "contact.erased");
  Rate();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_score"), 0);
}

class PersonaServiceTest : public RatingTest {
 protected:
  Result<v1::Persona> Set(const std::string& code, int priority, const std::string& filter) {
    v1::SetPersonaRequest request;
    v1::Persona& persona = *request.mutable_persona();
    persona.set_name("personas/" + code);
    (*persona.mutable_titles())["tr"] = "Persona " + code;
    (*persona.mutable_descriptions())["en"] = "Somebody who is " + code;
    persona.set_priority(priority);
    persona.set_filter(filter);
    return Ask(&PersonaStub::SetPersona, request);
  }
  // Codes, the primary one first.
  std::vector<std::string> PersonasOf(const std::string& contact) {
    v1::ListContactPersonasRequest request;
    request.set_contact(contact);
    auto matches = Ask(&PersonaStub::ListContactPersonas, request);
    EXPECT_TRUE(matches.ok()) << matches.error().reason;
    std::vector<std::string> codes;
    if (!matches.ok()) return codes;
    for (const v1::PersonaMatch& match : matches->matches()) codes.push_back(match.persona().substr(9) + (match.primary() ? "!" : ""));
    return codes;
  }
};

using Codes = std::vector<std::string>;

TEST_F(PersonaServiceTest, TheFirstOfThoseThatMatchIsThePrimaryOne) {
  const std::string ada = Somebody("1", "TR"), bob = Somebody("2", "DE", "en");
  ASSERT_TRUE(Set("turk", 2, "country = TR").ok());
  ASSERT_TRUE(Set("anybody", 3, "version > 0").ok());
  Rate();
  EXPECT_EQ(PersonasOf(ada), (Codes{"turk!", "anybody"}));
  EXPECT_EQ(PersonasOf(bob), (Codes{"anybody!"}));
  EXPECT_EQ(Events("persona.changed"), 2);
  // A persona that comes before takes the place, with one event of whom it is about.
  ASSERT_TRUE(Set("english", 1, "language = en").ok());
  Rate();
  EXPECT_EQ(PersonasOf(bob), (Codes{"english!", "anybody"}));
  EXPECT_EQ(Events("persona.changed"), 3);
  // The contact changes, and so does who she is.
  v1::UpdateContactRequest update;
  update.mutable_contact()->set_name(ada);
  update.mutable_contact()->set_country("FR");
  ASSERT_TRUE(Call(&Stub::UpdateContact, update).ok());
  Hear(ada);
  Rate();
  EXPECT_EQ(PersonasOf(ada), (Codes{"anybody!"}));
  v1::DeletePersonaRequest gone;
  gone.set_name("personas/anybody");
  ASSERT_TRUE(Ask(&PersonaStub::DeletePersona, gone).ok());
  EXPECT_EQ(PersonasOf(ada), Codes());
  Rate();
  EXPECT_EQ(PersonasOf(bob), (Codes{"english!"}));
  EXPECT_EQ(Events("persona.changed"), 5);
  EXPECT_EQ(Ask(&PersonaStub::DeletePersona, gone).error().reason, "PERSONA_NOT_FOUND");
}

TEST_F(PersonaServiceTest, WhoIsInterestedInSomethingCanBeAskedFor) {
  const std::string ada = Somebody("1", "TR"), bob = Somebody("2", "TR"), veli = Somebody("3", "TR");
  ASSERT_TRUE(Set("barista", 1, "interests:coffee").ok());
  Signal(ada, "coffee", 1);
  Signal(bob, "tea", 1);
  // Forgotten since: 60 days a half.
  Signal(veli, "coffee", 1, 60 * 5);
  Rate();
  EXPECT_EQ(PersonasOf(ada), (Codes{"barista!"}));
  EXPECT_EQ(PersonasOf(bob), Codes());
  EXPECT_EQ(PersonasOf(veli), Codes());
  v1::RecordInterestSignalsRequest no;
  v1::InterestSignal& said = *no.add_signals();
  said.set_contact(ada);
  said.set_topic("coffee");
  said.set_kind(v1::INTEREST_KIND_DECLARED);
  said.set_not_interested(true);
  ASSERT_TRUE(rpc::Call(*rating_peer_, *interest_stub_, &v1::InterestService::Stub::RecordInterestSignals, no, tenant_, {"*"}, Soon()).ok());
  Hear(ada, "interests.changed");
  Rate();
  EXPECT_EQ(PersonasOf(ada), Codes());
}

TEST_F(PersonaServiceTest, APreviewTellsAndSavesNothing) {
  const std::string ada = Somebody("1", "TR");
  Somebody("2", "DE");
  v1::PreviewPersonaRequest request;
  request.set_filter("country = TR");
  auto preview = Ask(&PersonaStub::PreviewPersona, request);
  ASSERT_TRUE(preview.ok()) << preview.error().reason;
  EXPECT_EQ(preview->count(), 1);
  EXPECT_FALSE(preview->is_more());
  ASSERT_EQ(preview->contacts_size(), 1);
  EXPECT_EQ(preview->contacts(0), ada);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM rating_definition"), 0);
  request.set_filter("mehmet");
  request.set_sample_size(51);
  EXPECT_EQ(Ask(&PersonaStub::PreviewPersona, request).error().violations.size(), 2u);
  auto wrong = Set("x", 0, "");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().violations.size(), 2u);
}

class LifecycleRuleTest : public ScoreTest {
 protected:
  using Stages = v1::LifecycleService::Stub;

  static v1::LifecycleRule Rule(const std::string& code, v1::LifecycleStage stage, const std::string& filter, int priority = 1) {
    v1::LifecycleRule rule;
    rule.set_name("lifecycleRules/" + code);
    rule.set_stage(stage);
    rule.set_filter(filter);
    rule.set_priority(priority);
    return rule;
  }
  Result<v1::LifecycleRule> SetRule(const v1::LifecycleRule& rule) {
    v1::SetLifecycleRuleRequest request;
    *request.mutable_lifecycle_rule() = rule;
    return Call(&Stages::SetLifecycleRule, request);
  }
  Result<v1::Contact> SetStage(const std::string& contact, v1::LifecycleStage stage) {
    v1::SetLifecycleStageRequest request;
    request.set_contact(contact);
    request.set_stage(stage);
    request.set_reason("TEST");
    return Call(&Stages::SetLifecycleStage, request);
  }
};

TEST_F(LifecycleRuleTest, ARuleMovesWhoeverItHoldsForAndTheHistoryNamesIt) {
  const std::string ada = Somebody("1", "TR"), bob = Somebody("2", "DE");
  ASSERT_TRUE(Set(Lead()).ok());
  v1::LifecycleRule hot = Rule("hot", v1::LIFECYCLE_STAGE_PROSPECT, "");
  hot.set_score_definition("scoreDefinitions/lead");
  hot.set_score_at_least(60);
  ASSERT_TRUE(SetRule(hot).ok());
  ASSERT_TRUE(SetRule(Rule("known", v1::LIFECYCLE_STAGE_LEAD, "country = TR", 2)).ok());
  Rate();
  EXPECT_EQ(Get(ada)->lifecycle_stage(), v1::LIFECYCLE_STAGE_LEAD);
  EXPECT_EQ(Get(bob)->lifecycle_stage(), v1::LIFECYCLE_STAGE_UNSPECIFIED);
  Signal(ada, "coffee", 4);
  Rate();
  EXPECT_EQ(Get(ada)->lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  v1::ListLifecycleChangesRequest request;
  request.set_contact(ada);
  auto way = Call(&Stages::ListLifecycleChanges, request);
  ASSERT_EQ(way->changes_size(), 2);
  EXPECT_EQ(way->changes(0).rule(), "lifecycleRules/hot");
  EXPECT_EQ(way->changes(0).reason(), "BY_RULE");
  EXPECT_EQ(way->changes(0).actor(), "services/contact");
  EXPECT_EQ(Events("lifecycle.changed"), 2);
  v1::DeleteScoreDefinitionRequest gone;
  gone.set_name("scoreDefinitions/lead");
  EXPECT_EQ(Ask(&Scores::DeleteScoreDefinition, gone).error().reason, "SCORE_DEFINITION_IN_USE");
}

TEST_F(LifecycleRuleTest, AStageThatWasSetByHandIsLeftAloneForThirtyDays) {
  const std::string ada = Somebody("1", "TR");
  ASSERT_TRUE(SetStage(ada, v1::LIFECYCLE_STAGE_LEAD).ok());
  ASSERT_TRUE(SetRule(Rule("up", v1::LIFECYCLE_STAGE_PROSPECT, "country = TR")).ok());
  Rate();
  EXPECT_EQ(Get(ada)->lifecycle_stage(), v1::LIFECYCLE_STAGE_LEAD);
  database_.Run("UPDATE lifecycle_change SET change_time = change_time - interval '30 days'");
  database_.Run("UPDATE rating_sweep SET next_time = now() - interval '1 minute'");
  Rate();
  EXPECT_EQ(Get(ada)->lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
}

TEST_F(LifecycleRuleTest, RulesThatContradictEachOtherMoveOneStepAtATime) {
  const std::string ada = Somebody("1", "TR");
  ASSERT_TRUE(SetRule(Rule("active", v1::LIFECYCLE_STAGE_ACTIVE_CUSTOMER, "country = TR", 1)).ok());
  ASSERT_TRUE(SetRule(Rule("risk", v1::LIFECYCLE_STAGE_AT_RISK, "country = TR", 2)).ok());
  Rate();
  EXPECT_EQ(Events("lifecycle.changed"), 1);
  // What the rule's own event says is not heard.
  v1::ContactEvent event;
  event.mutable_lifecycle_changed()->set_rule("lifecycleRules/active");
  Hear(ada, "lifecycle.changed", event.SerializeAsString());
  Rate();
  EXPECT_EQ(Events("lifecycle.changed"), 1);
  event.mutable_lifecycle_changed()->clear_rule();
  Hear(ada, "lifecycle.changed", event.SerializeAsString());
  Rate();
  EXPECT_EQ(Get(ada)->lifecycle_stage(), v1::LIFECYCLE_STAGE_AT_RISK);
}

TEST_F(LifecycleRuleTest, WhatIsNoRuleIsRefused) {
  v1::LifecycleRule wrong = Rule("x", v1::LIFECYCLE_STAGE_LEAD, "");
  wrong.add_from_stages(v1::LIFECYCLE_STAGE_LOYAL);
  wrong.set_priority(0);
  EXPECT_EQ(SetRule(wrong).error().violations.size(), 3u);
  v1::LifecycleRule unknown = Rule("x", v1::LIFECYCLE_STAGE_LEAD, "");
  unknown.set_score_definition("scoreDefinitions/none");
  ASSERT_EQ(SetRule(unknown).error().violations.size(), 1u);
  EXPECT_EQ(SetRule(unknown).error().violations[0].reason, "SCORE_DEFINITION_UNKNOWN");
}

}  // namespace
}  // namespace vefa::contact
