#include "services/contact/affiliation/affiliation.h"

#include "services/contact/party/party.h"

namespace vefa::contact {
namespace {

constexpr size_t kTitleMax = 200;       // characters
constexpr size_t kDepartmentMax = 200;  // characters

}  // namespace

void Normalise(Affiliation& affiliation, std::string_view prefix, std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  rules.That(!affiliation.role.empty(), "role", "REQUIRED", "Say what the person is there, for example employee.");
  rules.Code(affiliation.role, "role", "board-member");
  std::string title = affiliation.title.Reveal();
  rules.Text(title, "title", kTitleMax);
  affiliation.title = std::move(title);
  std::string department = affiliation.department.Reveal();
  rules.Text(department, "department", kDepartmentMax);
  affiliation.department = std::move(department);
  rules.That(!affiliation.valid_from || !affiliation.valid_to || *affiliation.valid_from <= *affiliation.valid_to,
             "valid_to", "DATE_ORDER", "Give a last day that is not before the first.");
}

}  // namespace vefa::contact
