#pragma once

#include <functional>
#include <string>

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "libs/rpc/idempotency.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/contact_store.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

Error NoSuchContact();
Error ContactErased();

// How one record is changed by one call: read whole and locked, changed by a rule, held to the rules, written with its
// event, its copies outdated. Thread-safe.
class ContactChanger {
 public:
  // `copies` is copied; the others outlive it. `relay` is nullptr in tests without one.
  ContactChanger(postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes, const ContactCopies& copies,
                 events::Relay* relay, const Clock& clock)
      : database_(database), keys_(keys), attributes_(attributes), copies_(copies), relay_(relay), clock_(clock) {}

  // What is to become of a record; it may say which event that is. Called again when the transaction has to be.
  using Rule = std::function<Status(ContactChange& change)>;

  // The record afterwards: a rule that changes nothing makes no event. The error of the rule, NOT_FOUND
  // `CONTACT_NOT_FOUND`, FAILED_PRECONDITION `CONTACT_ERASED` or `CONTACT_MERGED`, INVALID_ARGUMENT with every field violation (under `prefix`),
  // ALREADY_EXISTS `EXTERNAL_ID_TAKEN`. An attempt that was answered already changes nothing again.
  Result<Contact> Change(const rpc::CallContext& call, const Uuid& id, std::string_view prefix,
                         const rpc::Attempt& attempt, const Rule& rule) const;

 private:
  Result<Contact> ChangeIn(postgres::Transaction& transaction, const Sealer& sealer,
                           const AttributeDefinitions& definitions, const Uuid& id, std::string_view prefix,
                           const Rule& rule) const;

  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
