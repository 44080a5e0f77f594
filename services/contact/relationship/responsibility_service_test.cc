// Who of ours answers for a relationship: given, handed over, ended, and never two at once.
#include <thread>

#include "services/contact/party/party_fixture.h"

namespace vefa::contact {
namespace {

constexpr auto kA = v1::RESPONSIBILITY_ROLE_ACCOUNTABLE;
constexpr auto kR = v1::RESPONSIBILITY_ROLE_RESPONSIBLE;

class ResponsibilityServiceTest : public PartyTest {
 protected:
  std::string Opened() {
    auto made = Open(Between(NewOrganization("A"), NewOrganization("B")));
    EXPECT_TRUE(made.ok());
    return made->name();
  }
  Result<v1::Responsibility> Assign(const std::string& relationship, const std::string& user, v1::ResponsibilityRole role,
                                    const std::string& note = "", const std::string& request_id = "") {
    v1::AssignResponsibilityRequest request;
    request.set_relationship(relationship);
    request.mutable_responsibility()->set_user(user);
    request.mutable_responsibility()->set_role(role);
    request.mutable_responsibility()->set_note(note);
    request.set_request_id(request_id);
    return Ask(relationships_, &Relationships::AssignResponsibility, request);
  }
  Result<v1::Responsibility> End(const std::string& relationship, const std::string& user, v1::ResponsibilityRole role,
                                 const std::string& request_id = "") {
    v1::EndResponsibilityRequest request;
    request.set_relationship(relationship);
    request.set_user(user);
    request.set_role(role);
    request.set_request_id(request_id);
    return Ask(relationships_, &Relationships::EndResponsibility, request);
  }
  Result<v1::Responsibility> HandOver(const std::string& relationship, const std::string& from, const std::string& to,
                                      v1::ResponsibilityRole role, const std::string& note = "",
                                      const std::string& request_id = "") {
    v1::HandOverResponsibilityRequest request;
    request.set_relationship(relationship);
    request.set_from_user(from);
    request.set_to_user(to);
    request.set_role(role);
    request.set_note(note);
    request.set_request_id(request_id);
    return Ask(relationships_, &Relationships::HandOverResponsibility, request);
  }
  Result<v1::ListResponsibilitiesResponse> List(const std::string& relationship, bool ended = false) {
    v1::ListResponsibilitiesRequest request;
    request.set_relationship(relationship);
    request.set_include_ended(ended);
    return Ask(relationships_, &Relationships::ListResponsibilities, request);
  }
  bool Unaccountable(const std::string& relationship) {
    v1::GetRelationshipRequest request;
    request.set_name(relationship);
    return Ask(relationships_, &Relationships::GetRelationship, request)->unaccountable();
  }
  // Pairs of accountable users whose times meet.
  int64_t TwoAtOnce() {
    return database_.Count(
        "SELECT count(*) FROM responsibility a JOIN responsibility b USING (tenant_id, relationship_id)"
        " WHERE a.role = 1 AND b.role = 1 AND a.id <> b.id"
        " AND tstzrange(a.from_time, a.to_time) && tstzrange(b.from_time, b.to_time)");
  }
};

TEST_F(ResponsibilityServiceTest, ALossIsSaidAndSoIsItsEnd) {
  std::string relationship = Opened();
  EXPECT_TRUE(Unaccountable(relationship));
  auto given = Assign(relationship, User(1), kA, "Dikkat: Ayşe Hanım", kNobody);
  ASSERT_TRUE(given.ok()) << given.error().message;
  EXPECT_EQ(given->note(), "Dikkat: Ayşe Hanım");
  EXPECT_FALSE(given->has_to_time());
  EXPECT_FALSE(Unaccountable(relationship));
  EXPECT_EQ(Assign(relationship, User(1), kA, "Dikkat: Ayşe Hanım", kNobody)->SerializeAsString(), given->SerializeAsString());
  auto ended = End(relationship, User(1), kA);
  ASSERT_TRUE(ended.ok());
  EXPECT_TRUE(ended->has_to_time());
  EXPECT_TRUE(Unaccountable(relationship));
  EXPECT_EQ(Types(relationship),
            (std::vector<std::string>{"relationship.opened", "relationship.accountability_lost", "responsibility.assigned",
                                      "relationship.accountability_restored", "responsibility.ended",
                                      "relationship.accountability_lost"}));
  auto facts = Facts(relationship);
  EXPECT_EQ(facts[1].second.accountability_lost().user(), "");
  EXPECT_EQ(facts[3].second.accountability_restored().user(), User(1));
  EXPECT_EQ(facts[5].second.accountability_lost().user(), User(1));
  for (auto& [type, event] : facts) EXPECT_EQ(event.SerializeAsString().find("Ayşe"), std::string::npos) << type;
}

TEST_F(ResponsibilityServiceTest, AHandOverIsOneMoment) {
  std::string relationship = Opened();
  ASSERT_TRUE(Assign(relationship, User(1), kA).ok());
  ASSERT_TRUE(Assign(relationship, User(2), kR).ok());
  auto taken = HandOver(relationship, User(1), User(2), kA, "See the notes of May.", kNobody);
  ASSERT_TRUE(taken.ok()) << taken.error().message;
  EXPECT_EQ(taken->user(), User(2));
  EXPECT_EQ(taken->note(), "See the notes of May.");
  EXPECT_EQ(HandOver(relationship, User(1), User(2), kA, "See the notes of May.", kNobody)->SerializeAsString(),
            taken->SerializeAsString());
  EXPECT_FALSE(Unaccountable(relationship));
  EXPECT_EQ(Types(relationship).back(), "responsibility.transferred");
  EXPECT_EQ(Facts(relationship).back().second.responsibility_transferred().from_user(), User(1));
  EXPECT_EQ(List(relationship)->responsibilities_size(), 2);
  auto all = List(relationship, true);
  ASSERT_EQ(all->responsibilities_size(), 3);
  EXPECT_EQ(all->responsibilities(0).user(), User(2)) << "the latest first";
  // The one ends when the other begins.
  EXPECT_EQ(all->responsibilities(2).to_time().SerializeAsString(), all->responsibilities(0).from_time().SerializeAsString());
  EXPECT_EQ(TwoAtOnce(), 0);
}

TEST_F(ResponsibilityServiceTest, RefusesWhatItCannotGive) {
  std::string relationship = Opened();
  ASSERT_TRUE(Assign(relationship, User(1), kA).ok());
  ASSERT_TRUE(Assign(relationship, User(2), kR).ok());
  EXPECT_EQ(Assign(relationship, User(2), kA).error().reason, "ACCOUNTABLE_TAKEN");
  auto same = Assign(relationship, User(1), kA);
  EXPECT_EQ(same.error().code, Code::kAlreadyExists);
  EXPECT_EQ(same.error().reason, "RESPONSIBILITY_EXISTS");
  EXPECT_EQ(HandOver(relationship, User(3), User(4), kA).error().reason, "RESPONSIBILITY_NOT_FOUND");
  ASSERT_TRUE(Assign(relationship, User(3), kR).ok()) << "several do the work";
  EXPECT_EQ(HandOver(relationship, User(2), User(3), kR).error().reason, "RESPONSIBILITY_EXISTS");
  EXPECT_EQ(End(relationship, User(4), kR).error().reason, "RESPONSIBILITY_NOT_FOUND");
  EXPECT_EQ(Broken(Assign(relationship, "", v1::RESPONSIBILITY_ROLE_UNSPECIFIED, std::string(2001, 'x')).error()),
            (std::vector<std::string>{"responsibility.user REQUIRED", "responsibility.role REQUIRED",
                                      "responsibility.note TOO_LONG"}));
  EXPECT_EQ(Broken(Assign(relationship, "x", static_cast<v1::ResponsibilityRole>(99)).error()),
            (std::vector<std::string>{"responsibility.user NAME_SYNTAX", "responsibility.role VALUE_UNKNOWN"}));
  EXPECT_EQ(Broken(HandOver(relationship, User(1), User(1), kA).error()), (std::vector<std::string>{"to_user USER_SAME"}));
  EXPECT_EQ(Broken(End(relationship, "", static_cast<v1::ResponsibilityRole>(0)).error()),
            (std::vector<std::string>{"user REQUIRED", "role REQUIRED"}));
  const std::string nobody = std::string("relationships/") + kNobody;
  EXPECT_EQ(Assign(nobody, User(1), kA).error().reason, "RELATIONSHIP_NOT_FOUND");
  EXPECT_EQ(End(nobody, User(1), kA).error().reason, "RELATIONSHIP_NOT_FOUND");
  EXPECT_EQ(HandOver(nobody, User(1), User(2), kA).error().reason, "RELATIONSHIP_NOT_FOUND");
  EXPECT_EQ(List(nobody).error().reason, "RELATIONSHIP_NOT_FOUND");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Assign(relationship, User(4), kR).error().reason, "RELATIONSHIP_NOT_FOUND");
  EXPECT_EQ(List(relationship).error().reason, "RELATIONSHIP_NOT_FOUND");
}

TEST_F(ResponsibilityServiceTest, WhatHasEndedIsGivenToNobody) {
  std::string relationship = Opened();
  ASSERT_TRUE(Assign(relationship, User(1), kA).ok());
  v1::CloseRelationshipRequest close;
  close.set_name(relationship);
  close.set_reason("DONE");
  ASSERT_TRUE(Ask(relationships_, &Relationships::CloseRelationship, close).ok());
  EXPECT_EQ(Assign(relationship, User(2), kR).error().reason, "RELATIONSHIP_ENDED");
  EXPECT_EQ(HandOver(relationship, User(1), User(2), kA).error().reason, "RELATIONSHIP_ENDED");
  EXPECT_TRUE(End(relationship, User(1), kA).ok());
  EXPECT_EQ(Types(relationship).back(), "responsibility.ended") << "of what has ended nothing is lost";
}

// Of an erased person's relationship nothing is noted any more, and it can be brought to its end.
TEST_F(ResponsibilityServiceTest, OfAnErasedPerson) {
  std::string person = NewContact();
  std::string relationship = Open(Between(NewOrganization("A"), person))->name();
  ASSERT_TRUE(Assign(relationship, User(1), kA).ok());
  ASSERT_TRUE(Erase(person).ok());
  EXPECT_EQ(Assign(relationship, User(2), kR, "She").error().reason, "CONTACT_ERASED");
  EXPECT_EQ(HandOver(relationship, User(1), User(2), kA, "She").error().reason, "CONTACT_ERASED");
  EXPECT_TRUE(End(relationship, User(1), kA).ok());
  v1::CloseRelationshipRequest close;
  close.set_name(relationship);
  close.set_reason("ERASED");
  EXPECT_TRUE(Ask(relationships_, &Relationships::CloseRelationship, close).ok());
}

TEST_F(ResponsibilityServiceTest, OfManyAtOnceOneBecomesAccountable) {
  std::string relationship = Opened();
  constexpr int kUsers = 8;
  std::vector<std::string> reasons(kUsers);
  std::vector<std::thread> callers;
  for (int i = 0; i < kUsers; ++i)
    callers.emplace_back([&, i] {
      auto given = Assign(relationship, User(i), kA);
      reasons[static_cast<size_t>(i)] = given.ok() ? "OK" : given.error().reason;
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "OK"), 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "ACCOUNTABLE_TAKEN"), kUsers - 1);
  EXPECT_EQ(TwoAtOnce(), 0);
  EXPECT_EQ(Types(relationship).size(), 4u);
}

// A caller who is not answered in time asks again while the first try is still under way.
TEST_F(ResponsibilityServiceTest, TwinsOfOneRequestGetOneAnswer) {
  constexpr int kTwins = 6;
  for (int round = 0; round < 10; ++round) {
    v1::OpenRelationshipRequest request = Between(NewOrganization("A"), NewOrganization("B"));
    request.set_request_id(NewUuidV7(clock_).ToString());
    const std::string assign_id = NewUuidV7(clock_).ToString();
    std::vector<std::string> answers(kTwins);
    std::vector<std::thread> callers;
    for (std::string& answer : answers)
      callers.emplace_back([&] {
        auto opened = Open(request);
        auto given = opened.ok() ? Assign(opened->name(), User(1), kA, "", assign_id) : Result<v1::Responsibility>(opened.error());
        answer = given.ok() ? opened->name() + given->SerializeAsString() : given.error().reason;
      });
    for (std::thread& caller : callers) caller.join();
    for (const std::string& answer : answers) EXPECT_EQ(answer, answers.front()) << "round " << round;
    EXPECT_TRUE(answers.front().starts_with("relationships/")) << answers.front();
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM relationship"), 10);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM responsibility"), 10);
}

}  // namespace
}  // namespace vefa::contact
