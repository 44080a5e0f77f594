#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/consent/consent_check.h"
#include "services/contact/contact_copies.h"

// Consents that are about one address of a person. The log is the truth of them (ADR 0046): consent_state says what holds of the address
// that a channel uses, and follows it; of other addresses the log is asked.
namespace vefa::contact {

// The kind of points that a channel uses.
PointKind KindOf(Channel channel);

// `contacts/{uuid}/points/{uuid}` of this very contact; nil where it is another text, or another's.
Uuid PointOf(const Uuid& contact, std::string_view name);

// Before a consent that is about a point is recorded: holds the contact, says whether the channel uses another address, and remembers
// this one. INVALID_ARGUMENT `POINT_NOT_FOUND` and `POINT_KIND` of `consent.point`. Of a contact that is not there, or erased, nothing is said.
Status PlaceConsent(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, Consent& consent);

// The addresses that channels of these contacts use may have changed: brings consent_state to what was said of the present ones, with an event
// for each purpose and channel of which that is something else. Only of contacts of which something was said by address; the caller holds them.
// Their new versions.
Result<std::vector<ContactVersion>> SettleAddresses(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                                                    const Clock& clock);

// What is known of a question's point, beside what is known of its contact.
struct PointKnowledge {
  size_t question = 0;  // Its place among those that were asked.
  bool exists = false;  // A point of the contact, and of the channel.
  bool used = false;    // The primary one: nothing below is filled, the contact's holds.
  ConsentState state = ConsentState::kNeverAsked;
  std::optional<Time> since;
  int64_t line = 0;
  bool too_old = false, merchant = false;
  std::optional<Time> suppressed_since;
  Registration registered = Registration::kUnknown;  // What the register of Turkey says of this address, if it is to be asked.
};
// Of those questions that name a point, at `now`; one statement, and none where no question does.
Result<std::vector<PointKnowledge>> KnowPoints(postgres::Database& database, const Uuid& tenant, std::span<const ConsentQuestion> questions,
                                               Time now, Deadline deadline);
// What is known of a question, once its point is known as well.
void AddPoint(const PointKnowledge& point, ConsentKnowledge& known);

// What holds of each address that was spoken of alone and is there, one line for each purpose.
postgres::Call PointStatesCall(const Uuid& tenant, const Uuid& contact);

// Forgets the addresses of somebody who is erased.
postgres::Call ForgetConsentAddressesCall(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
