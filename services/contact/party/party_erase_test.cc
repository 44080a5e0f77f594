// What is left of an erased person where others are: history about nobody.
#include "services/contact/party/party_fixture.h"

namespace vefa::contact {
namespace {

class PartyEraseTest : public PartyTest {
 protected:
  // Whether a word stands anywhere in a table, in any column, as text or as bytes.
  bool Holds(const std::string& table, const std::string& word) {
    return database_.Count("SELECT count(*) FROM " + table + " t WHERE t::text ILIKE '%" + word + "%' OR t::text ILIKE '%'"
                           " || encode(convert_to('" + word + "', 'UTF8'), 'hex') || '%'") > 0;
  }
  std::string RequestId() { return NewUuidV7(clock_).ToString(); }
  // Everything that can be written freely about a person, each in the name of the same bird.
  void Write(const std::string& person, const std::string& bird) {
    std::string company = NewOrganization("A");
    v1::CreateAffiliationRequest belongs = Belongs(person, company);
    belongs.mutable_affiliation()->set_title(bird + " Hanım");
    belongs.mutable_affiliation()->set_department("c/o " + bird);
    belongs.set_request_id(RequestId());
    ASSERT_TRUE(Affiliate(belongs).ok());
    for (const std::string& from : {company, NewContact(bird + "-friend")}) {
      v1::OpenRelationshipRequest between = from == company ? Between(from, person) : Between(person, from);
      between.set_request_id(RequestId());
      std::string relationship = Open(between)->name();
      v1::AssignResponsibilityRequest assign;
      assign.set_relationship(relationship);
      assign.mutable_responsibility()->set_user(User(1));
      assign.mutable_responsibility()->set_role(v1::RESPONSIBILITY_ROLE_ACCOUNTABLE);
      assign.mutable_responsibility()->set_note(bird + " prefers mornings");
      assign.set_request_id(RequestId());
      ASSERT_TRUE(Ask(relationships_, &Relationships::AssignResponsibility, assign).ok());
      for (const std::string& about : {relationship, person}) {
        v1::SetBoundaryRequest set;
        set.mutable_boundary()->set_about(about);
        set.mutable_boundary()->mutable_rule()->mutable_topic()->add_topics("price");
        set.mutable_boundary()->set_reason(bird + " said so");
        set.set_request_id(RequestId());
        ASSERT_TRUE(Ask(boundaries_, &Boundaries::SetBoundary, set).ok());
      }
    }
  }
  static constexpr const char* kTables[] = {"affiliation", "relationship", "responsibility", "boundary", "idempotency", "event_log"};
};

TEST_F(PartyEraseTest, LeavesNoNameAndEveryFact) {
  std::string person = NewContact("p"), other = NewContact("q");
  Write(person, "kanarya");
  Write(other, "bulbul");
  for (const char* table : {"affiliation", "responsibility", "boundary", "idempotency"})
    ASSERT_TRUE(Holds(table, "kanarya")) << table << ": the search finds what is there";
  ASSERT_FALSE(Holds("event_log", "kanarya")) << "it never travelled";
  const int64_t events = database_.Count("SELECT count(*) FROM event_log");
  ASSERT_TRUE(Erase(person).ok());
  for (const char* table : kTables) EXPECT_FALSE(Holds(table, "kanarya prefers") || Holds(table, "kanarya Han") || Holds(table, "kanarya said") || Holds(table, "o kanarya")) << table;
  for (const char* table : {"affiliation", "responsibility", "boundary", "idempotency"})
    EXPECT_TRUE(Holds(table, "bulbul")) << table << ": of others all is kept";
  // Nothing has ended by that.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM affiliation WHERE valid_to IS NULL"), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM relationship WHERE status = 2"), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM responsibility WHERE to_time IS NULL"), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM boundary WHERE lift_time IS NULL"), 8);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), events + 1);
  v1::ListAffiliationsRequest list;
  list.set_contact(person);
  auto left = Ask(affiliations_, &Affiliations::ListAffiliations, list);
  ASSERT_EQ(left->affiliations_size(), 1);
  EXPECT_EQ(left->affiliations(0).title() + left->affiliations(0).department(), "");
  EXPECT_EQ(left->affiliations(0).role(), "employee");
}

TEST_F(PartyEraseTest, ARepeatedRequestDoesNotBringItBack) {
  std::string person = NewContact("p");
  v1::CreateAffiliationRequest belongs = Belongs(person, NewOrganization("A"));
  belongs.mutable_affiliation()->set_title("Kanarya Hanım");
  belongs.set_request_id(kNobody);
  ASSERT_TRUE(Affiliate(belongs).ok());
  v1::OpenRelationshipRequest between = Between(person, NewOrganization("B"));
  between.set_request_id(RequestId());
  ASSERT_TRUE(Open(between).ok());
  ASSERT_TRUE(Erase(person).ok());
  EXPECT_EQ(Affiliate(belongs).error().reason, "ANSWER_ERASED");
  EXPECT_EQ(Open(between).error().reason, "ANSWER_ERASED");
}

TEST_F(PartyEraseTest, AnotherTenantsTextsAreLeftAlone) {
  std::string person = NewContact("p");
  Write(person, "kanarya");
  Uuid mine = tenant_;
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Erase(person).error().reason, "CONTACT_NOT_FOUND");
  tenant_ = mine;
  EXPECT_TRUE(Holds("affiliation", "kanarya"));
  EXPECT_TRUE(Holds("boundary", "kanarya"));
}

}  // namespace
}  // namespace vefa::contact
