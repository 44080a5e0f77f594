#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/consent/jurisdiction.h"
#include "services/contact/contact.h"

// May we write to this person? Unknown means no.
namespace vefa::contact {

// By which right a purpose uses data; the numbers are vefa.contact.v1.LawfulBasis.
enum class LawfulBasis : int16_t {
  kNone = 0, kConsent = 1, kContract = 2, kLegalObligation = 3, kVitalInterest = 4, kPublicTask = 5, kLegitimateInterest = 6
};

// What the register of Turkey says of an address; kNone where it is not to be asked: no commercial purpose, nobody in Turkey, no account there.
enum class Registration : int16_t { kNone = -1, kUnknown = 0, kApproved = 1, kRefused = 2, kStale = 3 };

struct ConsentQuestion {
  Uuid contact;
  std::string purpose;
  Channel channel = Channel::kNone;
  Uuid point{};  // At this address; nil: at the primary one.
};

// The numbers are vefa.contact.v1.ConsentDecision.Reason.
enum class ConsentReason {
  kNone = 0, kGranted = 1, kLawfulBasis = 2, kNeverAsked = 3, kWithdrawn = 4, kRefused = 5, kExpired = 6, kPending = 7,
  kContactErased = 8, kNoSuchContact = 9, kContactMerged = 10, kSuppressed = 11, kRestricted = 12, kObjected = 13, kLawNeedsConsent = 14,
  kNotRegistered = 15, kRegisterStale = 16, kNoSuchPoint = 17
};

struct ConsentDecision {
  bool allowed = false;
  ConsentReason reason = ConsentReason::kNone;
  std::optional<Time> since;
  int64_t line = 0;  // 0: no line says so.
  bool whatever_is_said = false;  // Allowed by a contract, the law, a life or a public task, which no word of the person's changes.
  const ConsentProfile* profile = nullptr;  // Whose law counted; nullptr where there is nobody to decide about.
};

// What is known of one question.
struct ConsentKnowledge {
  bool contact_exists = false;
  bool erased = false;
  ConsentState state = ConsentState::kNeverAsked;
  std::optional<Time> since;
  int64_t line = 0;
  LawfulBasis basis = LawfulBasis::kNone;  // kNone: nobody declared the purpose; it needs consent.
  bool merged = false;  // A part of another contact, which is the one to ask about.
  std::optional<Time> suppressed_since{};  // Set: the address of the channel is suppressed.
  std::optional<Time> restricted_since{};  // Set: the data may be kept only.
  std::optional<Time> objected_since{};    // Set: the person objects.
  bool objects_to_purpose = false;         // To this very purpose; otherwise to every one that may be objected to.
  bool too_old = false;                    // The agreement is older than the purpose lets one be.
  bool customers_only = false;             // The purpose's interest is one in customers alone.
  bool customer = false;                   // They bought something. Known of a legitimate interest only, as the next.
  bool merchant = false;                   // The address of the channel is a merchant's.
  bool commercial = false;                 // Messages for the purpose are commercial ones.
  Channel channel = Channel::kNone;
  const ConsentProfile* profile = nullptr;  // Whose law counts; nullptr: not known, and then a commercial message needs an agreement.
  Registration registration = Registration::kNone;
  bool no_such_point = false;  // It is asked about an address that the contact does not have on the channel.
};

// The rule. Whose data may be kept only, and whose address is suppressed, is not written to, for whatever reason; who objects to a purpose
// is not for it, and who objects to every one is for those alone that rest on a contract, the law or a life. A contract, the law, a life or a public task
// allow whatever the person said; a legitimate interest until the person says no, and where it is one in customers alone, of customers; everything else
// needs an agreement that is not older than the purpose lets it be. The law of the person's country can only take away from that: a commercial message
// that rests on a legitimate interest goes to those alone whom the law of the channel lets have one unasked, and
// where the register of Turkey has to know, nothing but what it approves is sent.
ConsentDecision Decide(const ConsentKnowledge& known);

// One decision for each question, in their order, by the laws that hold at `now`; one statement, and another where a question names a point.
Result<std::vector<ConsentDecision>> CheckConsents(postgres::Database& database, const Uuid& tenant,
                                                   const std::vector<ConsentQuestion>& questions, Time now, Deadline deadline);

}  // namespace vefa::contact
