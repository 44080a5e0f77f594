// Organisations through the door: records, lists, changes, and what the ledger hears of them.
#include "services/contact/party/party_fixture.h"

namespace vefa::contact {
namespace {

class OrganizationServiceTest : public PartyTest {
 protected:
  Result<v1::Organization> Get(const std::string& name) {
    v1::GetOrganizationRequest request;
    request.set_name(name);
    return Ask(organizations_, &Organizations::GetOrganization, request);
  }
  Result<v1::Organization> Update(const v1::Organization& organization, const std::vector<std::string>& fields,
                                  const std::string& request_id = "") {
    v1::UpdateOrganizationRequest request;
    *request.mutable_organization() = organization;
    for (const std::string& field : fields) request.mutable_update_mask()->add_paths(field);
    request.set_request_id(request_id);
    return Ask(organizations_, &Organizations::UpdateOrganization, request);
  }
  // The legal names of a list, page by page.
  std::vector<std::string> Names(v1::ListOrganizationsRequest request) {
    std::vector<std::string> names;
    for (;;) {
      auto page = Ask(organizations_, &Organizations::ListOrganizations, request);
      EXPECT_TRUE(page.ok()) << page.error().message;
      if (!page.ok()) return names;
      for (const v1::Organization& each : page->organizations()) names.push_back(each.legal_name());
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
    }
  }
};

TEST_F(OrganizationServiceTest, CreatesOnceAndRepeatsTheAnswer) {
  v1::CreateOrganizationRequest request;
  v1::Organization& asked = *request.mutable_organization();
  asked.set_external_id("erp-7");
  asked.set_legal_name("Boğaz Kahve A.Ş.");
  asked.set_brand_name("Boğaz");
  asked.set_tax_no("1234567890");
  asked.set_country("TR");
  asked.set_is_merchant(true);
  asked.set_size(v1::ORGANIZATION_SIZE_SMALL);
  request.set_request_id(kNobody);
  auto first = Ask(organizations_, &Organizations::CreateOrganization, request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->state(), v1::ORGANIZATION_STATE_ACTIVE);
  EXPECT_EQ(first->version(), 1);
  EXPECT_EQ(Ask(organizations_, &Organizations::CreateOrganization, request)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Get(first->name())->SerializeAsString(), first->SerializeAsString());
  asked.set_brand_name("Another");
  EXPECT_EQ(Broken(Ask(organizations_, &Organizations::CreateOrganization, request).error()),
            (std::vector<std::string>{"request_id REQUEST_ID_REUSED"}));
  request.clear_request_id();
  auto taken = Ask(organizations_, &Organizations::CreateOrganization, request);
  EXPECT_EQ(taken.error().code, Code::kAlreadyExists);
  EXPECT_EQ(taken.error().reason, "ORGANIZATION_EXTERNAL_ID_TAKEN");
  // Without an external id there is nothing to be taken.
  EXPECT_NE(NewOrganization("Boğaz Kahve A.Ş."), NewOrganization("Boğaz Kahve A.Ş."));
  ASSERT_EQ(Types(first->name()), (std::vector<std::string>{"organization.created"}));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM outbox_pending"), 3);
}

TEST_F(OrganizationServiceTest, NoNameAndNoNumberTravels) {
  v1::CreateOrganizationRequest request;
  v1::Organization& asked = *request.mutable_organization();
  asked.set_external_id("kanarya-1");
  asked.set_legal_name("Kanarya Yılmaz");
  asked.set_brand_name("Kanarya Manav");
  asked.set_tax_no("12345678901");
  asked.set_mersis_no("0123456789012345");
  asked.set_industry("greengrocer");
  asked.set_country("TR");
  auto made = Ask(organizations_, &Organizations::CreateOrganization, request);
  ASSERT_TRUE(made.ok());
  auto facts = Facts(made->name());
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_EQ(facts[0].second.organization_created().state().industry(), "greengrocer");
  const std::string payload = facts[0].second.SerializeAsString();
  for (const char* word : {"anarya", "1234567890", "Yılmaz"}) EXPECT_EQ(payload.find(word), std::string::npos) << word;
}

TEST_F(OrganizationServiceTest, EveryBrokenRuleIsSaidAtOnce) {
  v1::CreateOrganizationRequest request;
  request.mutable_organization()->set_country("Turkey");
  request.mutable_organization()->set_size(static_cast<v1::OrganizationSize>(99));
  request.mutable_organization()->set_parent("contacts/42");
  EXPECT_EQ(Broken(Ask(organizations_, &Organizations::CreateOrganization, request).error()),
            (std::vector<std::string>{"organization.size VALUE_UNKNOWN", "organization.parent NAME_SYNTAX",
                                      "organization.legal_name REQUIRED", "organization.country COUNTRY_SYNTAX"}));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM organization"), 0);
}

TEST_F(OrganizationServiceTest, NamesAreSortedAndFoundTheTurkishWay) {
  for (const char* name : {"Zeytin", "Çınar", "Ihlamur", "İncir", "Ceviz", "Şeftali", "Sarmaşık"}) NewOrganization(name);
  v1::ListOrganizationsRequest list;
  list.set_page_size(2);
  EXPECT_EQ(Names(list), (std::vector<std::string>{"Ceviz", "Çınar", "Ihlamur", "İncir", "Sarmaşık", "Şeftali", "Zeytin"}));
  list.set_order_by("create_time");
  EXPECT_EQ(Names(list).front(), "Zeytin");
  list.set_order_by("create_time desc");
  EXPECT_EQ(Names(list), (std::vector<std::string>{"Sarmaşık", "Şeftali", "Ceviz", "İncir", "Ihlamur", "Çınar", "Zeytin"}));
  list.clear_order_by();
  list.set_query("sarmasik");
  EXPECT_EQ(Names(list), (std::vector<std::string>{"Sarmaşık"}));
  list.set_query("INCIR");
  EXPECT_EQ(Names(list), (std::vector<std::string>{"İncir"}));
  list.set_query("100%");
  EXPECT_TRUE(Names(list).empty());
}

TEST_F(OrganizationServiceTest, ListsByParentAndState) {
  std::string holding = NewOrganization("Holding");
  std::string b = NewOrganization("B", holding), a = NewOrganization("A", holding);
  NewOrganization("Below", a);
  ASSERT_TRUE(Archive(b).ok());
  v1::ListOrganizationsRequest list;
  list.set_parent(holding);
  list.set_page_size(1);
  EXPECT_EQ(Names(list), (std::vector<std::string>{"A", "B"}));
  list.set_order_by("create_time");
  EXPECT_EQ(Names(list), (std::vector<std::string>{"B", "A"}));
  list.set_state(v1::ORGANIZATION_STATE_ACTIVE);
  EXPECT_EQ(Names(list), (std::vector<std::string>{"A"}));
  list.clear_parent();
  list.set_state(v1::ORGANIZATION_STATE_ARCHIVED);
  EXPECT_EQ(Names(list), (std::vector<std::string>{"B"}));
}

TEST_F(OrganizationServiceTest, AListRefusesWhatItCannotAnswer) {
  v1::ListOrganizationsRequest list;
  list.set_order_by("tax_no");
  list.set_query(std::string(101, 'a'));
  list.set_parent("x");
  list.set_state(static_cast<v1::OrganizationState>(9));
  EXPECT_EQ(Broken(Ask(organizations_, &Organizations::ListOrganizations, list).error()),
            (std::vector<std::string>{"query TOO_LONG", "order_by ORDER_BY_UNKNOWN", "state VALUE_UNKNOWN",
                                      "parent NAME_SYNTAX"}));
  NewOrganization("A");
  NewOrganization("B");
  v1::ListOrganizationsRequest first;
  first.set_page_size(1);
  auto page = Ask(organizations_, &Organizations::ListOrganizations, first);
  ASSERT_TRUE(page.ok());
  // A token of another question.
  first.set_page_token(page->next_page_token());
  first.set_query("b");
  EXPECT_EQ(Ask(organizations_, &Organizations::ListOrganizations, first).error().reason, "PAGE_TOKEN_INVALID");
  first.set_page_size(-1);
  EXPECT_FALSE(Ask(organizations_, &Organizations::ListOrganizations, first).ok());
}

TEST_F(OrganizationServiceTest, ChangesWhatTheMaskNames) {
  v1::Organization made = *TryOrganization("Deniz Ltd.");
  v1::Organization asked = made;
  asked.set_legal_name("ignored");
  asked.set_brand_name("Deniz");
  asked.set_industry("fishery");
  auto changed = Update(asked, {"brand_name", "industry"}, kNobody);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(changed->legal_name(), "Deniz Ltd.");
  EXPECT_EQ(changed->brand_name(), "Deniz");
  EXPECT_EQ(changed->version(), 2);
  EXPECT_EQ(Update(asked, {"brand_name", "industry"}, kNobody)->SerializeAsString(), changed->SerializeAsString());
  // What is so already changes nothing.
  asked.clear_etag();
  EXPECT_EQ(Update(asked, {"industry"})->version(), 2);
  EXPECT_EQ(Types(made.name()), (std::vector<std::string>{"organization.created", "organization.updated"}));
  // It is found by its new name.
  v1::ListOrganizationsRequest list;
  list.set_query("DENİZ");
  EXPECT_EQ(Names(list).size(), 1u);
  asked.set_etag(made.etag());
  auto stale = Update(asked, {"brand_name"});
  EXPECT_EQ(stale.error().code, Code::kAborted);
  EXPECT_EQ(stale.error().reason, "ETAG_MISMATCH");
  asked.set_etag(changed->etag());
  EXPECT_TRUE(Update(asked, {"legal_name"}).ok());
}

TEST_F(OrganizationServiceTest, AnUpdateRefusesWhatItCannotDo) {
  v1::Organization made = *TryOrganization("A");
  EXPECT_EQ(Update(made, {})->version(), made.version());  // What is set is meant, and is so already.
  EXPECT_EQ(Broken(Update(made, {"version", "brand_name"}).error()), (std::vector<std::string>{"update_mask FIELD_UNKNOWN"}));
  v1::Organization asked = made;
  asked.clear_legal_name();
  asked.set_country("xx");
  EXPECT_EQ(Broken(Update(asked, {"legal_name", "country"}).error()),
            (std::vector<std::string>{"organization.legal_name REQUIRED", "organization.country COUNTRY_SYNTAX"}));
  asked = made;
  asked.set_name(std::string("organizations/") + kNobody);
  EXPECT_EQ(Update(asked, {"brand_name"}).error().reason, "ORGANIZATION_NOT_FOUND");
  asked.set_name("nonsense");
  EXPECT_EQ(Update(asked, {"brand_name"}).error().reason, "NAME_SYNTAX");
  v1::CreateOrganizationRequest other;
  other.mutable_organization()->set_legal_name("B");
  other.mutable_organization()->set_external_id("b");
  ASSERT_TRUE(Ask(organizations_, &Organizations::CreateOrganization, other).ok());
  asked = made;
  asked.set_external_id("b");
  EXPECT_EQ(Update(asked, {"external_id"}).error().reason, "ORGANIZATION_EXTERNAL_ID_TAKEN");
  EXPECT_EQ(Get(made.name())->version(), 1);
}

TEST_F(OrganizationServiceTest, ArchivingIsForGoodAndRepeatable) {
  v1::Organization made = *TryOrganization("A");
  EXPECT_EQ(Archive(made.name(), "\"7\"").error().reason, "ETAG_MISMATCH");
  auto archived = Archive(made.name(), made.etag());
  ASSERT_TRUE(archived.ok());
  EXPECT_EQ(archived->state(), v1::ORGANIZATION_STATE_ARCHIVED);
  EXPECT_EQ(Archive(made.name())->SerializeAsString(), archived->SerializeAsString());
  EXPECT_EQ(Types(made.name()), (std::vector<std::string>{"organization.created", "organization.archived"}));
  EXPECT_EQ(Update(*archived, {"brand_name"}).error().reason, "ORGANIZATION_ARCHIVED");
  EXPECT_EQ(TryOrganization("Below", made.name()).error().reason, "PARENT_ARCHIVED");
  EXPECT_EQ(Archive(std::string("organizations/") + kNobody).error().reason, "ORGANIZATION_NOT_FOUND");
}

TEST_F(OrganizationServiceTest, AnotherTenantSeesAndChangesNothing) {
  v1::Organization made = *TryOrganization("A");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Get(made.name()).error().reason, "ORGANIZATION_NOT_FOUND");
  EXPECT_EQ(Update(made, {"brand_name"}).error().reason, "ORGANIZATION_NOT_FOUND");
  EXPECT_EQ(Archive(made.name()).error().reason, "ORGANIZATION_NOT_FOUND");
  EXPECT_EQ(TryOrganization("B", made.name()).error().reason, "PARENT_NOT_FOUND");
  EXPECT_TRUE(Names({}).empty());
  v1::GetOrganizationRequest get;
  get.set_name(made.name());
  EXPECT_EQ(Ask(organizations_, &Organizations::GetOrganization, get, {"contacts.read"}).error().code, Code::kPermissionDenied);
}

}  // namespace
}  // namespace vefa::contact
