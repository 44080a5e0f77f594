#pragma once

#include <vector>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "services/contact/rating/rating.h"

namespace vefa::contact {

// Contacts of one page: a hold of all of them is some ten milliseconds.
inline constexpr int32_t kRatedAtOnce = 200;

// Rates contacts by the rules of their tenant: scores, then the lifecycle, whose rules may ask for scores, then personas. What is another
// than before is written, with its events. It reads records and not events, so repeats make no difference. Thread-safe.
class Rater {
 public:
  // `copies` is copied; the others outlive it. `relay` is nullptr in tests without one.
  Rater(postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes, const ContactCopies& copies, events::Relay* relay,
        const Clock& clock)
      : database_(database), keys_(keys), attributes_(attributes), copies_(copies), relay_(relay), clock_(clock) {}

  // A page of those of a tenant that changed; how many there were.
  Result<int> RateDue(const Uuid& tenant) const;
  // The next page of the tenant's sweep, begun when it is time. False when there was nothing to do, for another replica is at it, too.
  Result<bool> SweepPage(const Uuid& tenant) const;

 private:
  using Chosen = std::vector<Uuid>;
  // Rates whom `choose` picks, in its transaction.
  template <typename Choose>
  Result<int> RatePage(const Uuid& tenant, Choose choose) const;

  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

// What rating one page needs beside its transaction.
struct RatingTools {
  const Sealer& sealer;
  const AttributeDefinitions& attributes;
  const Clock& clock;
};
// Rates these contacts; which versions they have since.
Result<std::vector<ContactVersion>> RateContacts(postgres::Transaction& transaction, const RatingTools& tools, const RatingRules& rules,
                                                 std::vector<Uuid> contacts);

}  // namespace vefa::contact
