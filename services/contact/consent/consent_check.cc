#include "services/contact/consent/consent_check.h"

#include "libs/phone/phone.h"
#include "services/contact/consent/consent_point.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// 6 is a legitimate interest: of one alone it is asked whether they are a customer, and whether the address is a merchant's (2).
#define CONSENT_INTEREST "p.lawful_basis = 6 AND (p.customers_only OR p.is_commercial)"

// The number of a line that made a state before states named theirs is looked up in the log. The number of somebody whose country is not
// known says one, on the channel that uses it.
const Statement kCheck{
    "consent_check",
    "SELECT c.id IS NOT NULL, c.erase_time IS NOT NULL, coalesce(s.merge_state, s.state, 0::smallint), coalesce(s.merge_time, s.occur_time),"
    "  CASE WHEN s.state IS NULL OR s.merge_state IS NOT NULL THEN 0 WHEN s.line IS NOT NULL THEN s.line ELSE"
    "    (SELECT l.line FROM consent_log l WHERE l.tenant_id = $1 AND l.contact_id = s.contact_id AND l.purpose = s.purpose"
    "      AND l.channel = s.channel AND l.state = s.state AND l.occur_time = s.occur_time) END,"
    "  coalesce(p.lawful_basis, 0::smallint), c.merged_into IS NOT NULL, x.create_time,"
    "  c.restrict_time, CASE WHEN c.objected && ARRAY['*', q.purpose] THEN c.object_time END, coalesce(q.purpose = ANY(c.objected), false),"
    "  p.consent_days > 0 AND coalesce(s.merge_time, s.occur_time) + make_interval(days => p.consent_days) <= $5,"
    "  coalesce(p.customers_only, false),"
    // Subqueries with a limit are asked person by person; the planner answers EXISTS for a whole tenant at times.
    "  CASE WHEN " CONSENT_INTEREST " THEN coalesce((SELECT true FROM customer_tenure t WHERE t.tenant_id = $1 AND t.contact_id = q.contact_id"
    "    LIMIT 1), false) ELSE false END,"
    "  CASE WHEN " CONSENT_INTEREST " THEN coalesce((SELECT m.recipient_type = 2 FROM contact_point m WHERE m.tenant_id = $1"
    "    AND m.contact_id = q.contact_id AND m.kind = CASE q.channel WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 4 END AND m.is_primary LIMIT 1), false)"
    "    ELSE false END,"
    "  coalesce(p.is_commercial, false), coalesce(c.country, ''), CASE WHEN q.channel = 2 AND c.country = '' THEN c.phone ELSE '' END,"
    // The register is told by the address that is in use, and what it says holds for a day.
    "  CASE WHEN a.tenant_id IS NULL OR NOT coalesce(p.is_commercial, false)"
    "    OR NOT (c.country = 'TR' OR (q.channel = 2 AND c.phone LIKE '+90%') OR (c.country = '' AND (c.phone LIKE '+90%' OR a.unknown_country)))"
    "   THEN -1 WHEN a.pull_time IS NULL OR a.pull_time < $5 - interval '1 day' THEN 3"
    "   WHEN e.address_hash = CASE q.channel WHEN 1 THEN c.email_hash WHEN 2 THEN c.phone_hash END THEN e.registered::int ELSE 0 END"
    " FROM unnest($2::uuid[], $3::text[], $4::smallint[]) WITH ORDINALITY AS q(contact_id, purpose, channel, ord)"
    " LEFT JOIN contact c ON c.tenant_id = $1 AND c.id = q.contact_id"
    " LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = q.contact_id AND s.purpose = q.purpose"
    "  AND s.channel = q.channel"
    " LEFT JOIN purpose p ON p.tenant_id = $1 AND p.code = q.purpose"
    // By the hash that its writer put beside the record; 1 and 2 are e-mail and SMS.
    " LEFT JOIN LATERAL (SELECT u.create_time FROM suppression u WHERE u.tenant_id = $1"
    "   AND u.address_hash = CASE q.channel WHEN 1 THEN c.email_hash WHEN 2 THEN c.phone_hash END"
    "   AND (u.purpose = '' OR u.purpose = q.purpose) AND u.lift_time IS NULL LIMIT 1) x ON true"
    " LEFT JOIN iys_account a ON a.tenant_id = $1 AND a.enabled"
    " LEFT JOIN iys_entry e ON e.tenant_id = a.tenant_id AND e.contact_id = q.contact_id AND e.channel = q.channel"
    " ORDER BY q.ord"};

ConsentReason ReasonOf(ConsentState state) {
  switch (state) {
    case ConsentState::kNeverAsked: return ConsentReason::kNeverAsked;
    case ConsentState::kGranted: return ConsentReason::kGranted;
    case ConsentState::kWithdrawn: return ConsentReason::kWithdrawn;
    case ConsentState::kRefused: return ConsentReason::kRefused;
    case ConsentState::kExpired: return ConsentReason::kExpired;
    case ConsentState::kPending: return ConsentReason::kPending;
  }
  return ConsentReason::kNeverAsked;
}

// Whether an objection to every purpose is one to this.
bool MayBeObjectedTo(LawfulBasis basis) {
  return basis != LawfulBasis::kContract && basis != LawfulBasis::kLegalObligation && basis != LawfulBasis::kVitalInterest;
}

bool AllowsByItself(const ConsentKnowledge& known) {
  switch (known.basis) {
    case LawfulBasis::kNone:
    case LawfulBasis::kConsent: return false;
    case LawfulBasis::kLegitimateInterest:
      return known.state != ConsentState::kWithdrawn && known.state != ConsentState::kRefused && (known.customer || !known.customers_only);
    default: return true;
  }
}

