#include "services/contact/organization/organization.h"

#include <algorithm>

#include "services/contact/party/party.h"

namespace vefa::contact {
namespace {

constexpr size_t kOrganizationExternalIdMax = 200;  // bytes
constexpr size_t kLegalNameMax = 300;               // characters
constexpr size_t kBrandNameMax = 200;               // characters
constexpr size_t kNumberMax = 32;                   // characters

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsNumber(std::string_view text, std::string_view signs) {
  return text.size() <= kNumberMax && std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  signs.find(c) != std::string_view::npos;
         });
}

// People write long numbers in groups.
std::string WithoutSpaces(const Personal<std::string>& number) {
  std::string text = number.Reveal();
  std::erase(text, ' ');
  return text;
}

bool IsCountry(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

void Normalise(Organization& organization, std::string_view prefix, std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  std::string external_id = organization.external_id.Reveal();
  rules.Text(external_id, "external_id", std::string::npos);
  rules.That(external_id.size() <= kOrganizationExternalIdMax, "external_id", "TOO_LONG", "Give at most 200 bytes.");
  std::string legal_name = organization.legal_name.Reveal();
  rules.Text(legal_name, "legal_name", kLegalNameMax);
  rules.That(!legal_name.empty(), "legal_name", "REQUIRED", "Give the name in the register.");
  std::string brand_name = organization.brand_name.Reveal();
  rules.Text(brand_name, "brand_name", kBrandNameMax);
  std::string tax_no = WithoutSpaces(organization.tax_no);
  if (organization.country == "TR" && !tax_no.empty())
    rules.That(IsDigits(tax_no) && (tax_no.size() == 10 || tax_no.size() == 11), "tax_no", "TAX_NO_SYNTAX",
               "Give the ten digits of a Turkish tax number, or the eleven of a person.");
  else
    rules.That(IsNumber(tax_no, "-"), "tax_no", "TAX_NO_SYNTAX", "Give at most 32 letters, digits and hyphens.");
  std::string mersis_no = WithoutSpaces(organization.mersis_no);
  rules.That(mersis_no.empty() || (mersis_no.size() == 16 && IsDigits(mersis_no)), "mersis_no", "MERSIS_NO_SYNTAX",
             "Give the sixteen digits of a MERSIS number.");
  std::string trade_registry_no = WithoutSpaces(organization.trade_registry_no);
  rules.That(IsNumber(trade_registry_no, "-/"), "trade_registry_no", "TRADE_REGISTRY_NO_SYNTAX",
             "Give at most 32 letters, digits, hyphens and slashes.");
  rules.Code(organization.industry, "industry", "food-wholesale");
  rules.That(organization.country.empty() || IsCountry(organization.country), "country", "COUNTRY_SYNTAX",
             "Give two capital letters of ISO 3166-1, for example TR.");
  organization.external_id = std::move(external_id);
  organization.legal_name = std::move(legal_name);
  organization.brand_name = std::move(brand_name);
  organization.tax_no = std::move(tax_no);
  organization.mersis_no = std::move(mersis_no);
  organization.trade_registry_no = std::move(trade_registry_no);
}

Status CheckPlace(const Uuid& organization, const std::vector<Uuid>& above, int levels_below) {
  if (std::find(above.begin(), above.end(), organization) != above.end())
    return Error{Code::kFailedPrecondition, "TREE_CYCLE",
                 "The new parent belongs to the organisation itself; take it out of there first."};
  if (static_cast<int>(above.size()) + levels_below > kTreeLevelsMax)
    return Error{Code::kFailedPrecondition, "TREE_TOO_DEEP",
                 "The tree would have more than 32 levels; choose a parent nearer to its root."};
  return Ok();
}

}  // namespace vefa::contact
