#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/contact/boundary/boundary.h"
#include "services/contact/boundary/evaluation.h"

// The SQL of boundaries. Every write is one short transaction with its event.
namespace vefa::contact {

Error NoSuchBoundary();

// Sets one; what it is about is held. FAILED_PRECONDITION `TOO_MANY_BOUNDARIES`.
Result<Boundary> SetBoundary(postgres::Transaction& transaction, const Uuid& tenant, Boundary boundary,
                             const Clock& clock);
// Lifts one, if it stands. nullopt when there is none.
Result<std::optional<Boundary>> LiftBoundary(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id,
                                             const std::string& lifted_by, const Clock& clock);
Result<std::optional<Boundary>> GetBoundary(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                            Deadline deadline);

// Where a page of a list begins, and what is on it.
struct BoundaryPage {
  std::string about;  // Empty: any.
  bool include_lifted = false;
  Uuid after;  // Id of the last row; nil for the first page.
  int size = 50;
};
Result<std::vector<Boundary>> ListBoundaries(postgres::Database& database, const Uuid& tenant, const BoundaryPage& page,
                                             Deadline deadline);

// What binds the parties of some questions: who belongs to what, and the boundaries about any of them.
class BindingBoundaries {
 public:
  // Four statements, however many questions there are.
  static Result<BindingBoundaries> Load(postgres::Database& database, const Uuid& tenant,
                                        const std::vector<BoundaryQuestion>& questions, Deadline deadline);
  // Those that bind the question's party at its moment, in the order they were set; they live as long as this.
  std::vector<const Boundary*> Of(const BoundaryQuestion& question) const;

 private:
  // That a person belongs to an organisation; days are inclusive.
  struct Membership {
    Uuid organization;
    std::optional<int32_t> first;
    std::optional<int32_t> last;
  };
  void Bind(const Party& party, int32_t day, std::set<std::string>& names) const;

  std::map<Uuid, std::pair<Party, Party>> relationships_;
  std::map<Uuid, std::vector<Uuid>> parts_;              // By contact: those that are a part of it since they were merged.
  std::map<Uuid, std::vector<Membership>> memberships_;  // By contact.
  std::map<Uuid, std::vector<Uuid>> above_;              // By organisation: what it belongs to.
  std::map<std::string, std::vector<Boundary>> boundaries_;  // By what they are about.
};

}  // namespace vefa::contact
