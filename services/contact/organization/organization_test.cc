#include "services/contact/organization/organization.h"

#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

Organization Named(const char* legal_name) {
  Organization organization;
  organization.legal_name = legal_name;
  return organization;
}

std::vector<std::string> BrokenOf(Organization organization) {
  std::vector<Violation> violations;
  Normalise(organization, "organization.", violations);
  std::vector<std::string> broken;
  for (const Violation& violation : violations) {
    EXPECT_FALSE(violation.description.empty());
    broken.push_back(violation.field + " " + violation.reason);
  }
  return broken;
}

TEST(OrganizationTest, NumbersAreBroughtToOneForm) {
  Organization organization = Named("  Boğaz Kahve A.Ş. ");
  organization.country = "TR";
  organization.tax_no = "123 456 7890";
  organization.mersis_no = "0123 4567 8901 2345";
  std::vector<Violation> violations;
  Normalise(organization, "", violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(organization.legal_name.Reveal(), "Boğaz Kahve A.Ş.");
  EXPECT_EQ(organization.tax_no.Reveal(), "1234567890");
  EXPECT_EQ(organization.mersis_no.Reveal(), "0123456789012345");
}

TEST(OrganizationTest, EveryBrokenRuleIsSaidAtOnce) {
  Organization organization = Named(" ");
  organization.external_id = std::string(201, 'a');
  organization.brand_name = "a\nb";
  organization.country = "TR";
  organization.tax_no = "123";
  organization.mersis_no = "12345";
  organization.trade_registry_no = "No. 7";
  organization.industry = "Food Wholesale";
  EXPECT_EQ(BrokenOf(organization),
            (std::vector<std::string>{"organization.external_id TOO_LONG",
                                      "organization.legal_name REQUIRED", "organization.brand_name CONTROL_CHARACTER",
                                      "organization.tax_no TAX_NO_SYNTAX", "organization.mersis_no MERSIS_NO_SYNTAX",
                                      "organization.trade_registry_no TRADE_REGISTRY_NO_SYNTAX",
                                      "organization.industry CODE_SYNTAX"}));
}

TEST(OrganizationTest, TaxNumbersGoByTheCountry) {
  Organization organization = Named("x");
  organization.tax_no = "DE-123456789";
  organization.country = "DE";
  EXPECT_TRUE(BrokenOf(organization).empty());
  organization.country = "TR";
  EXPECT_EQ(BrokenOf(organization).size(), 1u);
  for (const char* number : {"1234567890", "12345678901"}) {
    organization.tax_no = number;
    EXPECT_TRUE(BrokenOf(organization).empty()) << number;
  }
  organization.country = "";
  organization.tax_no = std::string(33, '1');
  EXPECT_EQ(BrokenOf(organization), (std::vector<std::string>{"organization.tax_no TAX_NO_SYNTAX"}));
}

TEST(OrganizationTest, ACountryIsTwoCapitalLetters) {
  Organization organization = Named("x");
  for (const char* country : {"tr", "TUR", "T", "T1", "TÜ"}) {
    organization.country = country;
    EXPECT_EQ(BrokenOf(organization), (std::vector<std::string>{"organization.country COUNTRY_SYNTAX"})) << country;
  }
  // 300 characters, more than 300 bytes.
  std::string name;
  for (int i = 0; i < 300; ++i) name += "ş";
  EXPECT_TRUE(BrokenOf(Named(name.c_str())).empty());
  EXPECT_EQ(BrokenOf(Named((name + "ş").c_str())), (std::vector<std::string>{"organization.legal_name TOO_LONG"}));
  EXPECT_EQ(BrokenOf(Named("\xff")), (std::vector<std::string>{"organization.legal_name NOT_UTF8"}));
}

TEST(OrganizationTest, APlaceInATree) {
  SystemClock clock;
  const Uuid self = NewUuidV7(clock);
  std::vector<Uuid> above{NewUuidV7(clock), NewUuidV7(clock)};
  EXPECT_TRUE(CheckPlace(self, above, 30).ok());
  EXPECT_EQ(CheckPlace(self, above, 31).error().reason, "TREE_TOO_DEEP");
  above.push_back(self);
  EXPECT_EQ(CheckPlace(self, above, 1).error().reason, "TREE_CYCLE");
}

}  // namespace
}  // namespace vefa::contact