// What the register has against a message that is allowed otherwise.
std::optional<ConsentReason> RefusedByRegister(Registration registration) {
  switch (registration) {
    case Registration::kNone:
    case Registration::kApproved: return std::nullopt;
    case Registration::kUnknown: return ConsentReason::kNotRegistered;
    case Registration::kRefused: return ConsentReason::kRefused;
    case Registration::kStale: return ConsentReason::kRegisterStale;
  }
  return ConsentReason::kNotRegistered;
}

// Whether the law lets them have such a message without an agreement.
bool LawAllows(const ConsentKnowledge& known) {
  if (!known.commercial || known.basis != LawfulBasis::kLegitimateInterest) return true;
  const ChannelLaw* law = known.profile == nullptr ? nullptr : LawOf(*known.profile, known.channel);
  switch (law == nullptr ? WithoutAgreement::kNobody : law->without_agreement) {
    case WithoutAgreement::kMerchants: return known.merchant;
    case WithoutAgreement::kCustomers: return known.customer;
    case WithoutAgreement::kAnybody: return true;
    default: return false;
  }
}

// Of somebody who is there.
ConsentDecision Judge(const ConsentKnowledge& known) {
  if (known.restricted_since) return {false, ConsentReason::kRestricted, known.restricted_since, 0};
  if (known.objected_since && (known.objects_to_purpose || MayBeObjectedTo(known.basis)))
    return {false, ConsentReason::kObjected, known.objected_since, 0};
  if (known.suppressed_since) return {false, ConsentReason::kSuppressed, known.suppressed_since, 0};
  const ConsentState state = known.state == ConsentState::kGranted && known.too_old ? ConsentState::kExpired : known.state;
  const bool granted = state == ConsentState::kGranted, by_itself = AllowsByItself(known);
  const bool whatever_is_said = by_itself && known.basis != LawfulBasis::kLegitimateInterest;
  const bool allowed_unasked = by_itself && LawAllows(known);
  if (granted || allowed_unasked)
    if (auto refused = RefusedByRegister(known.registration)) return {false, *refused, known.since, known.line};
  if (!granted && allowed_unasked) return {true, ConsentReason::kLawfulBasis, {}, 0, whatever_is_said};
  // Who was asked and has not confirmed yet is told of as that, so that they can.
  if (by_itself && state == ConsentState::kNeverAsked) return {false, ConsentReason::kLawNeedsConsent, {}, 0};
  return {granted, ReasonOf(state), known.since, known.line, whatever_is_said};
}

// The law of the country they are in; who lives nowhere we know of is where the number is that a message would go to.
const ConsentProfile* ProfileOf(const std::string& country, const std::string& number, Time now) {
  return FindConsentProfile(JurisdictionOf(number.empty() ? country : phone::CountryOf(number)), now);
}

}  // namespace

ConsentDecision Decide(const ConsentKnowledge& known) {
  if (!known.contact_exists) return {false, ConsentReason::kNoSuchContact, {}, 0};
  // Of an erased person nothing is told but that.
  if (known.erased) return {false, ConsentReason::kContactErased, {}, 0};
  if (known.merged) return {false, ConsentReason::kContactMerged, {}, 0};
  if (known.no_such_point) return {false, ConsentReason::kNoSuchPoint, {}, 0};
  ConsentDecision decision = Judge(known);
  decision.profile = known.profile;
  return decision;
}

Result<std::vector<ConsentDecision>> CheckConsents(postgres::Database& database, const Uuid& tenant,
                                                   const std::vector<ConsentQuestion>& questions, Time now, Deadline deadline) {
  std::vector<Uuid> contacts;
  std::vector<std::string> purposes;
  std::vector<int16_t> channels;
  for (const ConsentQuestion& question : questions) {
    contacts.push_back(question.contact);
    purposes.push_back(question.purpose);
    channels.push_back(static_cast<int16_t>(question.channel));
  }
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kCheck, Bound(tenant, contacts, purposes, channels, now), deadline));
  VEFA_TRY(std::vector<PointKnowledge> points, KnowPoints(database, tenant, questions, now, deadline));
  auto point = points.begin();
  std::vector<ConsentDecision> decisions;
  decisions.reserve(questions.size());
  for (int i = 0; i < rows.size(); ++i) {
    ConsentKnowledge known{rows.Bool(i, 0), rows.Bool(i, 1), static_cast<ConsentState>(rows.Int32(i, 2)), {}, 0,
                           static_cast<LawfulBasis>(rows.Int32(i, 5)), rows.Bool(i, 6)};
    if (!rows.IsNull(i, 3)) known.since = rows.Timestamp(i, 3);
    if (!rows.IsNull(i, 4)) known.line = rows.Int64(i, 4);
    if (!rows.IsNull(i, 7)) known.suppressed_since = rows.Timestamp(i, 7);
    if (!rows.IsNull(i, 8)) known.restricted_since = rows.Timestamp(i, 8);
    if (!rows.IsNull(i, 9)) known.objected_since = rows.Timestamp(i, 9);
    known.objects_to_purpose = rows.Bool(i, 10);
    known.too_old = !rows.IsNull(i, 11) && rows.Bool(i, 11);
    known.customers_only = rows.Bool(i, 12);
    known.customer = rows.Bool(i, 13);
    known.merchant = rows.Bool(i, 14);
    known.commercial = rows.Bool(i, 15);
    known.channel = questions[static_cast<size_t>(i)].channel;
    known.profile = ProfileOf(rows.String(i, 16), rows.String(i, 17), now);
    known.registration = static_cast<Registration>(rows.Int32(i, 18));
    if (point != points.end() && point->question == static_cast<size_t>(i)) AddPoint(*point++, known);
    decisions.push_back(Decide(known));
  }
  return decisions;
}

}  // namespace vefa::contact
