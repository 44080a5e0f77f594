// Relationships through the door: opened, changed, closed, listed.
#include "services/contact/party/party_fixture.h"
#include "services/contact/relationship/unaccountable_gauge.h"

namespace vefa::contact {
namespace {

class RelationshipServiceTest : public PartyTest {
 protected:
  Result<v1::Relationship> Get(const std::string& name) {
    v1::GetRelationshipRequest request;
    request.set_name(name);
    return Ask(relationships_, &Relationships::GetRelationship, request);
  }
  Result<v1::Relationship> Update(const v1::Relationship& relationship, const std::vector<std::string>& fields,
                                  const std::string& request_id = "") {
    v1::UpdateRelationshipRequest request;
    *request.mutable_relationship() = relationship;
    for (const std::string& field : fields) request.mutable_update_mask()->add_paths(field);
    request.set_request_id(request_id);
    return Ask(relationships_, &Relationships::UpdateRelationship, request);
  }
  Result<v1::Relationship> Become(v1::Relationship relationship, v1::RelationshipStatus status) {
    relationship.set_status(status);
    relationship.clear_etag();
    return Update(relationship, {"status"});
  }
  Result<v1::Relationship> Close(const std::string& name, const std::string& reason = "CONTRACT_ENDED") {
    v1::CloseRelationshipRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return Ask(relationships_, &Relationships::CloseRelationship, request);
  }
  // The names of a list, page by page.
  std::vector<std::string> Names(v1::ListRelationshipsRequest request) {
    request.set_page_size(2);
    std::vector<std::string> names;
    for (;;) {
      auto page = Ask(relationships_, &Relationships::ListRelationships, request);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) return names;
      for (const v1::Relationship& each : page->relationships()) names.push_back(each.name());
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
    }
  }
};

TEST_F(RelationshipServiceTest, OpensOnceAndRepeatsTheAnswer) {
  v1::OpenRelationshipRequest request = Between(NewOrganization("Us"), NewOrganization("Kuzey Dağıtım"));
  request.mutable_relationship()->set_tier("gold");
  request.mutable_relationship()->set_manager(User(1));
  request.mutable_relationship()->mutable_start_date()->set_year(2025);
  request.mutable_relationship()->mutable_start_date()->set_month(1);
  request.mutable_relationship()->mutable_start_date()->set_day(1);
  request.set_accountable(User(2));
  request.set_request_id(kNobody);
  auto first = Open(request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_FALSE(first->unaccountable());
  EXPECT_EQ(first->version(), 2);
  EXPECT_EQ(Open(request)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Get(first->name())->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Types(first->name()), (std::vector<std::string>{"relationship.opened", "responsibility.assigned"}));
  EXPECT_EQ(Facts(first->name())[0].second.relationship_opened().state().tier(), "gold");
}

TEST_F(RelationshipServiceTest, SeveralRolesOfAPairButTheSameOnlyOnce) {
  std::string us = NewOrganization("Us"), them = NewOrganization("Them");
  v1::OpenRelationshipRequest request = Between(us, them);
  v1::Relationship first = *Open(request);
  auto twice = Open(request);
  EXPECT_EQ(twice.error().code, Code::kAlreadyExists);
  EXPECT_EQ(twice.error().reason, "RELATIONSHIP_OPEN");
  request.mutable_relationship()->set_type(v1::RELATIONSHIP_TYPE_COMPETITOR);
  EXPECT_TRUE(Open(request).ok());
  EXPECT_TRUE(Open(Between(them, us)).ok());
  // Once it has ended, the same can begin anew.
  ASSERT_TRUE(Close(first.name()).ok());
  auto anew = Open(Between(us, them));
  ASSERT_TRUE(anew.ok());
  EXPECT_NE(anew->name(), first.name());
}

TEST_F(RelationshipServiceTest, RefusesWhatItCannotRecord) {
  std::string company = NewOrganization("A"), person = NewContact();
  v1::OpenRelationshipRequest bad = Between("users/1", company);
  bad.mutable_relationship()->set_type(static_cast<v1::RelationshipType>(99));
  bad.mutable_relationship()->set_status(v1::RELATIONSHIP_STATUS_ENDED);
  bad.mutable_relationship()->set_tier("Gold!");
  bad.mutable_relationship()->set_manager("nobody");
  bad.set_accountable("contacts/42");
  EXPECT_EQ(Broken(Open(bad).error()),
            (std::vector<std::string>{"relationship.from NAME_SYNTAX", "relationship.type VALUE_UNKNOWN",
                                      "relationship.manager NAME_SYNTAX", "relationship.type REQUIRED",
                                      "relationship.tier CODE_SYNTAX", "relationship.status STATUS_INITIAL",
                                      "accountable NAME_SYNTAX"}));
  EXPECT_EQ(Broken(Open(Between(company, company)).error()), (std::vector<std::string>{"relationship.to PARTY_SAME"}));
  EXPECT_EQ(Open(Between(company, std::string("contacts/") + kNobody)).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Open(Between(std::string("organizations/") + kNobody, person)).error().reason, "ORGANIZATION_NOT_FOUND");
  std::string gone = NewOrganization("Gone");
  ASSERT_TRUE(Archive(gone).ok());
  EXPECT_EQ(Open(Between(gone, person)).error().reason, "ORGANIZATION_ARCHIVED");
  ASSERT_TRUE(Erase(person).ok());
  EXPECT_EQ(Open(Between(company, person)).error().reason, "CONTACT_ERASED");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM relationship"), 0);
  EXPECT_EQ(Get(std::string("relationships/") + kNobody).error().reason, "RELATIONSHIP_NOT_FOUND");
}

TEST_F(RelationshipServiceTest, ChangesWhatTheMaskNamesAndWhatMayFollow) {
  v1::OpenRelationshipRequest request = Between(NewOrganization("A"), NewOrganization("B"));
  request.mutable_relationship()->clear_status();
  v1::Relationship made = *Open(request);
  EXPECT_EQ(made.status(), v1::RELATIONSHIP_STATUS_PROPOSED);
  v1::Relationship asked = made;
  asked.set_tier("silver");
  asked.set_manager(User(3));
  auto changed = Update(asked, {"tier", "manager"}, kNobody);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(changed->manager(), User(3));
  EXPECT_EQ(Update(asked, {"tier", "manager"}, kNobody)->SerializeAsString(), changed->SerializeAsString());
  EXPECT_EQ(Update(asked, {"tier"}).error().reason, "ETAG_MISMATCH");
  EXPECT_EQ(Update(*changed, {"tier"})->version(), 2);
  EXPECT_EQ(Broken(Update(*changed, {"type"}).error()), (std::vector<std::string>{"update_mask FIELD_UNKNOWN"}));
  asked.clear_etag();
  asked.clear_status();
  asked.set_tier("No Code");
  EXPECT_EQ(Broken(Update(asked, {"status", "tier"}).error()),
            (std::vector<std::string>{"relationship.status REQUIRED", "relationship.tier CODE_SYNTAX"}));
  EXPECT_EQ(Become(made, v1::RELATIONSHIP_STATUS_PAUSED).error().reason, "STATUS_TRANSITION");
  EXPECT_EQ(Become(made, v1::RELATIONSHIP_STATUS_ENDED).error().reason, "STATUS_TRANSITION");
  EXPECT_TRUE(Become(made, v1::RELATIONSHIP_STATUS_ACTIVE).ok());
  EXPECT_TRUE(Become(made, v1::RELATIONSHIP_STATUS_PAUSED).ok());
  EXPECT_EQ(Become(made, v1::RELATIONSHIP_STATUS_PROPOSED).error().reason, "STATUS_TRANSITION");
  made.set_name(std::string("relationships/") + kNobody);
  EXPECT_EQ(Become(made, v1::RELATIONSHIP_STATUS_ACTIVE).error().reason, "RELATIONSHIP_NOT_FOUND");
}

TEST_F(RelationshipServiceTest, ClosesForAReasonAndForGood) {
  v1::Relationship made = *Open(Between(NewOrganization("A"), NewOrganization("B")));
  EXPECT_EQ(Broken(Close(made.name(), "they were rude").error()), (std::vector<std::string>{"reason REASON_SYNTAX"}));
  v1::CloseRelationshipRequest stale;
  stale.set_name(made.name());
  stale.set_reason("X");
  stale.set_etag("\"1\"");
  EXPECT_EQ(Ask(relationships_, &Relationships::CloseRelationship, stale).error().reason, "ETAG_MISMATCH");
  auto closed = Close(made.name());
  ASSERT_TRUE(closed.ok()) << closed.error().message;
  EXPECT_EQ(closed->status(), v1::RELATIONSHIP_STATUS_ENDED);
  EXPECT_EQ(closed->close_reason(), "CONTRACT_ENDED");
  EXPECT_TRUE(closed->has_end_date());
  EXPECT_EQ(Close(made.name())->SerializeAsString(), closed->SerializeAsString());
  EXPECT_EQ(Close(made.name(), "OTHER").error().reason, "RELATIONSHIP_ENDED");
  EXPECT_EQ(Become(made, v1::RELATIONSHIP_STATUS_ACTIVE).error().reason, "RELATIONSHIP_ENDED");
  EXPECT_EQ(Close(std::string("relationships/") + kNobody).error().reason, "RELATIONSHIP_NOT_FOUND");
  // Nobody was accountable; now nobody needs to be.
  EXPECT_EQ(Types(made.name()),
            (std::vector<std::string>{"relationship.opened", "relationship.accountability_lost", "relationship.closed",
                                      "relationship.accountability_restored"}));
  EXPECT_EQ(Facts(made.name())[2].second.relationship_closed().reason(), "CONTRACT_ENDED");
  EXPECT_EQ(Facts(made.name())[3].second.accountability_restored().user(), "");
}

TEST_F(RelationshipServiceTest, ListsByWhatIsAskedTogether) {
  std::string us = NewOrganization("Us"), person = NewContact();
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    v1::OpenRelationshipRequest request = i % 2 == 0 ? Between(us, NewOrganization("P" + std::to_string(i))) : Between(NewOrganization("Q" + std::to_string(i)), us);
    request.mutable_relationship()->set_type(i < 2 ? v1::RELATIONSHIP_TYPE_SUPPLIER : v1::RELATIONSHIP_TYPE_PARTNER);
    if (i == 3) request.mutable_relationship()->set_status(v1::RELATIONSHIP_STATUS_PROPOSED);
    if (i != 2) request.set_accountable(User(1));
    if (i < 3) request.mutable_relationship()->set_manager(User(4));
    names.push_back(Open(request)->name());
  }
  v1::OpenRelationshipRequest elsewhere = Between(NewOrganization("X"), person);
  elsewhere.set_accountable(User(1));
  names.push_back(Open(elsewhere)->name());
  auto pick = [&](std::initializer_list<size_t> which) {
    std::vector<std::string> picked;
    for (size_t i : which) picked.push_back(names[i]);
    return picked;
  };
  v1::ListRelationshipsRequest list;
  EXPECT_EQ(Names(list), names);
  list.set_party(us);
  EXPECT_EQ(Names(list), pick({0, 1, 2, 3, 4}));
  list.set_type(v1::RELATIONSHIP_TYPE_PARTNER);
  EXPECT_EQ(Names(list), pick({2, 3, 4}));
  list.set_status(v1::RELATIONSHIP_STATUS_ACTIVE);
  EXPECT_EQ(Names(list), pick({2, 4}));
  list.set_unaccountable(true);
  EXPECT_EQ(Names(list), pick({2}));
  list = {};
  list.set_party(person);
  EXPECT_EQ(Names(list), pick({5}));
  list = {};
  list.set_manager(User(4));
  EXPECT_EQ(Names(list), pick({0, 1, 2}));
  list = {};
  list.set_type(v1::RELATIONSHIP_TYPE_SUPPLIER);
  EXPECT_EQ(Names(list), pick({0, 1}));
  list = {};
  list.set_unaccountable(true);
  EXPECT_EQ(Names(list), pick({2}));
  list = {};
  list.set_status(v1::RELATIONSHIP_STATUS_PROPOSED);
  EXPECT_EQ(Names(list), pick({3}));
  list.set_party("users/1");
  list.set_manager("x");
  list.set_type(static_cast<v1::RelationshipType>(99));
  list.set_status(static_cast<v1::RelationshipStatus>(99));
  EXPECT_EQ(Broken(Ask(relationships_, &Relationships::ListRelationships, list).error()),
            (std::vector<std::string>{"party NAME_SYNTAX", "type VALUE_UNKNOWN", "status VALUE_UNKNOWN", "manager NAME_SYNTAX"}));
  tenant_ = database_.other_tenant();
  EXPECT_TRUE(Names({}).empty());
  EXPECT_EQ(Get(names[0]).error().reason, "RELATIONSHIP_NOT_FOUND");
  EXPECT_EQ(Close(names[0]).error().reason, "RELATIONSHIP_NOT_FOUND");
}

TEST_F(RelationshipServiceTest, AMetricCountsThoseNobodyAnswersFor) {
  ASSERT_TRUE(Open(Between(NewOrganization("A"), NewOrganization("B"))).ok());
  tenant_ = database_.other_tenant();
  ASSERT_TRUE(Open(Between(NewOrganization("C"), NewOrganization("D"))).ok());
  v1::OpenRelationshipRequest answered = Between(NewOrganization("E"), NewOrganization("F"));
  answered.set_accountable(User(1));
  ASSERT_TRUE(Open(answered).ok());
  UnaccountableGauge gauge(database_.pump(), metrics_);
  EXPECT_TRUE(testing::Eventually([&] {
    return metrics_.Expose().find("vefa_contact_relationships_unaccountable 2") != std::string::npos;
  }));
}

}  // namespace
}  // namespace vefa::contact
