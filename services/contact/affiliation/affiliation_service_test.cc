// Affiliations through the door.
#include <thread>

#include "services/contact/party/party_fixture.h"
#include "services/contact/party/party_store.h"

namespace vefa::contact {
namespace {

google::type::Date Day(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

class AffiliationServiceTest : public PartyTest {
 protected:
  Result<v1::Affiliation> Get(const std::string& name) {
    v1::GetAffiliationRequest request;
    request.set_name(name);
    return Ask(affiliations_, &Affiliations::GetAffiliation, request);
  }
  Result<v1::Affiliation> Update(const v1::Affiliation& affiliation, const std::vector<std::string>& fields,
                                 const std::string& request_id = "") {
    v1::UpdateAffiliationRequest request;
    *request.mutable_affiliation() = affiliation;
    for (const std::string& field : fields) request.mutable_update_mask()->add_paths(field);
    request.set_request_id(request_id);
    return Ask(affiliations_, &Affiliations::UpdateAffiliation, request);
  }
  Result<v1::Affiliation> End(const std::string& name, const google::type::Date& last, const std::string& request_id = "") {
    v1::EndAffiliationRequest request;
    request.set_name(name);
    *request.mutable_valid_to() = last;
    request.set_request_id(request_id);
    return Ask(affiliations_, &Affiliations::EndAffiliation, request);
  }
  // The names of a list, page by page.
  std::vector<std::string> Names(v1::ListAffiliationsRequest request) {
    std::vector<std::string> names;
    for (;;) {
      auto page = Ask(affiliations_, &Affiliations::ListAffiliations, request);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) return names;
      for (const v1::Affiliation& each : page->affiliations()) names.push_back(each.name());
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
    }
  }
};

TEST_F(AffiliationServiceTest, CreatesOnceAndRepeatsTheAnswer) {
  v1::CreateAffiliationRequest request = Belongs(NewContact(), NewOrganization("Boğaz Kahve"));
  request.mutable_affiliation()->set_title("Kanarya Müdürü");
  request.mutable_affiliation()->set_department("Satın Alma");
  request.mutable_affiliation()->set_influence(v1::INFLUENCE_DECISIVE);
  *request.mutable_affiliation()->mutable_valid_from() = Day(2024, 3, 1);
  request.set_request_id(kNobody);
  auto first = Affiliate(request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(Affiliate(request)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Get(first->name())->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(first->valid_from().day(), 1);
  EXPECT_FALSE(first->has_valid_to());
  auto facts = Facts(first->name());
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_EQ(facts[0].first, "affiliation.created");
  EXPECT_EQ(facts[0].second.affiliation_created().state().contact(), first->contact());
  EXPECT_EQ(facts[0].second.SerializeAsString().find("Kanarya"), std::string::npos);
}

TEST_F(AffiliationServiceTest, ManyToManyListedFromBothSidesAndAsOfADay) {
  std::string ayse = NewContact("1"), ali = NewContact("2"), a = NewOrganization("A"), b = NewOrganization("B");
  v1::CreateAffiliationRequest was = Belongs(ayse, a);
  *was.mutable_affiliation()->mutable_valid_from() = Day(2020, 1, 1);
  *was.mutable_affiliation()->mutable_valid_to() = Day(2023, 12, 31);
  std::string first = Affiliate(was)->name(), second = Affiliate(Belongs(ayse, b))->name(), third = Affiliate(Belongs(ali, b))->name();
  v1::ListAffiliationsRequest list;
  list.set_page_size(1);
  list.set_contact(ayse);
  EXPECT_EQ(Names(list), (std::vector<std::string>{first, second}));
  *list.mutable_as_of_date() = Day(2023, 12, 31);
  EXPECT_EQ(Names(list), (std::vector<std::string>{first, second}));
  *list.mutable_as_of_date() = Day(2024, 1, 1);
  EXPECT_EQ(Names(list), (std::vector<std::string>{second}));
  *list.mutable_as_of_date() = Day(2019, 12, 31);
  EXPECT_EQ(Names(list), (std::vector<std::string>{second}));
  v1::ListAffiliationsRequest of_b;
  of_b.set_organization(b);
  EXPECT_EQ(Names(of_b), (std::vector<std::string>{second, third}));
  tenant_ = database_.other_tenant();
  EXPECT_TRUE(Names(of_b).empty());
  EXPECT_EQ(Get(first).error().reason, "AFFILIATION_NOT_FOUND");
  EXPECT_EQ(End(first, Day(2020, 2, 2)).error().reason, "AFFILIATION_NOT_FOUND");
}

TEST_F(AffiliationServiceTest, RefusesWhatItCannotRecord) {
  std::string person = NewContact(), company = NewOrganization("A");
  v1::CreateAffiliationRequest bad;
  bad.mutable_affiliation()->set_contact(company);
  bad.mutable_affiliation()->set_role("Sales Manager");
  bad.mutable_affiliation()->set_title(std::string(201, 'a'));
  bad.mutable_affiliation()->set_influence(static_cast<v1::Influence>(77));
  *bad.mutable_affiliation()->mutable_valid_from() = Day(2024, 2, 30);
  EXPECT_EQ(Broken(Affiliate(bad).error()),
            (std::vector<std::string>{"affiliation.contact NAME_SYNTAX", "affiliation.organization NAME_SYNTAX",
                                      "affiliation.valid_from DATE_INVALID", "affiliation.influence VALUE_UNKNOWN",
                                      "affiliation.role CODE_SYNTAX", "affiliation.title TOO_LONG"}));
  v1::CreateAffiliationRequest turned = Belongs(person, company);
  *turned.mutable_affiliation()->mutable_valid_from() = Day(2024, 2, 2);
  *turned.mutable_affiliation()->mutable_valid_to() = Day(2024, 2, 1);
  EXPECT_EQ(Broken(Affiliate(turned).error()), (std::vector<std::string>{"affiliation.valid_to DATE_ORDER"}));
  EXPECT_EQ(Affiliate(Belongs(std::string("contacts/") + kNobody, company)).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Affiliate(Belongs(person, std::string("organizations/") + kNobody)).error().reason, "ORGANIZATION_NOT_FOUND");
  ASSERT_TRUE(Archive(company).ok());
  EXPECT_EQ(Affiliate(Belongs(person, company)).error().reason, "ORGANIZATION_ARCHIVED");
  ASSERT_TRUE(Erase(person).ok());
  EXPECT_EQ(Affiliate(Belongs(person, NewOrganization("B"))).error().reason, "CONTACT_ERASED");
  v1::ListAffiliationsRequest list;
  EXPECT_EQ(Broken(Ask(affiliations_, &Affiliations::ListAffiliations, list).error()),
            (std::vector<std::string>{"contact ONE_OF"}));
  list.set_contact(person);
  list.mutable_as_of_date()->set_year(2024);
  EXPECT_EQ(Broken(Ask(affiliations_, &Affiliations::ListAffiliations, list).error()),
            (std::vector<std::string>{"as_of_date DATE_INVALID"}));
}

TEST_F(AffiliationServiceTest, AtMostOneIsPrimaryOnAnyDay) {
  std::string person = NewContact();
  v1::CreateAffiliationRequest first = Belongs(person, NewOrganization("A"));
  first.mutable_affiliation()->set_primary(true);
  v1::Affiliation a = *Affiliate(first);
  v1::CreateAffiliationRequest second = Belongs(person, NewOrganization("B"));
  second.mutable_affiliation()->set_primary(true);
  auto taken = Affiliate(second);
  EXPECT_EQ(taken.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(taken.error().reason, "PRIMARY_TAKEN");
  // Once the first has a last day, the second may begin after it, and no day earlier.
  ASSERT_TRUE(End(a.name(), Day(2026, 6, 30)).ok());
  *second.mutable_affiliation()->mutable_valid_from() = Day(2026, 6, 30);
  EXPECT_EQ(Affiliate(second).error().reason, "PRIMARY_TAKEN");
  *second.mutable_affiliation()->mutable_valid_from() = Day(2026, 7, 1);
  auto made = Affiliate(second);
  ASSERT_TRUE(made.ok()) << made.error().message;
  made->mutable_valid_from()->set_month(6);
  EXPECT_EQ(Update(*made, {"valid_from"}).error().reason, "PRIMARY_TAKEN");
  // Of another person nothing is said by that.
  v1::CreateAffiliationRequest other = first;
  other.mutable_affiliation()->set_contact(NewContact("43"));
  EXPECT_TRUE(Affiliate(other).ok());
}

TEST_F(AffiliationServiceTest, ChangesWhatTheMaskNames) {
  v1::Affiliation made = *Affiliate(Belongs(NewContact(), NewOrganization("A")));
  v1::Affiliation asked = made;
  asked.set_title("  Müdür ");
  asked.set_role("ignored");
  auto changed = Update(asked, {"title"}, kNobody);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(changed->title(), "Müdür");
  EXPECT_EQ(changed->role(), "employee");
  EXPECT_EQ(changed->version(), 2);
  EXPECT_EQ(Update(asked, {"title"}, kNobody)->SerializeAsString(), changed->SerializeAsString());
  EXPECT_EQ(Update(made, {"title"}).error().reason, "ETAG_MISMATCH");
  EXPECT_EQ(Broken(Update(*changed, {"contact"}).error()), (std::vector<std::string>{"update_mask FIELD_UNKNOWN"}));
  asked.clear_etag();
  EXPECT_EQ(Update(asked, {"title"})->version(), 2);
  asked.set_name(std::string("affiliations/") + kNobody);
  EXPECT_EQ(Update(asked, {"title"}).error().reason, "AFFILIATION_NOT_FOUND");
  asked.clear_role();
  asked.set_name(made.name());
  EXPECT_EQ(Broken(Update(asked, {"role"}).error()), (std::vector<std::string>{"affiliation.role REQUIRED"}));
  ASSERT_TRUE(Erase(made.contact()).ok());
  EXPECT_EQ(Update(asked, {"title"}).error().reason, "CONTACT_ERASED");
}

TEST_F(AffiliationServiceTest, EndsOnceAndAlsoOfAnErasedPerson) {
  v1::CreateAffiliationRequest request = Belongs(NewContact(), NewOrganization("A"));
  *request.mutable_affiliation()->mutable_valid_from() = Day(2024, 1, 1);
  v1::Affiliation made = *Affiliate(request);
  EXPECT_EQ(Broken(End(made.name(), {}).error()), (std::vector<std::string>{"valid_to REQUIRED"}));
  EXPECT_EQ(Broken(End(made.name(), Day(2023, 1, 1)).error()), (std::vector<std::string>{"valid_to DATE_ORDER"}));
  ASSERT_TRUE(Erase(made.contact()).ok());
  auto ended = End(made.name(), Day(2026, 9, 30));
  ASSERT_TRUE(ended.ok()) << ended.error().message;
  EXPECT_EQ(ended->version(), 2);
  EXPECT_EQ(End(made.name(), Day(2026, 9, 30))->SerializeAsString(), ended->SerializeAsString());
  EXPECT_EQ(End(made.name(), Day(2026, 10, 1)).error().reason, "AFFILIATION_ENDED");
  EXPECT_EQ(Types(made.name()), (std::vector<std::string>{"affiliation.created", "affiliation.ended"}));
  EXPECT_EQ(Facts(made.name()).back().second.affiliation_ended().state().valid_to().month(), 9);
}

// Who records something of a person holds the person against being erased, and the other way about.
TEST_F(AffiliationServiceTest, NobodyIsErasedInBetween) {
  std::string person = NewContact(), company = NewOrganization("A");
  auto writer = *database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon());
  ASSERT_TRUE(HoldParties(writer, tenant_, {*ParseParty(person), *ParseParty(company)}).ok());
  Result<v1::EraseContactResponse> erased = Internal("NOT_ASKED", "");
  std::jthread eraser([&] { erased = Erase(person); });
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; }));
  Affiliation affiliation;
  affiliation.contact = *ParseResourceName("contacts", person);
  affiliation.organization = *ParseResourceName("organizations", company);
  affiliation.role = "owner";
  affiliation.title = "Kanarya";
  ASSERT_TRUE(CreateAffiliation(writer, tenant_, affiliation, clock_).ok());
  ASSERT_TRUE(writer.Commit().ok());
  eraser.join();
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM affiliation WHERE title <> ''"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM affiliation"), 1);
}

// As merge_service_test.cc makes them; here it is only the link that counts.
TEST_F(AffiliationServiceTest, ASurvivorIsListedWithWhatItsPartsBelongTo) {
  const std::string ada = NewContact("1"), twin = NewContact("2"), twin_of_twin = NewContact("3");
  const std::string a = NewOrganization("A"), b = NewOrganization("B");
  std::vector<std::string> names{Affiliate(Belongs(ada, a))->name(), Affiliate(Belongs(twin, b))->name(),
                                 Affiliate(Belongs(twin_of_twin, a))->name()};
  std::vector<std::string> edges{Open(Between(a, ada))->name(), Open(Between(twin, b))->name(), Open(Between(twin_of_twin, ada))->name()};
  auto merge = [&](const std::string& survivor, const std::string& merged) {
    database_.Run("INSERT INTO contact_merge (tenant_id, id, survivor_id, merged_id, taken, actor, create_time) VALUES ('" +
                  tenant_.ToString() + "', gen_random_uuid(), '" + survivor.substr(9) + "', '" + merged.substr(9) + "', '', '', now())");
  };
  merge(twin, twin_of_twin);
  merge(ada, twin);
  v1::ListAffiliationsRequest list;
  list.set_contact(ada);
  list.set_page_size(2);
  EXPECT_EQ(Names(list), names);
  list.set_contact(twin);
  EXPECT_EQ(Names(list), (std::vector<std::string>{names[1], names[2]}));
  v1::ListRelationshipsRequest edges_of;
  edges_of.set_party(ada);
  auto found = Ask(relationships_, &Relationships::ListRelationships, edges_of);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->relationships_size(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(found->relationships(i).name(), edges[static_cast<size_t>(i)]) << "each once";
  database_.Run("UPDATE contact_merge SET undo_time = now()");
  list.set_contact(ada);
  EXPECT_EQ(Names(list), (std::vector<std::string>{names[0]}));
}

}  // namespace
}  // namespace vefa::contact
